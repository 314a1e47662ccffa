"""Bodies of HTTP requests that are never written to disk, because they may hold a face."""

import time
from io import BytesIO

from daphne.http_protocol import WebRequest
from django.conf import settings


class MemoryRequest(WebRequest):
    """Daphne's request, with its body in memory.

    Twisted writes a body of 100 kB or more to a temporary file, and so does Django with one
    over FILE_UPLOAD_MAX_MEMORY_SIZE; here a body over that size is dropped and answered 413.
    """

    is_too_long = False

    def gotLength(self, length: int | None) -> None:
        self.content = BytesIO()

    def handleContentChunk(self, data: bytes) -> None:
        if self.content.tell() + len(data) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE:
            self.is_too_long = True
            self.content = BytesIO()
        if not self.is_too_long:
            self.content.write(data)

    def process(self) -> None:
        if not self.is_too_long:
            super().process()
            return
        self.request_start = time.time()
        limit = settings.FILE_UPLOAD_MAX_MEMORY_SIZE
        self.basic_error(413, b"Content Too Large", f"At most {limit:,} bytes can be sent.")
