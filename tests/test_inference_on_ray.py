"""The analysis on Ray Serve: a real cluster with two replicas of the real model."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from inference.analysis import Analysis, Options, Shed
from inference.frames import FrameError
from inference.here import AnalysisHere
from inference.pipeline import FrameResult
from inference.stages import Stages
from tests.conftest import ROOT, skip_or_fail
from tests.data_folder import COMPILED
from tests.ray_cluster import RayCluster, running_ray
from tests.server import running_server

MODEL = "compact"
MARK = b"this-frame-was-here-" + os.urandom(8).hex().encode()


@pytest.fixture(scope="module")
def cluster() -> Iterator[RayCluster]:
    if find_spec("ray") is None:
        skip_or_fail("Ray is not installed: pip install -r requirements-ray.txt")
    with running_ray() as running:
        running.serve(EMOTION_MODEL=MODEL)
        yield running


@pytest.fixture(scope="module", autouse=True)
def stranger(cluster: RayCluster) -> Iterator[subprocess.Popen[str]]:
    """Somebody who knows the address, and whose token is another one; Ray takes its time."""
    address = cluster.environ["RAY_ADDRESS"]
    code = f"import ray; ray.init(address={address!r}, log_to_driver=False); print('inside')"
    environ = {**os.environ, "RAY_AUTH_TOKEN": "0" * 64}
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env=environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        yield process
        process.kill()


@pytest.fixture(scope="module")
def stages() -> Stages:
    return Stages()


@pytest.fixture(scope="module")
def analysis(cluster: RayCluster, stages: Stages) -> Iterator[Analysis]:
    # Not before: Ray is not installed everywhere.
    from inference.on_ray import client

    with pytest.MonkeyPatch.context() as patch:
        # Here it would be the suite that ends.
        patch.setattr(client, "_end_process", lambda: None)
        analysis = client.AnalysisOnRay(cluster.environ["RAY_ADDRESS"], stages)
        yield analysis
        analysis.stop()


def marked(jpeg: bytes) -> bytes:
    """The same picture with a comment that can be looked for."""
    return jpeg[:2] + b"\xff\xfe" + (len(MARK) + 2).to_bytes(2, "big") + MARK + jpeg[2:]


async def outcome(analysis: Analysis, jpeg: bytes, *, member: int) -> FrameResult | FrameError:
    """What became of it; sent again while shed, as other tests may have the cores for a second."""
    deadline = time.monotonic() + 30
    while True:
        try:
            return await analysis.analyse(jpeg, group=1, member=member)
        except FrameError as error:
            return error
        except Shed:
            if time.monotonic() > deadline:
                raise


async def test_a_frame_is_answered_as_by_the_process_itself(
    analysis: Analysis, face_jpeg: bytes, stages: Stages
) -> None:
    options = Options(ROOT / "models", MODEL, "yunet", "openvino", COMPILED, 300_000, 1_000_000)
    here = AnalysisHere(options, Stages())
    expected = await here.analyse(face_jpeg, group=1, member=1)
    here.stop()
    seen = await outcome(analysis, face_jpeg, member=1)
    assert isinstance(seen, FrameResult)
    assert (seen.box, seen.faces, seen.model, seen.detector) == (
        expected.box, expected.faces, MODEL, "yunet"
    )  # fmt: skip
    assert seen.probabilities == pytest.approx(expected.probabilities, abs=0.03)
    assert analysis.served == here.served
    took = {s.labels["stage"]: s.value for m in stages.collect() for s in m.samples
            if s.name.endswith("_sum")}  # fmt: skip
    assert all(took[stage] > 0 for stage in ("queue", "decode", "detect", "emotion", "hop"))


async def test_what_is_no_picture_is_rejected_and_disturbs_no_other(
    analysis: Analysis, face_jpeg: bytes
) -> None:
    before = analysis.stats()
    bad, good = await asyncio.gather(
        outcome(analysis, b"no picture", member=1), outcome(analysis, face_jpeg, member=2)
    )
    assert isinstance(bad, FrameError)
    assert isinstance(good, FrameResult)
    assert good.faces == 1
    after = analysis.stats()
    assert (after["rejected"] - before["rejected"], after["answered"] - before["answered"]) == (
        1, 1
    )  # fmt: skip


def test_a_picture_shows_every_face(analysis: Analysis, group_jpeg: bytes) -> None:
    picture = analysis.picture(group_jpeg, 2_000_000, 10_000_000, "served")
    assert len(picture.faces) == 5
    assert [model.name for model in picture.models] == [MODEL]
    assert analysis.picture(group_jpeg, 2_000_000, 10_000_000, "none").models == ()
    with pytest.raises(FrameError):
        analysis.picture(b"no picture", 2_000_000, 10_000_000, "served")


async def test_no_frame_is_in_any_file_of_the_cluster(
    analysis: Analysis, cluster: RayCluster, face_jpeg: bytes, group_jpeg: bytes
) -> None:
    frame = marked(face_jpeg)
    answered = 0
    deadline = time.monotonic() + 60
    while answered < 60:  # where other tests take the cores, most of a crowd are shed
        assert time.monotonic() < deadline
        sent = (analysis.analyse(frame, group=1, member=number) for number in range(60))
        seen = await asyncio.gather(*sent, return_exceptions=True)
        answered += sum(isinstance(one, FrameResult) for one in seen)
    large = marked(group_jpeg) + bytes(1_900_000 - len(group_jpeg))
    await asyncio.to_thread(analysis.picture, large, 2_000_000, 10_000_000, "served")
    files = [path for path in cluster.folder.rglob("*") if path.is_file()]
    logs = [path for path in files if path.suffix in (".log", ".out", ".err")]
    assert len(logs) > 10
    assert [path for path in files if MARK in path.read_bytes()] == []
    spilled = [path for path in cluster.folder.rglob("*spill*") if any(path.iterdir())]
    assert spilled == []


@pytest.mark.alone
async def test_a_killed_replica_costs_the_frames_that_it_had_and_comes_back(
    analysis: Analysis, cluster: RayCluster, face_jpeg: bytes
) -> None:
    outcomes: list[tuple[float, bool]] = []
    killed_at = 0.0

    async def pupil(number: int) -> None:
        for _ in range(12):
            began = time.monotonic()
            try:
                await analysis.analyse(face_jpeg, group=1, member=number)
                outcomes.append((time.monotonic(), True))
            except Shed:
                outcomes.append((time.monotonic(), False))
            await asyncio.sleep(max(0.0, 0.5 - (time.monotonic() - began)))

    async def accident() -> None:
        nonlocal killed_at
        await asyncio.sleep(2.5)
        killed_at = time.monotonic()
        cluster.replicas()[0].kill()

    await asyncio.gather(*(pupil(number) for number in range(10)), accident())
    assert len(outcomes) == 120
    # Whatever was lost was lost at once; the rest of the class hardly noticed, on a busy machine.
    shed = [at for at, answered in outcomes if not answered]
    assert sum(at < killed_at for at in shed) <= 5
    assert sum(at > killed_at + 2 for at in shed) <= 5
    assert len(shed) <= 25
    deadline = time.monotonic() + 60
    while len(cluster.replicas()) < 2:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.2)
    assert analysis.is_healthy


async def test_a_site_serves_a_class_by_the_cluster(cluster: RayCluster, face_jpeg: bytes) -> None:
    from tests.classroom import Pupil, Teacher, until

    with running_server(EMOTION_MODEL=MODEL, **cluster.environ) as server:
        assert server.health()["model"]["name"] == MODEL
        session = Teacher(server).open_session()
        async with Pupil(server, session.code).socket() as socket:
            await socket.say(type="camera", state="on")
            answer = await socket.frame(face_jpeg)
            while answer["type"] == "shed":
                answer = await socket.frame(face_jpeg)
            assert (answer["type"], answer["faces"]) == ("result", 1)
        rows = f"from class_sessions_sample where session_id = {session.pk}"
        until(lambda: server.query(f"select count(*) {rows}") == [(1,)])
    assert len(cluster.replicas()) == 2


def test_a_stranger_without_the_token_may_do_nothing(
    cluster: RayCluster, stranger: subprocess.Popen[str]
) -> None:
    said, _ = stranger.communicate(timeout=90)
    assert stranger.returncode
    assert "inside" not in said
    assert "Unauthenticated" in said


async def test_replicas_come_with_the_load(
    analysis: Analysis, cluster: RayCluster, face_jpeg: bytes
) -> None:
    await asyncio.to_thread(cluster.serve, EMOTION_MODEL=MODEL, RAY_REPLICAS="1")
    deadline = time.monotonic() + 90
    while len(cluster.replicas()) > 1:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.5)
    await asyncio.to_thread(cluster.serve, EMOTION_MODEL=MODEL, RAY_REPLICAS="1-2")
    answered = 0

    async def busy(member: int) -> None:
        nonlocal answered
        while len(cluster.replicas()) < 2 and time.monotonic() < deadline:
            with contextlib.suppress(Shed):
                await analysis.analyse(face_jpeg, group=1, member=member)
                answered += 1

    await asyncio.gather(*(busy(member) for member in range(24)))
    assert len(cluster.replicas()) == 2
    assert answered > 0
