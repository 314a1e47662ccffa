"""What is kept: courses, students, sessions, participants, connections, samples and their
minutes, markers, and what students say."""

from sessions.models.alerts import Alert
from sessions.models.courses import CoTeacher, Course, Student
from sessions.models.disputes import Dispute
from sessions.models.lessons import ClassSession, default_definition
from sessions.models.markers import Marker
from sessions.models.minutes import Minute
from sessions.models.people import Connection, Participant, Takeover
from sessions.models.samples import RoomSample, Sample
from sessions.models.voice import Answer, CheckIn, Signal

__all__ = [
    "Alert",
    "Answer",
    "CheckIn",
    "ClassSession",
    "CoTeacher",
    "Connection",
    "Course",
    "Dispute",
    "Marker",
    "Minute",
    "Participant",
    "RoomSample",
    "Sample",
    "Signal",
    "Student",
    "Takeover",
    "default_definition",
]
