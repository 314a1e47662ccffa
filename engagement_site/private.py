"""The folder with the database and the secret key, readable by nobody else on the machine."""

import contextlib
import os
from pathlib import Path


def make_private(folder: Path) -> None:
    """Make the folder where it is missing; it and what is in it, now and later, is the owner's.

    Sets the umask of this process. Files of other owners, and links, are let be.
    """
    os.umask(0o077)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in (folder, *folder.iterdir()):
        # Another process of the site may remove a journal or a draft meanwhile.
        with contextlib.suppress(PermissionError, FileNotFoundError):
            mode = path.lstat().st_mode
            if mode & 0o077 and not path.is_symlink():
                path.chmod(mode & 0o700)
