"""Pages are compressed for browsers that take it, and files are left alone."""

import gzip

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory

from engagement_site.compression import CompressedPagesMiddleware

LONG = b"engaged " * 200


def test_a_page_comes_compressed_and_whole() -> None:
    page = Client().get("/privacy/", headers={"accept-encoding": "gzip"})
    assert page.headers["Content-Encoding"] == "gzip"
    assert "never a grade" in gzip.decompress(page.content).decode()
    assert Client().get("/privacy/").headers.get("Content-Encoding") is None


@pytest.mark.parametrize(
    ("kind", "is_compressed"),
    [
        ("text/html; charset=utf-8", True),
        ("application/json", True),
        ("application/zip", False),
        ("text/csv; charset=utf-8", False),
    ],
)
def test_what_is_compressed(kind: str, is_compressed: bool) -> None:
    request = RequestFactory().get("/", headers={"accept-encoding": "gzip"})
    answer = HttpResponse(LONG, kind)
    CompressedPagesMiddleware(lambda _: answer)(request)
    assert ("Content-Encoding" in answer.headers) is is_compressed


def test_a_stream_is_left_alone() -> None:
    """Compressed piece by piece, a browser would read the first piece alone."""
    request = RequestFactory().get("/", headers={"accept-encoding": "gzip"})
    answer = StreamingHttpResponse([LONG], content_type="application/json")
    CompressedPagesMiddleware(lambda _: answer)(request)
    assert "Content-Encoding" not in answer.headers
