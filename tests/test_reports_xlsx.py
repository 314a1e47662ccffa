import io
import zipfile
from xml.etree import ElementTree

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from pytest_django import Settings

from inference.labels import EMOTIONS
from sessions.models import Sample
from sessions.reports.exports import rows as sample_rows
from sessions.reports.exports import xlsx
from sessions.reports.session import SessionReport, session_report
from tests.factories import make_session
from tests.known_session import FORMULA_NAME, make_known_session

pytestmark = pytest.mark.django_db


def workbook(report: SessionReport, most_rows: int = xlsx.EXCEL_ROWS) -> bytes:
    return xlsx.workbook(report, list(sample_rows.rows(report)), most_rows=most_rows)


def opened(content: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def table(book: Workbook, sheet: str) -> list[dict[str, object]]:
    head, *rows = book[sheet].iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


def test_every_sheet_agrees_with_the_database() -> None:
    known = make_known_session()
    report = session_report(known.session)
    book = opened(workbook(report))
    assert book.sheetnames == ["Summary", "Students", "Timeline", "Samples"]

    samples = table(book, "Samples")
    stored = list(Sample.objects.filter(session=known.session).in_order())
    assert [row["Second"] for row in samples] == [sample.second for sample in stored]
    assert [row["Engagement"] for row in samples] == [sample.engagement for sample in stored]
    # Excel's numbers have 16 digits.
    assert [row["Happy"] for row in samples] == [
        pytest.approx(sample.happy) if sample.is_usable else None for sample in stored
    ]
    assert samples[0]["Time (UTC)"] == stored[0].at.replace(tzinfo=None)

    odd, ann, bob = table(book, "Students")
    assert odd["Student"] == FORMULA_NAME
    assert ann["Mean engagement"] == pytest.approx(0.4)
    assert ann["Coverage"] == pytest.approx(50 / 60)
    assert bob["Mean engagement"] == "too little data"

    timeline = table(book, "Timeline")
    assert sum(int(str(row["Samples"])) for row in timeline) == len(stored)
    assert [row["Engagement"] for row in timeline] == [
        pytest.approx(bucket.engagement) if bucket.engagement is not None else None
        for bucket in report.buckets
    ]


def test_the_summary_carries_what_every_export_must_say() -> None:
    book = opened(workbook(session_report(make_known_session(is_simulated=True).session)))
    cells = {str(cell) for row in book["Summary"].values for cell in row if cell is not None}
    assert "Emotion and engagement are a model's estimate, never a grade." in cells
    assert "Simulated data: these are not real students." in cells
    assert {"Coverage", "Generated"} <= cells
    assert any(cell.startswith("compact: Compact residual network") for cell in cells)


def test_names_are_texts_and_never_formulas_or_links() -> None:
    book = opened(workbook(session_report(make_known_session(title="=1+1").session)))
    for sheet in book:
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" and cell.hyperlink is None for cell in row)


def test_heads_are_frozen_and_shares_are_percentages() -> None:
    book = opened(workbook(session_report(make_known_session().session)))
    assert all(book[name].freeze_panes == "B2" for name in ("Students", "Timeline", "Samples"))
    assert book["Students"]["C3"].number_format == "0 %"


def test_the_charts_are_native_and_point_at_their_columns() -> None:
    content = workbook(session_report(make_known_session().session))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        charts = [
            ElementTree.fromstring(archive.read(name))
            for name in sorted(archive.namelist())
            if name.startswith("xl/charts/chart")
        ]
    formulas = [
        [element.text or "" for element in chart.iter() if element.tag.endswith("}f")]
        for chart in charts
    ]
    assert len(charts) == 3
    assert any("Timeline!$F$2" in text for text in formulas[0])
    assert sum("Timeline!" in text for text in formulas[1]) == 2 * len(EMOTIONS)
    assert any("Students!$G$2:$G$4" in text for text in formulas[2])


def test_samples_beyond_what_excel_holds_are_left_out_and_said() -> None:
    report = session_report(make_known_session().session)
    book = opened(workbook(report, most_rows=21))
    assert book["Samples"].max_row == 21
    cells = " ".join(str(cell) for row in book["Summary"].values for cell in row)
    assert "the last 45 of 65 samples are left out" in cells


def test_without_emotion_no_column_of_it_is_left(settings: Settings) -> None:
    settings.POLICY = "presence"
    book = opened(workbook(session_report(make_known_session().session)))
    heads = {str(cell.value) for sheet in book.worksheets[1:] for cell in sheet[1]}
    assert not heads & {"Engagement", "Mean engagement", "Emotion", "Happy", "Model"}
    assert "Coverage" in heads


@pytest.mark.parametrize("state", ["planned", "live"])
def test_a_session_without_data_makes_a_file_too(state: str) -> None:
    book = opened(workbook(session_report(make_session(state=state))))
    assert book["Samples"].max_row == 1
