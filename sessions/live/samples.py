"""What becomes of an analysed frame: a record to store, and news for the dashboards. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from inference.labels import EMOTIONS, most_probable
from inference.pictures import PictureResult
from inference.pipeline import FrameResult
from inference.room import RoomView
from inference.track import Estimate
from sessions.joining.admission import Admission
from sessions.live.people import Presence
from sessions.models import RoomSample, Sample


def sample_of(
    me: Admission,
    at: datetime,
    started_at: datetime,
    seen: FrameResult,
    estimate: Estimate,
) -> Sample:
    """The record of one analysed frame."""
    values = estimate.probabilities
    return Sample(
        session_id=me.session_id,
        participant_id=me.participant_id,
        at=at,
        second=max(0, int((at - started_at).total_seconds())),
        faces=seen.faces,
        emotion="" if values is None else most_probable(values),
        engagement=estimate.engagement,
        model_name=seen.model,
        detector=seen.detector,
        definition=estimate.definition,
        expression=estimate.expression,
        facing=estimate.facing,
        direction=estimate.direction,
        **({} if values is None else dict(zip(EMOTIONS, values, strict=True))),
    )


def room_sample_of(
    session_id: int, at: datetime, started_at: datetime, seen: PictureResult, view: RoomView
) -> RoomSample:
    """The record of one analysed frame of the room's camera: all its faces together."""
    values = view.probabilities
    return RoomSample(
        session_id=session_id,
        at=at,
        second=max(0, int((at - started_at).total_seconds())),
        faces=view.faces,
        facing=view.facing,
        model_name=seen.models[0].name if seen.models else "",
        detector=seen.detector,
        **({} if values is None else dict(zip(EMOTIONS, values, strict=True))),
    )


def with_sample(person: Presence, at: datetime, seen: FrameResult, estimate: Estimate) -> Presence:
    """What is known of a person after one more analysed frame."""
    return replace(
        person,
        faces=seen.faces,
        face_at=at.timestamp() if seen.faces else person.face_at,
        probabilities=estimate.probabilities,
        engagement=estimate.engagement,
        level=estimate.level,
        direction=estimate.direction,
        label=estimate.label,
    )
