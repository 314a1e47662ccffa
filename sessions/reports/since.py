"""What changed since last time, in two sentences made of figures. Pure."""

from __future__ import annotations

from sessions.reports.course import CourseReport, CourseSession
from sessions.reports.facts import percent
from sessions.reports.intervals import LEAST, of_mean
from sessions.reports.summary import Sentence


def since_last_time(report: CourseReport) -> tuple[Sentence, ...]:
    """Of the last session against the one before; none without two sessions."""
    if len(report.sessions) < 2:
        return ()
    before, last = report.sessions[-2:]
    told = [_presence(before, last)]
    if report.with_emotion:
        told.insert(0, _engagement(before, last))
    return tuple(told)


def _engagement(before: CourseSession, last: CourseSession) -> Sentence:
    """By the students that were seen in both: the mean of their own changes."""
    topic = "Engagement"
    if before.definition != last.definition:
        text = (
            f"Engagement is defined by {last.definition} now, and was by {before.definition} in "
            f"“{before.title}”: the two cannot be compared."
        )
        return Sentence(topic, text, {})
    both = sorted(before.engagements.keys() & last.engagements.keys())
    found = of_mean([last.engagements[key] - before.engagements[key] for key in both])
    if found is None:
        text = (
            f"Only {len(both)} students were seen enough in “{last.title}” and in "
            f"“{before.title}”; {LEAST} are needed to compare them."
        )
        return Sentence(topic, text, {"students": len(both)})
    span = f"{found.low:+.2f} to {found.high:+.2f}"
    if found.is_clear:
        word = "up" if found.value > 0 else "down"
        text = (
            f"Engagement is {word} {abs(found.value):.2f} ({span}) from “{before.title}” to "
            f"“{last.title}”, by {found.n} students seen in both."
        )
    else:
        text = (
            f"Engagement shows no clear change from “{before.title}” to “{last.title}” ({span}), "
            f"by {found.n} students seen in both."
        )
    return Sentence(topic, text, {"change": found.value, "low": found.low, "high": found.high})


def _presence(before: CourseSession, last: CourseSession) -> Sentence:
    coverage = f"coverage was {percent(last.coverage)}, and {percent(before.coverage)} before"
    if last.attendance is None or before.attendance is None:
        text = f"The course has no list to count absences by; {coverage}."
        return Sentence("Presence", text, {})
    more = last.present - before.present
    change = "as many as" if not more else f"{abs(more)} {'more' if more > 0 else 'fewer'} than"
    text = f"{last.present} of {last.attendance.n} came, {change} last time; {coverage}."
    return Sentence("Presence", text, {"present": last.present, "more": more})
