"""All parts of a large site on one machine, for real: `DOMAIN=... make run-cluster`."""

from typing import Final

FOLDER: Final = "cluster"
"""In DATA_DIR: the configuration of each part, its secrets, and what PostgreSQL keeps."""
