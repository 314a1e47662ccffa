"""A real HTTP server for one folder that can break off."""

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class FileServer(ThreadingHTTPServer):
    """asked: path of every request. cut_after: bytes of a body, in the first so many requests."""

    daemon_threads = True

    def __init__(
        self,
        folder: Path,
        *,
        cut_after: int | None = None,
        cuts: int | None = None,
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.cut_after = cut_after
        self.cuts = cuts
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: FileServer

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        file = self.server.folder / self.path.removeprefix("/")
        if not file.is_file():
            self.send_error(404)
            return
        content = file.read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        is_cut = self.server.cuts is None or len(self.server.asked) <= self.server.cuts
        self.wfile.write(content[: self.server.cut_after] if is_cut else content)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: tests read `asked`."""


@contextlib.contextmanager
def serving(folder: Path, **options: Any) -> Iterator[FileServer]:
    """Serve a folder on a free port of this machine, from a thread."""
    with FileServer(folder, **options) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
