"""What the levels card says of five minutes ago, by the page's own module."""

from __future__ import annotations

from tests.classroom import Teacher
from tests.e2e.browser import chromium
from tests.server import Server

COUNTS = """async (address) => {
  const { Levels } = await import(address);
  const root = document.createElement("div");
  for (const name of ["count", "of", "change", "coverage", "coverage-bar", "blocks", "legend"]) {
    const part = document.createElement("span");
    part.dataset.part = name;
    root.append(part);
  }
  const levels = new Levels(root);
  const looks = { status: "here", direction: "facing" };
  const student = (id, level) => ({ id, name: `S${id}`, level, ...looks });
  const at = (minutes, engaged) => {
    const everybody = [1, 2, 3, 4].map((id) => student(id, id <= engaged ? "engaged" : "not"));
    levels.load(everybody);
    levels.show(1, 4, 4, minutes * 60_000);
    return root.querySelector("[data-part=change]").textContent;
  };
  const said = [at(0, 2), at(2, 3), at(4.9, 4), at(5, 4), at(6, 2), at(7, 2), at(9.9, 3)];
  said.push(at(12, 4));
  return [said, root.querySelector("[data-part=count]").textContent];
}"""


def test_the_count_is_compared_with_that_of_five_minutes_ago(server: Server) -> None:
    assert Teacher(server)
    with chromium() as browser:
        page = browser.new_page()
        page.goto(server.base_url)
        said, count = page.evaluate(COUNTS, f"{server.base_url}/static/js/live/levels.js")
    more, same, fewer = (
        "2 more than five minutes ago", "as many as five minutes ago",
        "1 fewer than five minutes ago",
    )  # fmt: skip
    assert said == ["", "", "", more, same, fewer, fewer, more]
    assert count == "4"
