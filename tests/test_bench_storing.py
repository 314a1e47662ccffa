import json
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from sessions.models import Course, Sample

pytestmark = pytest.mark.django_db(transaction=True)


def test_everything_is_stored_while_pages_are_read_and_nothing_is_left() -> None:
    out = StringIO()
    arguments = ("--rate", "50", "--seconds", "3", "--json")
    call_command("bench_storing", *arguments, stdout=out, stderr=StringIO())
    found = json.loads(out.getvalue())
    assert found["added"] == found["stored"] == 150
    assert found["dropped"] == 0
    assert set(found["pages_ms"]) == {
        "sessions list", "live page", "course overview", "session report",
    }  # fmt: skip
    assert all(page["median"] > 0 for page in found["pages_ms"].values())
    assert not Sample.objects.exists()
    assert not Course.objects.exists()
    assert not User.objects.exists()


@pytest.mark.parametrize("odd", [("--rate", "0"), ("--seconds", "-1"), ("--seconds", "inf")])
def test_odd_numbers_are_refused(odd: tuple[str, str]) -> None:
    with pytest.raises(CommandError, match="at least 1"):
        call_command("bench_storing", *odd)
