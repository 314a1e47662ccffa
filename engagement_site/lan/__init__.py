"""A class in the room: HTTPS on the local network, by a certificate made on the spot."""

from typing import Final

FOLDER: Final = "lan"
"""Of the authority, the certificate and their keys, in DATA_DIR."""
