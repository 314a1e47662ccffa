"""What a model is measured on: any data set that the readers know, or several of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from training.datasets import READERS, DatasetError, Picture, fer2013_pictures

FER2013: Final = "fer2013"
"""The one kind with splits."""
SPLIT: Final = "PrivateTest"
KINDS: Final = tuple(sorted(READERS))


@dataclass(frozen=True, slots=True)
class Part:
    """One data set. kind: one of KINDS. split: FER2013's; None where there are none."""

    kind: str
    path: Path
    split: str | None

    def __str__(self) -> str:
        return f"{self.split} of {self.path.name}" if self.split else self.path.name

    def pictures(self) -> list[Picture]:
        """Its pictures; an emotion may have none but in FER2013. Raises DatasetError."""
        if self.split:
            return fer2013_pictures(self.path, self.split)
        return READERS[self.kind](self.path)


def parts_of(paths: Sequence[Path], kinds: Sequence[str], split: str | None) -> list[Part]:
    """The data sets that a command names.

    kinds: none where all are FER2013, one for all, or one for each path. split: PrivateTest by
    default. Raises ValueError for another number of kinds and for a split of what has none.
    """
    if len(kinds) not in (0, 1, len(paths)):
        raise ValueError(
            f"{len(kinds)} times --kind for {len(paths)} times --data: name one kind for all, "
            "or one for each in the same order"
        )
    named = list(kinds) or [FER2013]
    if len(named) == 1:
        named *= len(paths)
    if split and FER2013 not in named:
        raise ValueError(
            f"--split {split} is FER2013's; {' and '.join(sorted(set(named)))} has no splits, "
            "so leave it out"
        )
    return [
        Part(kind, path, (split or SPLIT) if kind == FER2013 else None)
        for kind, path in zip(named, paths, strict=True)
    ]


def read_parts(parts: Sequence[Part]) -> list[Picture]:
    """The pictures of all parts, one after the other.

    Raises DatasetError for what cannot be read, with the kind that it was taken for.
    """
    pictures: list[Picture] = []
    for part in parts:
        try:
            pictures += part.pictures()
        except DatasetError as error:
            raise DatasetError(
                f"{error} (read as {part.kind}; --kind names another of {', '.join(KINDS)})"
            ) from error
    return pictures


def describe_parts(parts: Sequence[Part]) -> str:
    """In words: "PrivateTest of fer2013_test.zip and affectnet"."""
    return " and ".join(str(part) for part in parts)
