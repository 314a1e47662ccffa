"""The site with one more address, for tests: /fault/NAME breaks a part of the running process."""

from __future__ import annotations

import asyncio
import ctypes
import threading
from typing import Any

from engagement_site import asgi

PATH = "/fault/"


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Break what the path names, else answer as the site does."""
    if scope["type"] != "http" or not scope["path"].startswith(PATH):
        await asgi.application(scope, receive, send)
        return
    kind, name = scope["path"].removeprefix(PATH).split("/")
    {"task": end_task, "thread": end_thread}[kind](name)
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def end_task(name: str) -> None:
    """Cancel one task of this name, as no code of the site does."""
    next(task for task in asyncio.all_tasks() if task.get_name() == name).cancel()


def end_thread(name: str) -> None:
    """Have SystemExit raised in the thread, which ends it without a word."""
    thread = next(one for one in threading.enumerate() if one.name == name)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread.ident or 0), ctypes.py_object(SystemExit)
    )
