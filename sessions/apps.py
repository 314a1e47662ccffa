from django.apps import AppConfig


class ClassSessionsConfig(AppConfig):
    name = "sessions"
    label = "class_sessions"  # django.contrib.sessions has the label "sessions"
    verbose_name = "Classes"

    def ready(self) -> None:
        from sessions.site import accounts  # noqa: F401  (its receivers)
