"""The admin site: what a school's administrator looks up, corrects, deletes and exports."""

from sessions.admin import courses, lessons, marks, records

__all__ = ["courses", "lessons", "marks", "records"]
