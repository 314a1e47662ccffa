"""What students say of a live class: the open check-in, raised hands, signs. Blocking to read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.utils import timezone

from sessions.live.dashboard_messages import CheckInView, VoiceView
from sessions.models import CheckIn, Signal

VALUES: Final = range(1, 6)
SIGNS: Final = ("confused", "too_fast", "too_slow")
NOW_S: Final = 120
"""A sign counts as being of now for so long."""
LINE_MINUTES: Final = 10


@dataclass(frozen=True, slots=True)
class Voice:
    """check_in: the one that is open. hands: participants whose hand is up, the first first.
    signs: participant, kind and second of each sign of the last minutes."""

    check_in: CheckInView | None = None
    hands: tuple[int, ...] = ()
    signs: tuple[tuple[int, str, int], ...] = ()

    def view(self, now_s: float) -> VoiceView:
        """What a dashboard is told at this second of the session."""
        lately: dict[str, int] = {}
        line: dict[str, list[int]] = {}
        for kind in SIGNS:
            own = [(who, second) for who, one, second in self.signs if one == kind]
            # Who presses twice is still one student.
            lately[kind] = len({who for who, second in own if now_s - second <= NOW_S})
            line[kind] = [
                len({who for who, second in own if age <= (now_s - second) / 60 < age + 1})
                for age in reversed(range(LINE_MINUTES))
            ]
        return VoiceView(self.check_in, list(self.hands), lately, line)


NOBODY: Final = Voice()


def read_voices(session_ids: Collection[int]) -> dict[int, Voice]:
    """What the students of these sessions say, in three queries; sessions in silence are left
    out."""
    open_now: dict[int, CheckInView] = {}
    row: Any
    for row in CheckIn.objects.open_in(session_ids).with_counts():
        counts = [getattr(row, f"answered_{value}") for value in VALUES]
        view = CheckInView(row.pk, row.question, row.second, counts, row.is_random)
        open_now[row.session_id] = view
    hands: dict[int, list[int]] = {}
    signals = Signal.objects.of_sessions(session_ids)
    for session_id, who in signals.hands_up().values_list("session_id", "participant_id"):
        hands.setdefault(session_id, []).append(who)
    signs: dict[int, list[tuple[int, str, int]]] = {}
    since = timezone.now() - timedelta(minutes=LINE_MINUTES)
    rows = signals.signs().since(since)
    for sign in rows.values_list("session_id", "participant_id", "kind", "second"):
        signs.setdefault(sign[0], []).append((sign[1], sign[2], sign[3]))
    return {
        key: Voice(open_now.get(key), tuple(hands.get(key, ())), tuple(signs.get(key, ())))
        for key in open_now.keys() | hands.keys() | signs.keys()
    }
