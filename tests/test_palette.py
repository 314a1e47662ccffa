"""The colours of charts are the page's: one place changes both."""

import re

from inference.engagement import ENGAGED_FROM, INDEX_1, INDEX_1_ENGAGED, INDEX_2, VERY_ABOVE
from sessions.reports.charts.figures import level_scale
from sessions.site import palette
from tests.conftest import ROOT

LIGHT = dict(
    re.findall(r"(--[\w-]+): (#[0-9a-f]{6});", (ROOT / "static/css/tokens.css").read_text())
)


def test_every_colour_is_its_token_on_light_pages() -> None:
    assert {LIGHT[token]: token for token in palette.TOKENS.values()} == palette.TOKENS


def test_every_colour_of_a_chart_has_a_token() -> None:
    single = [value for name, value in vars(palette).items() if name.endswith("_COLOUR")]
    of_maps = (palette.EMOTION_COLOURS, palette.LEVEL_COLOURS, palette.SIGN_COLOURS)
    many = [colour for one in of_maps for colour in one.values()]
    assert {*single, *many, *palette.LOW_TO_HIGH} <= set(palette.TOKENS)


def test_the_heat_map_steps_where_the_levels_begin() -> None:
    low, middle, high = palette.LOW_TO_HIGH
    assert level_scale((INDEX_2,)) == [
        [0.0, low], [ENGAGED_FROM, low],
        [ENGAGED_FROM, middle], [VERY_ABOVE, middle],
        [VERY_ABOVE, high], [1.0, high],
    ]  # fmt: skip
    places = [place for place, _ in level_scale((INDEX_1,))]
    assert places == [0, INDEX_1_ENGAGED, INDEX_1_ENGAGED, 1]
    assert [colour for _, colour in level_scale(())] == [low, middle, high]
