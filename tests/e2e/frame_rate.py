"""How smooth a live page stays, and how much memory it takes: python -m tests.e2e.frame_rate

Starts the site with a made-up class (play_demo), opens the live page of its teacher, scrolled to
the charts, and prints one JSON object: frames drawn in each second of the run, the longest time
without one, and the page's memory after each half minute, garbage collected.
"""

import argparse
import json
from typing import Final

import numpy as np
from playwright.sync_api import Browser, CDPSession, Page

from tests.e2e.browser import chromium
from tests.e2e.made_up_class import made_up_class
from tests.e2e.pages import Site, enter, make_site
from tests.server import running_server

STEP_S: Final = 30
WARM_UP_S: Final = 20
COUNT_FRAMES: Final = """() => {
  window.drawn = [];
  const draw = (at) => { window.drawn.push(at); requestAnimationFrame(draw); };
  requestAnimationFrame(draw);
}"""


def heap_mb(devtools: CDPSession) -> float:
    """What the page's JavaScript holds, after a garbage collection."""
    devtools.send("HeapProfiler.collectGarbage")
    used = float(devtools.send("Runtime.getHeapUsage")["usedSize"])
    return round(used / 1e6, 2)


def watch(page: Page, seconds: int) -> dict[str, object]:
    """Frames and memory of the open page."""
    devtools = page.context.new_cdp_session(page)
    page.evaluate(COUNT_FRAMES)
    heaps, gaps, rates = [heap_mb(devtools)], [], []
    for _ in range(seconds // STEP_S):
        page.evaluate("() => { window.drawn.length = 0; }")
        page.wait_for_timeout(STEP_S * 1000)
        drawn = np.array(page.evaluate("window.drawn"))
        gaps.append(float(np.diff(drawn).max()))
        inside = drawn[drawn < drawn[0] + (STEP_S - 1) * 1000]
        rates += np.bincount(((inside - drawn[0]) // 1000).astype(int)).tolist()
        heaps.append(heap_mb(devtools))
    return {
        "seconds": seconds,
        "fps_median": float(np.median(rates)),
        "fps_p5": float(np.percentile(rates, 5)),
        "fps_least": int(min(rates)),
        "seconds_below_30": int(np.sum(np.array(rates) < 30)),
        "longest_gap_ms": round(max(gaps), 1),
        "heap_mb": heaps,
    }


def look(browser: Browser, site: Site, seconds: int) -> dict[str, object]:
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    enter(page, site, "teacher", "")
    page.goto(f"{site.base_url}{site.pages['teacher']['live']}")
    page.wait_for_selector("#charts")
    page.locator("#charts").scroll_into_view_if_needed()
    page.wait_for_timeout(WARM_UP_S * 1000)
    shown = page.locator(".students > li").count()
    return {"students": shown, **watch(page, seconds)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=60)
    parser.add_argument("--minutes", type=int, default=10)
    options = parser.parse_args()
    with running_server(RECORDED_FRAMES="1") as server, chromium(None) as browser:
        site = make_site(server)
        with made_up_class(server, site.code, options.students):
            print(json.dumps(look(browser, site, options.minutes * 60)))


if __name__ == "__main__":
    main()
