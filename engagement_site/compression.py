"""Pages are sent compressed; what is a file already, such as a zip of a course, is not."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class CompressedPagesMiddleware(GZipMiddleware):
    """Django's, which pads each answer at random against BREACH, for HTML and JSON alone.

    Not for streams: of an asynchronous one it makes a gzip file a piece, and browsers read the
    first alone.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        if response.streaming or kind not in ("text/html", "application/json"):
            return response
        return super().process_response(request, response)
