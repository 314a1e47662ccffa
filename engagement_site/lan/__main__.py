"""Serve a class in the room: `make run-lan`."""

from __future__ import annotations

import io
import os
import socket
import sys
from pathlib import Path
from typing import Final

import segno

from engagement_site.lan import FOLDER
from engagement_site.lan.addresses import names, reachable
from engagement_site.lan.certificates import Certificate, certificate_for

TLS_PORT: Final = 8443


def main() -> int:
    others = reachable()
    if not others:
        print(
            "This machine is in no network that other devices could reach it by. Connect it to the "
            "class's Wi-Fi or cable, then run this again; `make run` serves this machine alone.",
            file=sys.stderr,
        )
        return 1
    data_dir = Path(os.environ.get("DATA_DIR") or "data").expanduser().resolve()
    port, tls_port = (
        int(os.environ.get(name) or default)
        for name, default in (("PORT", 8000), ("TLS_PORT", TLS_PORT))
    )
    for one in (port, tls_port):
        if trouble := _taken(one):
            print(trouble, file=sys.stderr)
            return 1
    known = names()
    try:
        certificate = certificate_for(data_dir / FOLDER, known)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    print(invitation(others, port, tls_port), flush=True)
    os.environ |= environment(known, others[0], tls_port)
    os.execv(sys.executable, command(certificate, port, tls_port))
    return 1  # for readers of types: the line above does not come back


def environment(known: list[str], address: str, tls_port: int) -> dict[str, str]:
    """What the site is told of its own names."""
    return {
        "HOST": "0.0.0.0",
        "ALLOWED_HOSTS": ",".join("[::1]" if name == "::1" else name for name in known),
        "TLS_PORT": str(tls_port),
        "SITE_ORIGIN": f"https://{address}:{tls_port}",
    }


def command(certificate: Certificate, port: int, tls_port: int) -> list[str]:
    """Daphne with two doors: HTTPS, and plain HTTP, which only tells how to trust the other."""
    key, chain = (str(path).replace(":", r"\:") for path in (certificate.key, certificate.chain))
    return [
        *(sys.executable, "-m", "daphne", "-v", "0"),
        *("-e", f"ssl:{tls_port}:privateKey={key}:certKey={chain}:interface=0.0.0.0"),
        *("-e", f"tcp:{port}:interface=0.0.0.0"),
        "engagement_site.asgi:application",
    ]


def invitation(others: list[str], port: int, tls_port: int) -> str:
    """What the terminal shows: where to begin, and a QR code of it."""
    first = f"http://{others[0]}:{port}/"
    code = segno.make(first, error="l", micro=False)
    lines = [
        "",
        f"Teacher, on this machine:  https://localhost:{tls_port}/",
        *(f"Every other device:        http://{address}:{port}/" for address in others),
        "",
        "That page says how a device comes to trust this one, which it is asked once, and goes on",
        f"to https://{others[0]}:{tls_port}/. The lobby of a session has the link for students.",
        "The site answers as soon as the model is warm.",
        "",
        _drawn(code),
    ]
    return "\n".join(lines)


def _drawn(code: segno.QRCode) -> str:
    """For a terminal, dark on light whatever its own colours are."""
    text = io.StringIO()
    code.terminal(text, border=2, compact=True)
    return text.getvalue()


def _taken(port: int) -> str:
    """Why the port cannot be used; empty where it can."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0", port))
        except OSError as error:
            return (
                f"Port {port} cannot be used ({error.strerror}). Another program has it, or an "
                "earlier run: end that, or choose with PORT=… and TLS_PORT=…."
            )
    return ""


if __name__ == "__main__":
    sys.exit(main())
