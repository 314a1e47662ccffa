"""Small parts of every page: icons, moments in the viewer's zone, initials."""

from datetime import datetime

from django import template
from django.contrib.auth.models import AbstractBaseUser
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from sessions.reports import facts

SPRITE = "icons/icons.svg"
register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """One of static/icons/icons.svg; the words that it stands beside say what it means."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static(SPRITE), name
    )


@register.simple_tag
def moment(value: datetime | None) -> SafeString:
    """A time that the page turns to the viewer's zone; until then, and in files, in the site's."""
    if value is None:
        return SafeString("")
    return format_html(
        '<time datetime="{}" data-moment>{}</time>',
        value.isoformat(),
        facts.moment(value),
    )


@register.filter
def initials(user: AbstractBaseUser) -> str:
    """Two letters for a round badge."""
    name = user.get_username().partition("@")[0]
    words = [word for word in name.replace("_", ".").replace("-", ".").split(".") if word]
    letters = words[0][0] + words[1][0] if len(words) > 1 else name[:2]
    return letters.upper()
