"""A real HTTP server for one folder that honours ranges or not, and can break off or stall."""

import contextlib
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class FileServer(ThreadingHTTPServer):
    """asked: path and Range header of every request. cut_after, stall_after: bytes of a body."""

    daemon_threads = True

    def __init__(
        self,
        folder: Path,
        *,
        ranges: bool = True,
        cut_after: int | None = None,
        stall_after: int | None = None,
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.ranges = ranges
        self.cut_after = cut_after
        self.stall_after = stall_after
        self.asked: list[tuple[str, str | None]] = []
        self.stopping = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: FileServer

    def do_GET(self) -> None:
        wanted = self.headers["Range"]
        self.server.asked.append((self.path, wanted))
        file = self.server.folder / self.path.removeprefix("/")
        if not file.is_file():
            self.send_error(404)
            return
        content = file.read_bytes()
        first = self._first_byte(wanted)
        if first is None:
            self.send_response(200)
        elif first < len(content):
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
            content = content[first:]
        else:
            self.send_error(416)
            return
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self._send(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: tests read `asked`."""

    def _first_byte(self, wanted: str | None) -> int | None:
        found = re.fullmatch(r"bytes=(\d+)-", wanted or "")
        return int(found[1]) if found and self.server.ranges else None

    def _send(self, content: bytes) -> None:
        if self.server.stall_after is not None:
            self.wfile.write(content[: self.server.stall_after])
            self.server.stopping.wait()
        else:
            self.wfile.write(content[: self.server.cut_after])


@contextlib.contextmanager
def serving(folder: Path, **options: Any) -> Iterator[FileServer]:
    """Serve a folder on a free port of this machine, from a thread."""
    with FileServer(folder, **options) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.stopping.set()
            server.shutdown()
            thread.join()
