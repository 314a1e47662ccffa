"""Questions that pages and exports ask of the database, named by purpose."""

from sessions.querysets.disputes import DisputeQuerySet
from sessions.querysets.lessons import ClassSessionQuerySet, CourseQuerySet, StudentQuerySet
from sessions.querysets.marks import (
    AlertQuerySet,
    AnswerQuerySet,
    CheckInQuerySet,
    MarkerQuerySet,
    SignalQuerySet,
)
from sessions.querysets.minutes import MinuteQuerySet
from sessions.querysets.people import ConnectionQuerySet, ParticipantQuerySet, TakeoverQuerySet
from sessions.querysets.samples import RoomSampleQuerySet, SampleQuerySet

__all__ = [
    "AlertQuerySet",
    "AnswerQuerySet",
    "CheckInQuerySet",
    "ClassSessionQuerySet",
    "ConnectionQuerySet",
    "CourseQuerySet",
    "DisputeQuerySet",
    "MarkerQuerySet",
    "MinuteQuerySet",
    "ParticipantQuerySet",
    "RoomSampleQuerySet",
    "SampleQuerySet",
    "SignalQuerySet",
    "StudentQuerySet",
    "TakeoverQuerySet",
]
