"""How soon each page shows something: python -m tests.e2e.first_paint

Opens every page of the demonstration with nothing in its cache, on the same machine as the server,
and prints one JSON object: milliseconds to the first contentful paint, the slowest page first.
"""

from __future__ import annotations

import json
import sys
from typing import Final

from playwright.sync_api import Browser

from tests.e2e.browser import chromium
from tests.e2e.pages import Role, Site, enter, make_site
from tests.server import running_server

PAINTED: Final = """() => new Promise((resolve) => {
  new PerformanceObserver((list) => {
    const [entry] = list.getEntriesByName("first-contentful-paint");
    if (entry) resolve(Math.round(entry.startTime));
  }).observe({ type: "paint", buffered: true });
})"""


def paint_times(browser: Browser, site: Site, role: Role) -> dict[str, int]:
    """Milliseconds by the page's name, of all pages of a role."""
    first = browser.new_context()
    enter(first.new_page(), site, role, "Ada")
    times = {}
    for name, path in site.pages[role].items():
        context = browser.new_context(storage_state=first.storage_state())
        page = context.new_page()
        page.goto(f"{site.base_url}{path}")
        times[name] = int(page.evaluate(PAINTED))
        context.close()
    first.close()
    return times


def main() -> None:
    times: dict[str, int] = {}
    with running_server() as server, chromium() as browser:
        site = make_site(server)
        for role in site.pages:
            times |= paint_times(browser, site, role)
    json.dump(dict(sorted(times.items(), key=lambda one: -one[1])), sys.stdout)
    print()


if __name__ == "__main__":
    main()
