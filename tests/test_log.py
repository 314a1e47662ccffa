import logging
import sys

from engagement_site.log import Line


def line(message: str, *args: object) -> str:
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, message, args, None)
    return Line("{levelname} {message}", style="{").format(record)


def test_the_secrets_of_links_stay_out_of_the_log() -> None:
    assert line("Not Found: %s", "/join/ABC234/me/s3cret/wrong/") == (
        "WARNING Not Found: /join/ABC234/me/…/wrong/"
    )
    assert line("Gone: /join/ABC234/room/s3cret/ 410") == "WARNING Gone: /join/ABC234/room/…/ 410"
    assert line("Not Found: /invitations/s3cret/") == "WARNING Not Found: /invitations/…/"
    assert line("Not Found: /join/ABC234/class/") == "WARNING Not Found: /join/ABC234/class/"


def test_so_does_what_a_traceback_quotes() -> None:
    try:
        raise ValueError("/join/ABC234/me/s3cret/")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "Failed", (), sys.exc_info())
    text = Line("{message}", style="{").format(record)
    assert "ValueError: /join/ABC234/me/…/" in text
    assert "/join/ABC234/me/s3cret" not in text.split("ValueError:")[1]
