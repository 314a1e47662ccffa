"""Pages that need no account."""

from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt

from sessions.site.context import served_manifest

CARD = "MODEL_CARD.md"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("dashboard")
    return render(request, "site/home.html")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "site/privacy.html")


@require_safe
def model_card(request: HttpRequest) -> HttpResponse:
    """What the served emotion model is, in the words of its own card."""
    manifest = served_manifest()
    if manifest is None:
        raise Http404("No emotion is estimated here.")
    return render(request, "site/model_card.html", {"card": _card(manifest.folder / CARD)})


def _card(path: Path) -> str:
    """The card as HTML; markup in it is shown as text. Empty where the model has no card."""
    if not path.is_file():
        return ""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    html: str = parser.render(path.read_text(encoding="utf-8"))
    return mark_safe(html)
