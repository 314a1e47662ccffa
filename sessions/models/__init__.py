"""What is kept: courses, students, sessions, participants, connections, samples, markers."""

from sessions.models.courses import Course, Student
from sessions.models.lessons import ClassSession, default_definition
from sessions.models.markers import Marker
from sessions.models.people import Connection, Participant, Takeover
from sessions.models.samples import RoomSample, Sample

__all__ = [
    "ClassSession",
    "Connection",
    "Course",
    "Marker",
    "Participant",
    "RoomSample",
    "Sample",
    "Student",
    "Takeover",
    "default_definition",
]
