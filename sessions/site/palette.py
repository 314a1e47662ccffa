"""The one place where chart colours are defined; pages and exports take them from here.

Okabe and Ito's palette, which readers with any common colour blindness can tell apart, with a
grey for neutral; each has a contrast that works on light and on dark pages.
"""

from typing import Final

EMOTION_COLOURS: Final[dict[str, str]] = {
    "angry": "#d55e00",
    "disgust": "#009e73",
    "fear": "#cc79a7",
    "happy": "#e69f00",
    "neutral": "#9aa5b1",
    "sad": "#0072b2",
    "surprise": "#56b4e9",
}
ENGAGEMENT_COLOUR: Final = "#2f7fd1"
FACING_COLOUR: Final = "#8a63d2"
EXPRESSION_COLOUR: Final = "#b5651d"
COVERAGE_COLOUR: Final = "#8593a3"
ATTENDANCE_COLOUR: Final = "#009e73"
DISPUTED_COLOUR: Final = "#d55e00"

LEVEL_COLOURS: Final[dict[str, str]] = {
    "very": "#0a5a92",
    "engaged": "#5db2e1",
    "not": "#f4b656",
    "little": "#98a29c",
}
"""Of ../static/css/tokens.css: apart under simulated colour blindness, on light and dark."""
SIGN_COLOURS: Final[dict[str, str]] = {
    "confused": "#d55e00",
    "too_fast": "#0072b2",
    "too_slow": "#56b4e9",
    "hand": "#009e73",
}

LOW_TO_HIGH: Final[tuple[tuple[float, str], ...]] = (
    (0.0, "#00224e"),
    (0.25, "#434e6c"),
    (0.5, "#7d7c78"),
    (0.75, "#bcad6c"),
    (1.0, "#fee838"),
)
"""Cividis, which reads the same with and without colour vision."""
