"""As much of a browser as joining a class takes."""

from __future__ import annotations

import logging
import time
import urllib.parse
from dataclasses import dataclass
from typing import Final

import httpx

from sessions.site.headers import RETRY_AFTER

logger = logging.getLogger(__name__)

HTTP_TIMEOUT_S: Final = 30.0
LONGEST_WAIT_S: Final = 120


class SimulationError(Exception):
    """The simulation cannot run; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Plan:
    """url: of the site. code: of the class. fps: frames a second and student."""

    url: str
    code: str
    students: int
    fps: float
    seconds: float


class Browser:
    """Pages, forms and cookies of one student.

    address: of this machine, that it calls from; any by default.
    """

    def __init__(self, plan: Plan, address: str | None = None) -> None:
        self.address = address
        self._plan = plan
        self._base = f"{plan.url}/join/{urllib.parse.quote(plan.code)}/"
        self._client = httpx.Client(
            transport=httpx.HTTPTransport(local_address=address),
            timeout=HTTP_TIMEOUT_S,
            follow_redirects=True,
        )

    @property
    def cookies(self) -> str:
        """The Cookie header for the socket."""
        return "; ".join(f"{name}={value}" for name, value in self._client.cookies.items())

    def look(self) -> None:
        """Open the page of the class. Raises SimulationError where there is none to join."""
        try:
            answer = self._client.get(self._base)
        except httpx.HTTPError as error:
            raise SimulationError(
                f"{self._plan.url} cannot be reached ({error}). Is the server running?"
            ) from None
        if answer.is_error:
            reason = {
                403: f"The door of the class {self._plan.code} is closed; open it.",
                404: f"There is no class with the code {self._plan.code} at {self._plan.url}.",
                410: f"The class {self._plan.code} has ended; start another one.",
            }.get(answer.status_code, f"{self._base} answered {answer.status_code}.")
            raise SimulationError(reason)

    def join(self, name: str) -> None:
        """Consent and join. Raises SimulationError when the site does not take the student in."""
        self.look()
        form = {
            "csrfmiddlewaretoken": self._client.cookies.get("csrftoken") or "",
            "display_name": name,
            "consent": "on",
            "simulated": "on",
        }
        try:
            while (answer := self._post(form)).status_code == 429:
                self._wait_for_room(answer)
        except httpx.HTTPError as error:
            raise SimulationError(f"{name} could not join: {error}") from None
        if not any(cookie.startswith("participant_") for cookie in self._client.cookies):
            raise SimulationError(f"{name} was not let in by {self._base}.")

    def signal(self, kind: str, *, is_up: bool = True) -> None:
        """Give a sign, or lower a hand, unless it is refused. Raises httpx.HTTPError."""
        form = {
            "csrfmiddlewaretoken": self._client.cookies.get("csrftoken") or "",
            "kind": kind,
            "up": str(int(is_up)),
        }
        self._client.post(f"{self._base}signal/", data=form, headers={"Referer": self._base})

    def _post(self, form: dict[str, str]) -> httpx.Response:
        return self._client.post(self._base, data=form, headers={"Referer": self._base})

    def _wait_for_room(self, answer: httpx.Response) -> None:
        """The site lets one address join only so often. Raises SimulationError."""
        wait_s = int(answer.headers.get(RETRY_AFTER, LONGEST_WAIT_S + 1))
        if wait_s > LONGEST_WAIT_S:
            raise SimulationError(
                f"Too many have joined {self._base} from here today; open another class."
            )
        logger.warning("Too many joined at once; the next one tries again in %d s", wait_s)
        time.sleep(wait_s)

    def stored(self) -> int:
        """How many samples the server has stored of this student. Raises httpx.HTTPError."""
        return int(self._client.get(f"{self._base}data/").raise_for_status().json()["samples"])

    def close(self) -> None:
        """End its connections."""
        self._client.close()
