from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "engagement_site"

    def ready(self) -> None:
        from engagement_site import checks  # noqa: F401  (registers them)
