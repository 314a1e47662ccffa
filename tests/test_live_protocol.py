import contextlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import msgspec
import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from inference.frames import FrameProblem
from inference.labels import EMOTIONS
from inference.pipeline import FrameResult
from inference.track import Estimate
from sessions.live import protocol
from sessions.live.protocol import (
    Camera,
    CloseCode,
    Fault,
    Hello,
    Ping,
    ProtocolError,
    SessionState,
    StudentMessage,
    parse,
)
from tests.server import ROOT

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_every_message_of_a_client_is_understood() -> None:
    assert parse('{"type": "hello", "version": 1}') == Hello(1)
    assert parse('{"type": "ping"}') == Ping()
    for state in protocol.CAMERA_STATES:
        assert parse(json.dumps({"type": "camera", "state": state})) == Camera(state)


@given(
    st.text(st.characters(codec=None)) | st.builds('{{"type": {}}}'.format, JSON.map(json.dumps))
)
def test_any_text_is_understood_or_refused_in_words_that_can_be_sent(text: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        parse(text)
    protocol.encode(Fault("bad_message", str(refused.value)))


@given(JSON)
def test_any_json_is_understood_or_refused(value: object) -> None:
    with pytest.raises(ProtocolError):
        parse(json.dumps(value))


@given(
    st.sampled_from(["hello", "camera"]),
    st.dictionaries(st.sampled_from(["version", "state", "x"]), JSON),
)
def test_a_known_type_with_odd_fields_is_understood_or_refused(
    kind: str, fields: dict[str, object]
) -> None:
    with contextlib.suppress(ProtocolError):
        assert isinstance(parse(json.dumps({**fields, "type": kind})), Hello | Camera)


@pytest.mark.parametrize(
    "text",
    [
        '{"type": "hello"}',
        '{"type": "hello", "version": true}',
        '{"type": "hello", "version": "1"}',
        '{"type": "camera", "state": ["on"]}',
        "[" * 100_000,
        '{"type": {"hello": 1}}',
        '{"type": "ping"} {"type": "ping"}',
        '{"type": "ping", "x": ' + "[" * 100_000,
        "\ud800",
    ],
)
def test_nearly_right_is_refused(text: str) -> None:
    with pytest.raises(ProtocolError):
        parse(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("no json", "malformed"),
        ("[]", "object"),
        ('{"type": "frame"}', "'frame'"),
        ('{"type": "hello"}', "version"),
        ('{"type": "camera", "state": "broken"}', "'broken'"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_what_to_send(text: str, reason: str) -> None:
    with pytest.raises(ProtocolError, match=reason) as refused:
        parse(text)
    for expected in ("hello", "version", "ping", *protocol.CAMERA_STATES):
        assert expected in str(refused.value)


def test_fields_of_a_later_version_are_passed_over() -> None:
    assert parse('{"type": "ping", "at": 3}') == Ping()


def test_close_codes_lie_where_applications_may_choose_them() -> None:
    assert all(4000 <= code < 5000 for code in CloseCode)


@given(
    st.integers(1, 4000),
    st.integers(1, 4000),
    st.tuples(*[st.integers(0, 4000)] * 4),
)
def test_a_box_is_told_in_shares_of_the_frame(
    width: int, height: int, box: tuple[int, int, int, int]
) -> None:
    assert all(0 <= share <= 1 for share in protocol.shares(box, width, height))


def test_a_result_tells_what_was_seen() -> None:
    probabilities = (0.0, 0.0, 0.0, 0.9, 0.1, 0.0, 0.0)
    seen = FrameResult(320, 240, 2, (32, 24, 160, 120), probabilities, None, "compact", "yunet")
    estimate = Estimate(
        "index-2", 0.61234, "engaged", direction="facing", probabilities=probabilities
    )
    told = json.loads(protocol.encode(protocol.result(7, AT, seen, estimate, True)))
    assert told == {
        "type": "result",
        "seq": 7,
        "at": "2026-11-21T09:30:00+00:00",
        "faces": 2,
        "box": [0.1, 0.1, 0.5, 0.5],
        "emotion": "happy",
        "probabilities": dict(zip(EMOTIONS, probabilities, strict=True)),
        "direction": "facing",
        "engagement": 0.6123,
        "level": "engaged",
    }
    kept = json.loads(protocol.encode(protocol.result(7, AT, seen, estimate, False)))
    assert kept == told | {"engagement": None, "level": None}
    away = replace(estimate, direction="turned", probabilities=None)
    turned = json.loads(protocol.encode(protocol.result(7, AT, seen, away, True)))
    assert (turned["emotion"], turned["probabilities"]) == (None, None)


@pytest.mark.parametrize(
    ("message", "sent"),
    [
        (Fault("bad_message", "No."), {"type": "error", "code": "bad_message", "message": "No."}),
        (
            Fault("truncated", "No.", 3),
            {"type": "error", "seq": 3, "code": "truncated", "message": "No."},
        ),
        (protocol.Shed(2, "Busy."), {"type": "shed", "seq": 2, "message": "Busy."}),
        (protocol.Pong(), {"type": "pong"}),
        (protocol.Pace(2.5, 0.8), {"type": "pace", "interval_s": 2.5, "wait_s": 0.8}),
        (SessionState("live"), {"type": "session", "state": "live"}),
        (
            SessionState("ended", "/sessions/3/report/"),
            {"type": "session", "state": "ended", "report_url": "/sessions/3/report/"},
        ),
        (
            protocol.Closing(4005, "This class has ended."),
            {"type": "closing", "code": 4005, "message": "This class has ended."},
        ),
    ],
)
def test_messages_are_sent_as_documented(message: Struct, sent: dict[str, object]) -> None:
    assert json.loads(protocol.encode(message)) == sent


@given(st.from_type(Fault) | st.from_type(protocol.Shed) | st.from_type(protocol.Closing))
def test_what_is_sent_can_be_read_again(message: StudentMessage) -> None:
    assert msgspec.json.decode(protocol.encode(message), type=StudentMessage) == message


def test_the_document_names_every_code_limit_and_message() -> None:
    text = (ROOT / "docs" / "protocol.md").read_text()
    for code in CloseCode:
        assert f"| {code.value} |" in text
    for state in protocol.CAMERA_STATES:
        assert f'"{state}"' in text
    for code in (*get_args(FrameProblem), "too_fast", "not_live", "failed"):
        assert f"| `{code}` |" in text
    for sent in ("hello", "result", "shed", "error", "pong", "session", "closing"):
        assert f'{{"type": "{sent}"' in text
    assert f"more than {protocol.MAX_TEXT} characters" in text
    assert f'"frame_bytes": {settings.FRAME_MAX_BYTES}' in text
    assert f'"frame_pixels": {settings.FRAME_MAX_PIXELS}' in text
    assert f'"frames_per_second": {settings.FRAME_RATE_LIMIT}' in text
