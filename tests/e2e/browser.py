"""A real Chromium with a video file as its webcam, for tests of what only a browser shows."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from inference.frames import encode_jpeg
from tests.conftest import skip_or_fail

if TYPE_CHECKING:
    # Only so: it imports models, and the pictures are taken without Django.
    from tests.classroom import Teacher

CHROMIUM: Final = Path("/usr/bin/chromium")
CAMERA_FPS: Final = 30
"""Chromium plays an MJPEG file at this rate, whatever the rate of the video it was made from."""

QUIET: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
LIGHT_AND_DARK: Final = ("light", "dark")
WIDTHS: Final = (1440, 390)


def make_camera_file(video: Path, folder: Path) -> Path:
    """The video as an MJPEG file in the folder, at the speed of the original.

    Chromium starts it anew whenever the camera opens, and loops it. Raises ValueError for a
    file that OpenCV cannot read.
    """
    target = folder / f"{video.stem}.mjpeg"
    if target.exists():
        return target
    capture = cv2.VideoCapture(str(video))
    step = (capture.get(cv2.CAP_PROP_FPS) or CAMERA_FPS) / CAMERA_FPS
    written = 0
    with target.open("wb") as file:
        read, position = 0, 0.0
        while True:
            more, image = capture.read()
            if not more:
                break
            read += 1
            jpeg = b""
            while position < read:
                jpeg = jpeg or encode_jpeg(np.asarray(image, np.uint8), 95)
                file.write(jpeg)
                written += 1
                position += step
    capture.release()
    if not written:
        target.unlink()
        raise ValueError(f"{video} holds no frame that OpenCV can read.")
    return target


def make_still_camera(picture: Path, folder: Path, size: tuple[int, int] = (1280, 720)) -> Path:
    """The picture, as large as it fits on grey, as what a webcam of this size shows for ever."""
    image = cv2.imread(str(picture))
    if image is None:
        raise ValueError(f"{picture} is no picture that OpenCV can read.")
    width, height = size
    scale = min(width / image.shape[1], height / image.shape[0])
    shown = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    view = np.full((height, width, 3), 128, np.uint8)
    left, top = (width - shown.shape[1]) // 2, (height - shown.shape[0]) // 2
    view[top : top + shown.shape[0], left : left + shown.shape[1]] = shown
    target = folder / f"{picture.stem}.mjpeg"
    target.write_bytes(encode_jpeg(view, 95) * CAMERA_FPS)
    return target


@contextmanager
def chromium(
    camera: Path | None = None, *, allow_camera: bool = True, arguments: Sequence[str] = ()
) -> Iterator[Browser]:
    """A browser of its own whose webcam is the MJPEG file; without a file it has no camera.

    With allow_camera the question for the camera is answered by yes; otherwise a page is
    refused, as when the user says no. Skips (fails in CI) where Chromium is not installed.
    """
    flags = [*_flags(camera, allow_camera), *arguments]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=flags)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def chromium_with_tabs(camera: Path) -> Iterator[BrowserContext]:
    """A Chromium as users have it: its tabs share a window, and those behind are throttled.

    One that Playwright launches is told that every tab is in front and never to throttle, so
    this one is started by hand and only then connected to.
    """
    flags = _flags(camera, allow_camera=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [
                str(CHROMIUM),
                "--headless=new",
                "--remote-debugging-port=0",
                f"--user-data-dir={profile}",
                *flags,
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            port = _debugging_port(Path(profile) / "DevToolsActivePort")
            with sync_playwright() as playwright:
                browser = playwright.chromium.connect_over_cdp(
                    f"http://127.0.0.1:{port}", no_defaults=True
                )
                yield browser.contexts[0]
                browser.close()
        finally:
            process.terminate()
            process.wait(timeout=10)


def _flags(camera: Path | None, allow_camera: bool) -> list[str]:
    if not CHROMIUM.exists():
        skip_or_fail(f"{CHROMIUM} is not installed: apt-get install chromium")
    flags = list(QUIET)
    if allow_camera:
        flags.append("--use-fake-ui-for-media-stream")
    if camera is not None:
        flags += [
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={camera}",
        ]
    return flags


def _debugging_port(file: Path, timeout_s: float = 20) -> int:
    """The port that Chromium writes into its profile once it listens."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if file.exists() and (lines := file.read_text().split()):
            return int(lines[0])
        time.sleep(0.05)
    raise TimeoutError(f"Chromium did not listen within {timeout_s} s.")


def signed_in(browser: Browser, teacher: Teacher) -> Page:
    """A page of the teacher, in a browser window of its own."""
    context = browser.new_context()
    base = teacher.server.base_url
    context.add_cookies(
        [{"name": cookie.name, "value": cookie.value or "", "url": base} for cookie in teacher.jar]
    )
    return context.new_page()


def flag(page: Page, name: str, value: str, timeout_s: float = 15) -> None:
    """Wait until the page has set the flag, for instance socket to open."""
    page.wait_for_function(
        "([name, value]) => document.documentElement.dataset[name] === value",
        arg=[name, value],
        polling=100,
        timeout=timeout_s * 1000,
    )


def answered(page: Page) -> int:
    """How many frames of this page have been analysed."""
    return int(page.evaluate("document.documentElement.dataset.answered || '0'"))


def wait_answered(page: Page, count: int, timeout_s: float = 20) -> None:
    """Wait until the page has had at least this many results."""
    page.wait_for_function(
        "count => Number(document.documentElement.dataset.answered) >= count",
        arg=count,
        polling=100,
        timeout=timeout_s * 1000,
    )


def hide(page: Page) -> Page:
    """Put another tab of the same window in front, as a student does; returns that tab.

    Works with chromium_with_tabs only. Raises a timeout error if the page stays visible.
    """
    other = page.context.new_page()
    other.bring_to_front()
    # By a timer: a hidden page gets no animation frames, which Playwright waits for by default.
    page.wait_for_function("document.visibilityState === 'hidden'", polling=100, timeout=5000)
    return other
