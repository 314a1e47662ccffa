"""Debian's Firefox, spoken to by WebDriver BiDi: open pages, run scripts, click.

Playwright needs a Firefox of its own build, and Debian has no geckodriver; this much of the
protocol is enough for a student's way.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from websockets.sync.client import ClientConnection, connect

from tests.conftest import skip_or_fail

FIREFOX: Final = Path("/usr/bin/firefox-esr")
WITHIN_S: Final = 40.0
PREFERENCES: Final = {
    # The question for the camera is answered by yes, and there is one without hardware.
    "media.navigator.permission.disabled": True,
    "media.navigator.streams.fake": True,
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "remote.prefs.recommended": True,
}


WHERE: Final = """(async () => {
  const target = document.querySelector(%s);
  target.scrollIntoView({ block: "center", behavior: "instant" });
  for (let before = "", tries = 0; tries < 200; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const box = target.getBoundingClientRect();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2].map(Math.round);
    const now = JSON.stringify([x, y]);
    if (now === before && target.contains(document.elementFromPoint(x, y))) return now;
    before = now;
  }
  throw new Error("the element does not come to rest, or something lies over it");
})()"""


class Page:
    """One tab."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._number = 0
        self._send("session.new", capabilities={})
        self._context = self._send("browsingContext.getTree")["contexts"][0]["context"]

    def goto(self, address: str) -> None:
        where = {"context": self._context, "url": address}
        self._send("browsingContext.navigate", **where, wait="complete")

    def before_scripts(self, function: str) -> None:
        """Run a function in every page before its own scripts."""
        self._send("script.addPreloadScript", functionDeclaration=function)

    def evaluate(self, expression: str) -> Any:
        """The value of an expression, a text, number or truth; a promise is awaited."""
        answer = self._send(
            "script.evaluate", expression=expression, awaitPromise=True,
            target={"context": self._context}, userActivation=True,
        )  # fmt: skip
        assert answer["type"] == "success", answer
        return answer["result"].get("value")

    def wait_for(self, expression: str) -> None:
        """Wait until an expression is true; pages may change meanwhile."""
        deadline = time.monotonic() + WITHIN_S
        # Between two pages there is no document, or one without an element.
        while not self.evaluate(f"!!document.documentElement && ({expression})"):
            if time.monotonic() > deadline:
                shown = self.evaluate("location.href + ' ' + document.body.innerText")
                raise AssertionError(f"this did not become true: {expression}; there is: {shown}")
            time.sleep(0.1)

    def click(self, selector: str) -> None:
        """A real click, where the element has come to rest and nothing lies over it."""
        x, y = json.loads(self.evaluate(WHERE % json.dumps(selector)))
        actions: list[dict[str, Any]] = [
            {"type": "pointerMove", "x": x, "y": y},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        pointer = {"type": "pointer", "id": "mouse", "actions": actions}
        self._send("input.performActions", context=self._context, actions=[pointer])

    def type(self, text: str) -> None:
        """Keys into what has the focus."""
        keys = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        keyboard = {"type": "key", "id": "keys", "actions": keys}
        self._send("input.performActions", context=self._context, actions=[keyboard])

    def _send(self, method: str, **params: Any) -> Any:
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv(timeout=WITHIN_S))
            if message.get("id") == self._number:
                assert message["type"] == "success", message
                return message["result"]


@contextmanager
def firefox(width: int, height: int) -> Iterator[Page]:
    """A headless Firefox with an empty profile. Skips (fails in CI) where it is not installed."""
    if not FIREFOX.exists():
        skip_or_fail("Firefox is not here: apt-get install firefox-esr")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        profile = Path(folder)
        lines = [
            f'user_pref("{name}", {json.dumps(value)});' for name, value in PREFERENCES.items()
        ]
        (profile / "user.js").write_text("\n".join(lines))
        process = subprocess.Popen(
            [
                *(str(FIREFOX), "--headless", "--no-remote", "--profile", folder),
                *("--width", str(width), "--height", str(height)),
                *("--remote-debugging-port", "0", "about:blank"),
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={"HOME": folder, "PATH": "/usr/bin:/bin", "MOZ_DISABLE_CONTENT_SANDBOX": "1"},
        )  # fmt: skip
        try:
            with connect(f"ws://127.0.0.1:{_port(profile)}/session", max_size=None) as socket:
                yield Page(socket)
        finally:
            process.terminate()
            process.wait(timeout=30)


def _port(profile: Path) -> int:
    """Where it listens, as it writes it into its profile."""
    file = profile / "WebDriverBiDiServer.json"
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        try:
            return int(json.loads(file.read_text())["ws_port"])
        except (OSError, ValueError, KeyError):
            time.sleep(0.1)
    raise AssertionError("Firefox did not open its port")
