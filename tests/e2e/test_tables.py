"""Tables that are sorted by their heads and searched, with the keyboard too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import chromium, flag
from tests.e2e.pages import enter, make_site
from tests.server import running_server


@pytest.fixture(scope="module")
def report() -> Iterator[Page]:
    """The report of the demonstration's longest lesson, with eighteen students."""
    with running_server() as server, chromium() as browser:
        site = make_site(server)
        page = browser.new_page()
        enter(page, site, "teacher", "")
        page.goto(f"{site.base_url}{site.pages['teacher']['report']}")
        flag(page, "ready", "true", timeout_s=30)
        yield page


def names(page: Page) -> list[str]:
    return page.locator("section[aria-labelledby=students] tbody th:visible").all_inner_texts()


def test_heads_sort_by_value_both_ways_and_say_so(report: Page) -> None:
    table = report.locator("section[aria-labelledby=students] table")
    head = table.get_by_role("columnheader", name="Engagement")
    head.get_by_role("button").press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    values = table.locator("tbody tr").evaluate_all(
        "rows => rows.map((row) => parseFloat(row.cells[2].textContent))"
    )
    numbers = [value for value in values if value is not None and value == value]
    assert numbers == sorted(numbers)
    assert len(numbers) < len(values), "who has too little data comes last"
    assert values[: len(numbers)] == numbers
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    table.get_by_role("columnheader", name="Name").get_by_role("button").click()
    expect(head).not_to_have_attribute("aria-sort", "descending")
    shown = names(report)
    assert shown == sorted(shown, key=str.casefold)


def test_a_long_table_is_searched_and_says_how_many_are_left(report: Page) -> None:
    search = report.get_by_role("searchbox", name="Find in Students")
    assert len(names(report)) == 18
    search.fill("  novak ")
    (found,) = names(report)
    assert found.startswith("Ada Novak")
    left = report.locator("section[aria-labelledby=students] .table-search [role=status]")
    expect(left).to_have_text("1 of 18")
    search.fill("nobody of this name")
    assert names(report) == []
    search.fill("")
    assert len(names(report)) == 18
