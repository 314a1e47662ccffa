"""CSV files with a header, read row by row."""

import csv
from collections.abc import Iterator, Set
from pathlib import Path

from training.datasets.records import DatasetError


def rows(path: Path, columns: Set[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Each row of a UTF-8 table with where it stands, for messages; what is missing is empty.

    Raises DatasetError for columns that are missing and for a file that is no such table.
    """
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file, restval="")
        try:
            missing = columns - set(reader.fieldnames or ())
            if missing:
                raise DatasetError(f"{path} lacks the columns {', '.join(sorted(missing))}")
            for row in reader:
                yield f"{path}, line {reader.line_num}", row
        except (csv.Error, UnicodeDecodeError) as error:
            raise DatasetError(f"{path} is not a table in UTF-8: {error}") from error
