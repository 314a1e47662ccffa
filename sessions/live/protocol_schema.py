"""The messages of the sockets as a JSON schema, for clients in other languages. Pure."""

from __future__ import annotations

import inspect
import json
from typing import Final

import msgspec

from sessions.live.dashboard_messages import DashboardMessage
from sessions.live.protocol import VERSION, ClientMessage, RoomMessage, StudentMessage

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
FILE: Final = "protocol.schema.json"
"""In docs/."""


def schema_text() -> str:
    """The content of the file: under "$defs" every message, and a union for each direction.

    ClientMessage is what a client says, StudentMessage what a student is told, RoomMessage what
    the room's camera is, DashboardMessage what a dashboard is; frames are binary messages and
    stand in docs/protocol.md alone.
    """
    unions = {
        "ClientMessage": ClientMessage,
        "StudentMessage": StudentMessage,
        "RoomMessage": RoomMessage,
        "DashboardMessage": DashboardMessage,
    }
    schemas, parts = msgspec.json.schema_components(unions.values(), ref_template="#/$defs/{name}")
    for part in parts.values():
        part["description"] = inspect.cleandoc(part["description"])
    content = {
        "$schema": DIALECT,
        "title": f"The messages of the sockets, version {VERSION}",
        "$defs": {**dict(zip(unions, schemas, strict=True)), **parts},
    }
    return json.dumps(content, indent=2) + "\n"
