"""Samples go after RAW_RETENTION_DAYS; minutes, and what a report needs besides, stay."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from sessions import minutes
from sessions.models import Answer, ClassSession, Marker
from sessions.site.erasure import delete_samples, erase_traces


def thin_expired() -> int:
    """Delete the samples of sessions that ended RAW_RETENTION_DAYS ago; returns how many sessions.

    Before that, minutes are cut at the markers, and each answer keeps the estimate that it is
    compared with, so that a report says the same afterwards.
    """
    limit = timezone.now() - timedelta(days=settings.RAW_RETENTION_DAYS)
    thinned = 0
    for session in ClassSession.objects.to_thin(limit):
        _keep(session)
        # After a stop in between, the next call deletes what is left.
        delete_samples(session.pk)
        thinned += 1
    if thinned:
        erase_traces()
    return thinned


@transaction.atomic
def _keep(session: ClassSession) -> None:
    if session.thinned_at is not None:
        return
    seconds = Marker.objects.filter(session=session).values_list("second", flat=True)
    minutes.rebuild(session.pk, tuple(seconds))
    Answer.objects.filter(check_in__session=session).keep_estimates()
    session.thinned_at = timezone.now()
    session.save(update_fields=["thinned_at"])
