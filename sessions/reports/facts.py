"""What every report and export says about itself, and how its figures are written."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import slugify

from inference.labels import EMOTIONS
from inference.registry import model_manifest
from sessions.reports.agreement import Agreement
from sessions.reports.disputes import DisputeReport
from sessions.reports.intervals import Interval
from sessions.reports.segments import Change
from sessions.reports.session import SessionReport

NOTE: Final = "Emotion and engagement are a model's estimate, never a grade."
SHORT_NOTE: Final = "estimate, never a grade"
PRESENCE_NOTE: Final = "This site counts presence only; no emotion is estimated."
SIMULATED: Final = "Simulated data: these are not real students."
TOO_LITTLE: Final = "too little data"
TOO_FEW: Final = "too few students"


def note(report: SessionReport) -> str:
    return NOTE if report.with_emotion else PRESENCE_NOTE


def simulated(report: SessionReport) -> str:
    """The mark of simulated data; empty where all of it is real."""
    if report.is_simulated:
        return SIMULATED
    count = report.simulated_students
    if count == 0:
        return ""
    if count == len(report.students):
        return "Simulated data: every student of this session is simulated."
    return f"Partly simulated: {count} of {len(report.students)} students are not real."


def facts(report: SessionReport) -> list[tuple[str, str]]:
    """Name and value of what describes the session, for a head or a summary."""
    total = report.total
    rows = [
        ("Course", report.course),
        ("Started", moment(report.started_at) or "not yet"),
        ("Ended", moment(report.ended_at) or ("still live" if report.is_live else "not yet")),
        *(
            []
            if report.window.is_whole
            else [("Only", f"{clock(report.window.start_s)} to {clock(report.window.end_s)}")]
        ),
        ("Length", duration(report.length_s)),
        ("Students", str(len(report.students))),
        ("Sampling interval", f"{report.interval_s:g} s"),
        ("Samples", f"{total.samples:,} ({total.usable:,} with a face)"),
        ("Coverage", percent(total.coverage)),
    ]
    if report.disputes.students:
        rows.append(("Called wrong", disputed(report.disputes)))
    if report.is_thinned:
        rows.append(("Detail", "by minute: single samples are deleted"))
    made_by = report.provenance
    if made_by.detectors:
        rows.append(("Faces found by", ", ".join(made_by.detectors)))
    if report.with_emotion:
        rows.append(("Emotion model", _models(report)))
        rows.append(("Facing the screen", facing(total.facing)))
        if made_by.definitions:
            rows.append(("Engagement defined by", ", ".join(made_by.definitions)))
    if simulated(report):
        rows.append(("Simulated", simulated(report)))
    return rows


def model_names(report: SessionReport) -> str:
    return ", ".join(report.provenance.models) or "none"


def _models(report: SessionReport) -> str:
    """The models' names, with title and initial weights where this site still has them."""
    return "; ".join(_model(name) for name in report.provenance.models) or "none"


def _model(name: str) -> str:
    manifest = model_manifest(settings.MODELS_DIR, name)
    if manifest is None:
        return name
    return f"{name}: {manifest.title} (initial weights: {manifest.initial_weights})"


def file_name(report: SessionReport, ending: str) -> str:
    """A name for a download, such as waves-2026-11-21-samples.csv."""
    day = timezone.localtime(report.started_at or report.generated_at)
    title = slugify(report.title)[:60].strip("-") or "session"
    return f"{title}-{day:%Y-%m-%d}{ending}"


def percent(share: float | None) -> str:
    """A share from 0 to 1 as a whole percentage."""
    return TOO_LITTLE if share is None else f"{share * 100:.0f} %"


def facing(share: float | None) -> str:
    """A share of time as a whole percentage; unknown where the detector finds no landmarks."""
    return "not known" if share is None else percent(share)


def decimal(value: float | None) -> str:
    """An engagement from 0 to 1 with two digits."""
    return TOO_LITTLE if value is None else f"{value:.2f}"


def agreement(found: Agreement | None) -> str:
    """Whether the estimate agrees with the students' own answers, in a sentence."""
    if found is None or not found.answers:
        return ""
    by = f"{found.answers} answers of {found.students} students"
    if not found.is_known:
        return f"Too few answers to compare the estimate with ({by})."
    interval = f"rank correlation {found.correlation:.2f}, {found.low:.2f} to {found.high:.2f}"
    if found.is_doubted:
        return (
            f"The model does not agree with your students: {interval} (95 %), {by}. The estimate "
            "is shown greyed."
        )
    return f"The estimate goes with what your students say: {interval} (95 %), {by}."


def disputed(found: DisputeReport) -> str:
    """How much the students call wrong, in a sentence."""
    if not found.students:
        return "No student has said that anything of it was wrong."
    who = "1 student says" if found.students == 1 else f"{found.students} students say"
    minutes, of = round(found.disputed_s / 60), round(found.connected_s / 60)
    sentence = f"{who} that {minutes} of {of} minutes were wrong"
    if not found.samples or found.share is None:
        return f"{sentence}; nothing was recorded in them."
    share = percent(found.share) if found.share >= 0.005 else "less than 1 %"
    return f"{sentence}: {share} of the recorded samples."


def change(found: Change | None) -> str:
    """A change of engagement with its interval, in words."""
    if found is None:
        return TOO_FEW
    return _in_words(found.mean, found.low, found.high, ("up {}", "down {}", "no clear change"))


def difference(found: Interval | None) -> str:
    """A difference of engagement with its interval, in words."""
    if found is None:
        return TOO_FEW
    words = ("{} higher", "{} lower", "no clear difference")
    return _in_words(found.value, found.low, found.high, words)


def _in_words(value: float, low: float, high: float, words: tuple[str, str, str]) -> str:
    """words: for more, for less, and for an interval that holds none at all."""
    more, less, unclear = words
    said = unclear if low <= 0 <= high else (more if value > 0 else less)
    return f"{said.format(f'{abs(value):.2f}')} ({low:+.2f} to {high:+.2f})"


def interval(found: Interval) -> str:
    """The 95 % interval of an engagement."""
    return f"{found.low:.2f} to {found.high:.2f}"


def duration(seconds: float) -> str:
    """A length of time in words: 45 s, 12 min, 1 h 05 min."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


def clock(second: float) -> str:
    """A moment of the session: 12:30, or 1:02:30 from one hour on."""
    minutes, seconds = divmod(int(second), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def moment(at: datetime | None) -> str:
    """A date and time in the site's time zone, which it names; empty for none."""
    return date_format(timezone.localtime(at), "j M Y, H:i T") if at else ""


def emotion_mix(shares: tuple[float, ...] | None) -> str:
    """The emotions with a share of at least a hundredth, the largest first."""
    if shares is None:
        return TOO_LITTLE
    pairs = sorted(zip(EMOTIONS, shares, strict=True), key=lambda pair: -pair[1])
    return ", ".join(f"{name} {share * 100:.0f} %" for name, share in pairs if share >= 0.01)
