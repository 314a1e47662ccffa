"""The drawn face: both detectors find it, where it was drawn."""

import pytest

from inference.drawn_face import drawn_face
from inference.runtimes import DETECTORS, load_detector, make_runtime
from tests.data_folder import COMPILED


@pytest.mark.parametrize("name", DETECTORS)
@pytest.mark.parametrize("side", [60, 110, 180])
def test_every_detector_finds_it_in_the_middle(name: str, side: int) -> None:
    detector = load_detector(name, make_runtime("openvino", COMPILED))
    (face,) = detector.detect(drawn_face(320, 240, side))
    x, y, w, h = face.box
    assert (x + w / 2, y + h / 2) == pytest.approx((160, 120), abs=side / 6)
    assert h == pytest.approx(side, rel=0.25)
