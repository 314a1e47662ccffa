"""Which of static/icons/icons.svg stands for what, always with its word beside it."""

from typing import Final

EMOTION_ICONS: Final[dict[str, str]] = {
    "angry": "angry",
    "disgust": "annoyed",
    "fear": "face-fear",
    "happy": "smile",
    "neutral": "meh",
    "sad": "frown",
    "surprise": "face-surprise",
}
MARKER_ICONS: Final[dict[str, str]] = {
    "topic": "presentation",
    "activity": "pencil-line",
    "break": "coffee",
    "question": "circle-question-mark",
    "note": "sticky-note",
}
