"""Programs as Supervisor's file has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Program:
    """One that main() starts, and that Supervisor starts again whenever it ends.

    user: whom it runs as, None for the same one. ports: one process for each, which its command
    names by %(process_num)d. stop_s: how long it may take to end. whole_group: whether what it
    started is ended with it. environment: beside that of Supervisor.
    """

    name: str
    command: str
    user: str | None = None
    ports: range | None = None
    stop_signal: str = "TERM"
    stop_s: int = 10
    whole_group: bool = False
    environment: Mapping[str, Path] = field(default_factory=dict)

    @property
    def processes(self) -> list[str]:
        """Supervisor's names of them."""
        if self.ports is None:
            return [self.name]
        return [f"{self.name}:{self.name}_{port}" for port in self.ports]

    def section(self) -> str:
        """Its part of Supervisor's file."""
        values: dict[str, object] = {"command": self.command, "autostart": "false"}
        if self.user is not None:
            values["user"] = self.user
        if self.ports is not None:
            values |= {
                "process_name": f"{self.name}_%(process_num)d",
                "numprocs": len(self.ports),
                "numprocs_start": self.ports.start,
            }
        if self.whole_group:
            values |= {"stopasgroup": "true", "killasgroup": "true"}
        if self.environment:
            pairs = (f"{name}={quoted(value)}" for name, value in self.environment.items())
            values["environment"] = ",".join(pairs)
        return section(
            f"program:{self.name}",
            **values,
            # It is there again at once, however often it dies: a class waits for it.
            startsecs=0,
            autorestart="true",
            stopsignal=self.stop_signal,
            stopwaitsecs=self.stop_s,
            stdout_logfile="/dev/fd/1",
            stdout_logfile_maxbytes=0,
            redirect_stderr="true",
        )


def section(name: str, **values: object) -> str:
    """One of Supervisor's file."""
    return "\n".join((f"[{name}]", *(f"{key} = {value}" for key, value in values.items()), ""))


def escaped(path: Path | str) -> str:
    """Supervisor fills in what follows a percent sign."""
    return str(path).replace("%", "%%")


def quoted(path: Path | str) -> str:
    """As one word of a command."""
    return f'"{escaped(path)}"'
