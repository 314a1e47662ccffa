import json
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from sessions.reports.exports.registry import EXPORTS
from tests.factories import make_course
from tests.known_session import make_known_session

pytestmark = pytest.mark.django_db(transaction=True)
MOST_QUERIES = 20


def test_every_page_and_export_is_measured_and_none_asks_more_than_twenty_times() -> None:
    known = make_known_session()
    out = StringIO()
    call_command("bench_pages", "--json", stdout=out, stderr=StringIO())
    told = json.loads(out.getvalue())
    pages = {row["page"]: row for row in told["pages"]}
    assert {"session report", "course overview", "sessions list", "admin sample"} <= set(pages)
    assert {f"session export {kind}" for kind in EXPORTS} <= set(pages)
    for row in pages.values():
        assert row["ms"] > 0
        assert row["peak_mb"] > 0
        # That of the zip grows with the course, which is written session by session.
        assert row["page"] == "course export zip" or 0 < row["queries"] <= MOST_QUERIES, row
    # Whoever was made to look at the admin site is gone again.
    assert list(User.objects.all()) == [known.teacher]


def test_without_a_course_it_says_how_to_make_one() -> None:
    with pytest.raises(CommandError, match=r"manage\.py seed_semester"):
        call_command("bench_pages")


def test_a_course_is_chosen_by_its_number() -> None:
    make_known_session()
    empty = make_course()
    out = StringIO()
    call_command("bench_pages", f"--course={empty.pk}", stdout=out, stderr=StringIO())
    assert "course overview" in out.getvalue()
    assert "session report" not in out.getvalue()
