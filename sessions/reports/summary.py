"""The lesson in three sentences, each made of figures that stand beside it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from sessions.reports.facts import percent
from sessions.reports.levels import Stretch, stretches
from sessions.reports.session import SessionReport

LEAST_STRETCHES: Final = 3
"""A typical moment of fewer is none."""
NOTABLE: Final = 0.15
"""By so much a stretch differs from the typical moment, or it is not worth a sentence."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """topic: a word or two above it. figures: what it was made of, by name."""

    topic: str
    text: str
    figures: Mapping[str, float]


def summary(report: SessionReport) -> tuple[Sentence, ...]:
    """Overall, what stood out, and the students' own word or how far to trust it."""
    if not report.has_data or not report.with_emotion:
        return ()
    known = [one for one in stretches(report) if one.share is not None]
    if len(known) < LEAST_STRETCHES:
        return ()
    return (_overall(report, known), _notable(report, known), _trust(report))


def _overall(report: SessionReport, known: Sequence[Stretch]) -> Sentence:
    typical = median(one.share or 0.0 for one in known)
    of = round(median(one.known for one in known))
    engaged = round(typical * of)
    coverage = report.total.coverage or 0.0
    text = (
        f"At a typical moment {engaged} of the {of} students seen were engaged or very engaged; "
        f"a face was seen in {percent(coverage)} of the expected pictures."
    )
    figures = {"engaged": engaged, "seen": of, "share": typical, "coverage": coverage}
    return Sentence("Overall", text, figures)


def _notable(report: SessionReport, known: Sequence[Stretch]) -> Sentence:
    """The longest run that lay furthest below the typical moment, or else above."""
    typical = median(one.share or 0.0 for one in known)
    low = min(known, key=lambda one: one.share or 0.0)
    high = max(known, key=lambda one: one.share or 0.0)
    is_dip = typical - (low.share or 0.0) >= (high.share or 0.0) - typical
    peak = low if is_dip else high
    if abs((peak.share or 0.0) - typical) < NOTABLE:
        text = (
            f"It stayed even: the share engaged was never {round(100 * NOTABLE)} points away from "
            f"its usual {percent(typical)}."
        )
        return Sentence("Over time", text, {"share": typical})
    run = _run_around(peak, known, typical, is_dip, report.cell_s)
    engaged = round(sum(one.engaged for one in run) / len(run))
    of = round(sum(one.known for one in run) / len(run))
    start, end = run[0].start_s // 60, (run[-1].start_s + report.cell_s) // 60
    during = _marker_at(report, peak.start_s)
    text = (
        f"{'Fewest' if is_dip else 'Most'} were engaged from minute {start} to {end}{during}: "
        f"{engaged} of {of}."
    )
    figures = {"start_s": run[0].start_s, "end_s": run[-1].start_s + report.cell_s}
    topic = "The dip" if is_dip else "The peak"
    return Sentence(topic, text, {**figures, "engaged": engaged, "seen": of})


def _run_around(
    peak: Stretch, known: Sequence[Stretch], typical: float, is_dip: bool, cell_s: int
) -> list[Stretch]:
    """The stretches next to each other around the peak that lie half as far off at least."""
    half = abs((peak.share or 0.0) - typical) / 2
    sign = -1 if is_dip else 1
    place = known.index(peak)
    run = [peak]
    for step in (-1, 1):
        at = place + step
        while 0 <= at < len(known):
            one, before = known[at], known[at - step]
            is_next = abs(one.start_s - before.start_s) == cell_s
            if not is_next or sign * ((one.share or 0.0) - typical) < half:
                break
            run.append(one)
            at += step
    return sorted(run, key=lambda one: one.start_s)


def _marker_at(report: SessionReport, second: int) -> str:
    begun = [one for one in report.markers if one.second <= second]
    return f" (“{begun[-1].label}”)" if begun else ""


def _trust(report: SessionReport) -> Sentence:
    asked = [one for one in report.voice.check_ins if one.mean is not None]
    if asked:
        one = max(asked, key=lambda row: row.answers)
        mean = one.mean or 0.0
        text = (
            f"Asked “{one.question}”, {one.answers} of {len(report.students)} students answered "
            f"{mean:.1f} of 5 on average."
        )
        return Sentence("Their own word", text, {"answers": one.answers, "mean": mean})
    little = sum(row.tally.engagement is None for row in report.students)
    text = (
        f"{little} of {len(report.students)} students were seen too little to say anything of "
        "them, and nobody was asked: take the estimate for what it is."
    )
    return Sentence("Trust", text, {"little": little, "students": len(report.students)})
