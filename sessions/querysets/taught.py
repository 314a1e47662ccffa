"""Who may see what: the teachers of a course, its owner and those who teach it too."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import Q


def taught_by(user: User, course: str) -> Q:
    """What belongs to a course of the user's, owned or taught with others.

    course: the way to it, such as session__course; of courses themselves it is pk.
    """
    owner = "owner" if course == "pk" else f"{course}__owner"
    # No join with the table of co-teachers, which would repeat what several of them teach.
    shared = user.co_teachings.values("course")
    return Q(**{owner: user}) | Q(**{f"{course}__in": shared})
