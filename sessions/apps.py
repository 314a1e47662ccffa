from django.apps import AppConfig


class ClassSessionsConfig(AppConfig):
    name = "sessions"
    label = "class_sessions"  # django.contrib.sessions has the label "sessions"
    verbose_name = "Classes"
