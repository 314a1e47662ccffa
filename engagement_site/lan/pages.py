"""Before a device trusts the site: plain HTTP tells how, and leads on to HTTPS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from engagement_site.lan import FOLDER
from engagement_site.lan.devices import DEVICES, own_device

PLAIN: Final = ("/trust/", "/healthz", "/readyz", "/metrics")
"""What plain HTTP answers; static files are served before it is asked."""
CERTIFICATE: Final = "application/x-x509-ca-cert"


class PlainHttpMiddleware:
    """Where the site serves HTTPS itself, sends plain requests to the page about trust."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not settings.TLS_PORT or request.is_secure() or request.path.startswith(PLAIN):
            return self._get_response(request)
        return redirect(f"{reverse('trust')}?{urlencode({'next': request.get_full_path()})}")


@require_safe
def trust(request: HttpRequest) -> HttpResponse:
    """How a device comes to trust the site, with the link to where it was going."""
    _check_lan()
    wanted = request.GET.get("next", "/")
    # Of this site only: what begins with two slashes names another.
    path = wanted if wanted.startswith("/") and not wanted.startswith(("//", "/\\")) else "/"
    host, _ = split_domain_port(request.get_host())
    target = f"https://{host}:{settings.TLS_PORT}{path}"
    own = own_device(request.headers.get("User-Agent", ""))
    devices = sorted(DEVICES, key=lambda device: device.key != own)
    return render(request, "site/trust.html", {"target": target, "devices": devices, "own": own})


@require_safe
def authority(request: HttpRequest) -> HttpResponse:
    """The authority's certificate, as devices install it. Nothing in it is secret."""
    _check_lan()
    content = (settings.DATA_DIR / FOLDER / "authority.pem").read_bytes()
    response = HttpResponse(content, content_type=CERTIFICATE)
    response["Content-Disposition"] = 'attachment; filename="class.crt"'
    return response


def _check_lan() -> None:
    if not settings.TLS_PORT:
        raise Http404("This site has no authority of its own.")
