import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from inference.labels import EMOTIONS
from sessions.models import Sample
from sessions.reports.exports import csv as csv_export
from sessions.reports.session import session_report
from tests.known_session import FORMULA_NAME, collected, make_known_session


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.django_db
def test_one_row_a_sample_as_it_is_stored() -> None:
    known = make_known_session(is_simulated=True)
    rows = rows_of(collected(csv_export.samples(session_report(known.session))))
    stored = list(Sample.objects.filter(session=known.session).in_order())
    assert len(rows) == len(stored) == 65
    for row, sample in zip(rows, stored, strict=True):
        assert int(row["participant"]) == sample.participant_id
        assert int(row["second"]) == sample.second
        assert row["at"] == sample.at.isoformat()
        assert row["emotion"] == sample.emotion
        if sample.is_usable:
            assert float(row["engagement"]) == sample.engagement
            assert tuple(float(row[name]) for name in EMOTIONS) == sample.probabilities
        else:
            assert row["engagement"] == row["happy"] == ""
    assert {row["simulated"] for row in rows} == {"yes"}
    assert {row["note"] for row in rows} == {"estimate, never a grade"}
    assert {row["model"] for row in rows} == {"compact", ""}
    assert {row["coverage"] for row in rows} == {"0.8333", "0.1667"}
    assert all(row["generated_at"] for row in rows)


@pytest.mark.django_db
def test_one_row_a_student_with_what_is_too_little_said() -> None:
    known = make_known_session()
    odd, ann, bob = rows_of(csv_export.students(session_report(known.session)))
    assert odd["student"] == "'" + FORMULA_NAME
    assert (ann["student"], ann["samples"], ann["usable"]) == ("Ann", "60", "50")
    assert float(ann["engagement"]) == pytest.approx(0.4)
    assert float(ann["happy_share"]) == 1
    assert ann["dominant"] == "happy"
    assert ann["remark"] == ""
    assert bob["engagement"] == ""
    assert bob["remark"] == "too little data"
    assert float(bob["attendance"]) == pytest.approx(0.5)
    assert (ann["simulated"], ann["model"]) == ("no", "compact")


@pytest.mark.django_db
def test_files_begin_with_the_mark_that_excel_needs() -> None:
    report = session_report(make_known_session().session)
    for content in (collected(csv_export.samples(report)), csv_export.students(report)):
        assert content.startswith(b"\xef\xbb\xbf")


@pytest.mark.django_db
def test_without_emotion_no_column_of_it_is_left(settings: Settings) -> None:
    settings.POLICY = "presence"
    report = session_report(make_known_session().session)
    for content in (collected(csv_export.samples(report)), csv_export.students(report)):
        rows = rows_of(content)
        assert rows
        head = " ".join(rows[0])
        assert "engagement" not in head
        assert not any(name in head for name in EMOTIONS)
        assert {row["note"] for row in rows} == {"presence only"}


STARTS = ("=", "+", "-", "@", *csv_export.FULL_WIDTH)


@pytest.mark.finding(8)
@given(st.text(st.sampled_from("=+-@\uff1d;,|\t\r\n \"'a1"), max_size=12))
def test_no_cell_is_a_formula_by_whatever_separator_a_file_is_read(text: str) -> None:
    safe = csv_export.plain(text)
    assert safe.replace("'", "") == text.replace("'", "")
    for separator in csv_export.SEPARATORS:
        for line in safe.splitlines():
            for cell in line.split(separator):
                assert not cell.strip().strip('"').strip().startswith(STARTS), (safe, cell)


@pytest.mark.finding(8)
@pytest.mark.parametrize("start", ["=", ";=", "a;=", "x\t=", ", +", '"=', "\n@", "\uff1d"])
def test_every_start_of_a_formula_is_guarded(start: str) -> None:
    safe = csv_export.plain(f"{start}1+1")
    assert "'" in safe
    assert not safe.startswith(STARTS)


def test_an_ordinary_name_stays_as_it_is() -> None:
    assert csv_export.plain("O'Neill, Zoë = me") == "O'Neill, Zoë = me"
