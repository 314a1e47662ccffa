"""The colours of charts in Python: those of static/css/tokens.css on light pages.

A page draws them in its own theme (static/js/reports/report.js), by the name of the token; files
and exports keep these. Emotions and levels stay apart for colour-blind eyes, and a word or a
place goes with each.
"""

from typing import Final

EMOTION_COLOURS: Final[dict[str, str]] = {
    "angry": "#7d190e",
    "disgust": "#5d7b23",
    "fear": "#541b7f",
    "happy": "#ecad06",
    "neutral": "#a7b0ac",
    "sad": "#2a86f7",
    "surprise": "#a34991",
}
LEVEL_COLOURS: Final[dict[str, str]] = {
    "very": "#0a5a92",
    "engaged": "#5db2e1",
    "not": "#f4b656",
    "little": "#98a29c",
}
ENGAGEMENT_COLOUR: Final = LEVEL_COLOURS["very"]
FACING_COLOUR: Final = "#b4532a"
EXPRESSION_COLOUR: Final = "#4a544e"
COVERAGE_COLOUR: Final = "#8a958e"
ATTENDANCE_COLOUR: Final = "#14624c"
DISPUTED_COLOUR: Final = "#c42b3a"
SIGN_COLOURS: Final[dict[str, str]] = {
    "confused": "#d98a0b",
    "too_fast": LEVEL_COLOURS["very"],
    "too_slow": LEVEL_COLOURS["engaged"],
    "hand": ATTENDANCE_COLOUR,
}
TOKENS: Final[dict[str, str]] = {
    **{colour: f"--emo-{name}" for name, colour in EMOTION_COLOURS.items()},
    LEVEL_COLOURS["very"]: "--level-very",
    LEVEL_COLOURS["engaged"]: "--level-engaged",
    LEVEL_COLOURS["not"]: "--level-not",
    LEVEL_COLOURS["little"]: "--away",
    FACING_COLOUR: "--turned",
    EXPRESSION_COLOUR: "--text-2",
    COVERAGE_COLOUR: "--control",
    ATTENDANCE_COLOUR: "--accent",
    DISPUTED_COLOUR: "--bad",
    SIGN_COLOURS["confused"]: "--warn",
}
"""The token of each colour."""

LOW_TO_HIGH: Final = (LEVEL_COLOURS["not"], LEVEL_COLOURS["engaged"], LEVEL_COLOURS["very"])
"""Of the levels, or where there are none of what goes from 0 to 1."""
