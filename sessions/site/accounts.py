"""How signing in differs on this site from allauth's own way."""

from __future__ import annotations

import hashlib
import hmac
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
    WRONG_PASSWORDS,
    WRONG_PASSWORDS_OF_ACCOUNT,
    WRONG_PASSWORDS_OF_ADDRESS,
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
    """Wrong passwords count by address and account together.

    So a stranger who guesses locks nobody out but himself. Guesses from many addresses count by
    account, too. A device that has signed in to the account before has a count of its own, so
    that others, also behind the same address, do not lock it out (OWASP's device cookies).
    """

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGNUP_OPEN)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Raises ValidationError over a limit, before the password is looked at."""
        account, device = _account(credentials), _device(request, _account(credentials))
        address = address_of(request)
        is_spent = (
            WRONG_PASSWORDS.is_spent(device, account)
            if device
            else WRONG_PASSWORDS.is_spent(address, account)
            or WRONG_PASSWORDS_OF_ADDRESS.is_spent(address)
            or WRONG_PASSWORDS_OF_ACCOUNT.is_spent(account)
        )
        if is_spent:
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        user = super().authenticate(request, **credentials)
        if user is not None and is_barred(user):
            self.authentication_failed(request, **credentials)
            return None
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        account, device = _account(credentials), _device(request, _account(credentials))
        if device:
            WRONG_PASSWORDS.spend(device, account)
            return
        WRONG_PASSWORDS.spend(address_of(request), account)
        WRONG_PASSWORDS_OF_ADDRESS.spend(address_of(request))
        WRONG_PASSWORDS_OF_ACCOUNT.spend(account)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Remember that this browser has signed in to the account."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        response.set_cookie(
            KNOWN_DEVICE,
            signing.dumps(_digest(user.email), salt=KNOWN_DEVICE),
            max_age=KNOWN_FOR_S,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
        return response


def _account(credentials: dict[str, Any]) -> str:
    return str(credentials.get("email") or credentials.get("username") or "").lower()


def _digest(account: str) -> str:
    return hashlib.sha256(account.lower().encode()).hexdigest()


def _device(request: HttpRequest, account: str) -> str:
    """What names a browser that has signed in to this account before; empty for others."""
    try:
        known = signing.loads(
            request.COOKIES.get(KNOWN_DEVICE, ""), salt=KNOWN_DEVICE, max_age=KNOWN_FOR_S
        )
    except signing.BadSignature:
        return ""
    if not hmac.compare_digest(str(known), _digest(account)):
        return ""
    return f"device {request.COOKIES[KNOWN_DEVICE]}"


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
