"""All exports, found in the files of this folder."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Final

from sessions.reports import exports
from sessions.reports.exports.export import Export


def _found() -> Iterator[Export]:
    for module in pkgutil.iter_modules(exports.__path__, f"{exports.__name__}."):
        if module.name != __name__:
            yield from getattr(importlib.import_module(module.name), "EXPORTS", ())


EXPORTS: Final = {one.kind: one for one in sorted(_found(), key=lambda one: one.place)}
"""By kind, in the order of their links."""
