"""Check-ins at random moments, which feed the agreement meter where a teacher wants them. Blocking.

The moment is drawn from the session itself, so that every process and every start draws the same;
the database decides who asks.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Collection
from typing import Final

from django.db import transaction

from sessions import news
from sessions.models import CheckIn, ClassSession

QUESTION: Final = "How well can you follow right now?"
STRETCH_S: Final = 600
"""At most one in so long; each stretch of the lesson has its own moment."""
NOT_BEFORE_S: Final = 180
OPEN_FOR_S: Final = 60
WAITS_S: Final = 60
"""For a student or for another question's end, at least."""

logger = logging.getLogger(__name__)


def moment_of(session: ClassSession, stretch: int) -> int:
    """The second of the session at which it asks in its stretch of that number, from 0.

    So early that it can wait a minute, and that the answers come within the stretch all the same.
    """
    draw = random.Random(f"{session.pk} {session.started_at} {stretch}")
    first = max(NOT_BEFORE_S, stretch * STRETCH_S)
    return draw.randrange(first, _latest(stretch) - WAITS_S)


def _latest(stretch: int) -> int:
    return (stretch + 1) * STRETCH_S - OPEN_FOR_S


def look_after(session_ids: Collection[int], awake: Collection[int]) -> None:
    """Ask what is due in these live sessions, and close what was open for long enough, also where
    the teacher has switched it off meanwhile.

    awake: the sessions with a student connected; nobody else is asked.
    """
    for session_id in session_ids:
        with transaction.atomic():
            # Locked: of several processes one asks.
            session = ClassSession.objects.select_for_update().live().filter(pk=session_id).first()
            if session is not None:
                _look_after(session, session_id in awake)


def _look_after(session: ClassSession, is_awake: bool) -> None:
    second = int(session.elapsed.total_seconds())
    asked = CheckIn.objects.filter(session=session)
    over = asked.open_in([session.pk]).filter(is_random=True, second__lte=second - OPEN_FOR_S)
    if over.update(closed_second=second):
        news.session_changed(session)
    if session.random_check_ins and is_awake and _is_due(session, second):
        CheckIn.objects.create(session=session, question=QUESTION, second=second, is_random=True)
        logger.info("Session %s is asked at random", session.pk)
        news.session_changed(session)


def _is_due(session: ClassSession, second: int) -> bool:
    stretch = second // STRETCH_S
    if not moment_of(session, stretch) <= second <= _latest(stretch):
        return False
    asked = CheckIn.objects.filter(session=session)
    lately = asked.filter(is_random=True, second__gt=second - STRETCH_S)
    in_stretch = asked.filter(is_random=True, second__gte=stretch * STRETCH_S)
    return not (asked.open_in([session.pk]).exists() or lately.exists() or in_stretch.exists())
