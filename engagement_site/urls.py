"""Addresses of the site."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path
from django.utils.functional import lazy
from django.views.generic import RedirectView

from engagement_site.health import healthz, readyz
from engagement_site.lan import pages as lan
from engagement_site.metrics import metrics

lazy_static = lazy(static, str)
"""The hashed names are known only when files are collected."""
admin.site.site_header = "Engagement monitor"
admin.site.site_title = "Engagement monitor"
# One sign-in for the whole site, with its limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

handler500 = "engagement_site.outage.server_error"

urlpatterns = [
    # Browsers ask for it without being told to, on every page that names none.
    path("favicon.ico", RedirectView.as_view(url=lazy_static("icons/favicon.ico"))),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("trust/", lan.trust, name="trust"),
    path("trust/class.crt", lan.authority, name="authority"),
    path("admin/", admin.site.urls),
    path("", include("sessions.urls")),
    path("accounts/", include("allauth.urls")),
]
