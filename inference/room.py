"""A room's camera: what all faces of its picture show together, over seconds. Pure."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from inference.facing import WINDOW_S, WORTH, direction_of
from inference.pictures import PictureResult


@dataclass(frozen=True, slots=True)
class RoomView:
    """faces: how many. facing: share of them that faces the camera, 0 to 1; one that looks down
    counts half. probabilities: their mean, in the order of EMOTIONS. Both are None where they
    are known of no face: without a model, and facing also without landmarks."""

    faces: int
    facing: float | None
    probabilities: tuple[float, ...] | None


def view_of(picture: PictureResult) -> RoomView:
    """One picture's faces together. Of a face that is turned away no emotion is counted."""
    facing: list[float] = []
    shown: list[tuple[float, ...]] = []
    for face in picture.faces:
        direction = None if face.pose is None else direction_of(face.pose)
        if direction is not None:
            facing.append(WORTH[direction])
        if face.estimates and direction != "turned":
            shown.append(face.estimates[0].probabilities)
    return RoomView(
        len(picture.faces),
        fmean(facing) if facing else None,
        _mean(shown, [1] * len(shown)),
    )


class RoomTrack:
    """The faces of a room over the last seconds."""

    def __init__(self) -> None:
        self._views: deque[tuple[float, RoomView]] = deque()

    def update(self, at_s: float, view: RoomView) -> RoomView:
        """Take in one picture; the faces of this one, and the means over the window, in which
        each picture counts by its faces. at_s: from any one clock."""
        self._views.append((at_s, view))
        while not 0 <= at_s - self._views[0][0] < WINDOW_S:
            self._views.popleft()
        faced = [one for _, one in self._views if one.facing is not None]
        shown = [one for _, one in self._views if one.probabilities is not None]
        return RoomView(
            view.faces,
            fmean([one.facing or 0.0 for one in faced], [one.faces for one in faced])
            if faced
            else None,
            _mean([one.probabilities or () for one in shown], [one.faces for one in shown]),
        )


def _mean(rows: Sequence[tuple[float, ...]], weights: Sequence[int]) -> tuple[float, ...] | None:
    """The weighted mean of rows of equal length; None of no rows."""
    if not rows:
        return None
    return tuple(fmean(column, weights) for column in zip(*rows, strict=True))
