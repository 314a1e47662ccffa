"""How signing in differs on this site from allauth's own way."""

from __future__ import annotations

from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.signals import password_changed, password_reset, password_set
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_out
from django.core import signing
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from sessions import news
from sessions.site.limits import (
    SIGN_INS,
    SIGN_INS_OF_ACCOUNT,
    SIGN_INS_OF_ADDRESS,
    SIGN_INS_OF_DEVICE,
    address_of,
)

DEMO_USERNAME: Final = "demo@example.org"
"""The demonstration teacher, whose password everybody can read in this repository."""
KNOWN_DEVICE: Final = "known_device"
KNOWN_FOR_S: Final = 365 * 24 * 3600


def is_barred(user: AbstractBaseUser) -> bool:
    """Whether this account may not be used here: the demonstration teacher's on a public site."""
    return bool(settings.IS_PUBLIC) and user.get_username() == DEMO_USERNAME


class SiteBackend(AuthenticationBackend):
    """Ends what a barred account has open, too: every request asks get_user()."""

    def user_can_authenticate(self, user: AbstractBaseUser | None) -> bool:
        return user is not None and super().user_can_authenticate(user) and not is_barred(user)


class AccountAdapter(DefaultAccountAdapter):
    """Sign-ins are counted before the password is looked at: of many at once none slips through.

    They count by address and account together, so a stranger who guesses locks nobody out but
    himself; guesses from many addresses, or at many accounts, count by account and by address.
    Over these limits only a device that has signed in before goes on, with a count of its own
    and to its own account alone (OWASP's device cookies). A mailed link makes a device known.
    """

    _only_user: int | None = None
    """The one user who may come in over the limits."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGNUP_OPEN)

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Raises ValidationError over the limits."""
        address, account = address_of(request), _account(credentials)
        if (
            SIGN_INS.spend(address, account)
            and SIGN_INS_OF_ADDRESS.spend(address)
            and SIGN_INS_OF_ACCOUNT.spend(account)
        ):
            return
        device, self._only_user = _known_device(request)
        if self._only_user is None or not SIGN_INS_OF_DEVICE.spend(device):
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        user = super().authenticate(request, **credentials)
        if user is None or is_barred(user):
            return None
        # Two accounts may have one address, and only one of them signed in here before.
        return user if self._only_user in (None, user.pk) else None

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Remember that this browser has signed in to the account."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        response.set_cookie(
            KNOWN_DEVICE,
            signing.dumps(user.pk, salt=KNOWN_DEVICE),
            max_age=KNOWN_FOR_S,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
        return response


def _account(credentials: dict[str, Any]) -> str:
    return str(credentials.get("email") or credentials.get("username") or "").lower()


def _known_device(request: HttpRequest) -> tuple[str, int | None]:
    """What names this browser, and the user who has signed in here or opened a mailed link."""
    mailed = request.session.get(KNOWN_DEVICE)
    if mailed is not None:
        return f"mailed {mailed}", int(mailed)
    cookie = request.COOKIES.get(KNOWN_DEVICE, "")
    try:
        return cookie, int(signing.loads(cookie, salt=KNOWN_DEVICE, max_age=KNOWN_FOR_S))
    except (signing.BadSignature, TypeError, ValueError):
        return cookie, None


@receiver(password_reset)
def know_device(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    request.session[KNOWN_DEVICE] = user.pk


@receiver(user_logged_out)
@receiver([password_changed, password_reset, password_set])
def tell_authority_changed(sender: Any, user: Any = None, **kwargs: Any) -> None:
    """Dashboards of this teacher authorise again at once."""
    if user is not None:
        news.authority_changed(user.pk)


@receiver(post_save, sender=User)
def tell_user_changed(sender: Any, instance: User, created: bool, **kwargs: Any) -> None:
    """Blocked, or given another password by an administrator."""
    if not created and kwargs.get("update_fields") != frozenset({"last_login"}):
        news.authority_changed(instance.pk)
