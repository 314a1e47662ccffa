"""The admin site: what a school's administrator looks up, corrects, deletes and exports."""

from sessions.admin import courses, lessons, records

__all__ = ["courses", "lessons", "records"]
