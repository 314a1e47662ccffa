"""A site on the internet: Caddy in front, which gets and renews its certificate by itself."""

from typing import Final

FOLDER: Final = "public"
"""Of Caddy's configuration, certificates and keys, in DATA_DIR."""
