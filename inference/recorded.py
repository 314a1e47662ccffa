"""Frames that bring their own answer along: for a demonstration without a camera, never a class.

Such a frame is a JPEG of nothing whose comment says what a model would have seen. So it takes
every step of a camera's frame but the analysis itself.
"""

from typing import Annotated, Final

import cv2
import msgspec
import numpy as np
from msgspec import Meta, Struct

from inference.labels import EMOTIONS
from inference.pipeline import FrameResult
from inference.pose import Pose

NAME: Final = "simulated"
"""In place of a model's and a detector's name: nothing was seen by any."""
WIDTH, HEIGHT = 320, 240
BOX: Final = (112, 60, 96, 120)
MARK: Final = b"recorded:"
COMMENT: Final = b"\xff\xfe"

Degrees = Annotated[float, Meta(ge=-180, le=180)]
Probabilities = Annotated[
    tuple[Annotated[float, Meta(ge=0, le=1)], ...],
    Meta(min_length=len(EMOTIONS), max_length=len(EMOTIONS)),
]


class Recording(Struct, frozen=True, array_like=True):
    """What a frame shows. faces: usable ones. yaw, pitch: of the largest, in degrees.

    probabilities: its seven, in the order of EMOTIONS.
    """

    faces: Annotated[int, Meta(ge=0, le=100)]
    yaw: Degrees
    pitch: Degrees
    probabilities: Probabilities


_decoder = msgspec.json.Decoder(Recording)


def _blank() -> bytes:
    encoded, picture = cv2.imencode(".jpg", np.full((HEIGHT, WIDTH), 128, np.uint8))
    if not encoded:
        raise RuntimeError("OpenCV cannot write a JPEG")
    return picture.tobytes()


BLANK: Final = _blank()


def write(recording: Recording) -> bytes:
    """A JPEG that carries the recording in a comment behind its first marker."""
    text = MARK + msgspec.json.encode(recording)
    return BLANK[:2] + COMMENT + (len(text) + 2).to_bytes(2, "big") + text + BLANK[2:]


def read(jpeg: bytes, *, with_emotion: bool) -> FrameResult | None:
    """What the frame says was seen; None for one of a camera.

    with_emotion: False where only presence may be counted.
    """
    if jpeg[2:4] != COMMENT or jpeg[6 : 6 + len(MARK)] != MARK:
        return None
    text = jpeg[6 + len(MARK) : 4 + int.from_bytes(jpeg[4:6], "big")]
    try:
        seen = _decoder.decode(text)
    except msgspec.DecodeError:
        return None
    estimated = with_emotion and seen.faces > 0
    return FrameResult(
        WIDTH,
        HEIGHT,
        seen.faces,
        BOX if seen.faces else None,
        seen.probabilities if estimated else None,
        Pose(seen.yaw, seen.pitch) if estimated else None,
        NAME if estimated else "",
        NAME,
    )
