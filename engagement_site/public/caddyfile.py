"""What Caddy is told: one name, HTTPS, and the site behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

NAME: Final = re.compile(
    r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]"
)


@dataclass(frozen=True, slots=True)
class Front:
    """How the site is reached.

    domain: its name. port: where the site listens on this machine. http_port and https_port:
    Caddy's. own_authority: certificates by an authority of Caddy's own instead of a public one, to
    try it out, also as localhost. folder: what Caddy keeps. Raises ValueError for what is no name
    of a host.
    """

    domain: str
    port: int
    http_port: int
    https_port: int
    own_authority: bool
    folder: Path

    def __post_init__(self) -> None:
        is_here = self.own_authority and self.domain == "localhost"
        if not is_here and not NAME.fullmatch(self.domain):
            raise ValueError(
                f"DOMAIN is {self.domain!r}; it has to be the site's name in small letters, "
                "such as DOMAIN=class.example.org, without https:// and without a port."
            )

    @property
    def origin(self) -> str:
        """As browsers write it."""
        port = "" if self.https_port == 443 else f":{self.https_port}"
        return f"https://{self.domain}{port}"

    def caddyfile(self, handled: str = "") -> str:
        """Caddy's configuration. No access log: it would keep the addresses of students.

        handled: how requests are, instead of by one process at port.
        """
        # Its root certificate is for whoever asks for it, not for this machine's own trust.
        own = "\n\tlocal_certs\n\tskip_install_trust" if self.own_authority else ""
        return f"""{{
	admin off
	http_port {self.http_port}
	https_port {self.https_port}
	storage file_system "{self.folder / "caddy"}"{own}
}}
{self.domain} {{
	{handled or f"reverse_proxy 127.0.0.1:{self.port}"}
}}
"""

    def environment(self) -> dict[str, str]:
        """What the site is told of its own name, and that one proxy stands before it."""
        return {
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "ALLOWED_HOSTS": f"{self.domain},localhost,127.0.0.1",
            "CSRF_TRUSTED_ORIGINS": self.origin,
            "SITE_ORIGIN": self.origin,
            "BEHIND_TLS": "1",
            "TRUSTED_PROXIES": "1",
        }
