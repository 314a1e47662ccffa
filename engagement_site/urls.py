"""Addresses of the site."""

from django.contrib import admin
from django.urls import include, path

admin.site.site_header = "Engagement monitor"
admin.site.site_title = "Engagement monitor"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("", include("sessions.urls")),
]
