"""Which threads go first."""

import contextlib
import os
import sys
import threading
from typing import Final

NICENESS: Final = 5


def be_nice() -> None:
    """Let the other threads of the process go before this one and those that it starts.

    What analyses takes all it can get; answering and storing must not wait for it. Only Linux
    has a niceness for each thread; elsewhere nothing happens.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
