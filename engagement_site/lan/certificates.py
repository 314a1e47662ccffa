"""An authority of this machine's own, and the certificate that the site shows. Kept in a folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import trustme
from cryptography import x509

from engagement_site.private import make_private

VALID: Final = timedelta(days=397)
"""Apple's devices take no certificate that is good for longer than 825 days, browsers 398."""
RENEWED: Final = timedelta(days=60)
"""So long before its end a certificate is made anew."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files of the site's key and certificate, and of the authority that devices are to trust."""

    key: Path
    chain: Path
    authority: Path


def certificate_for(folder: Path, names: Sequence[str], now: datetime | None = None) -> Certificate:
    """The certificate for these names and addresses, made where it is missing, does not name them
    all, or ends soon. The authority is made once, so that devices trust it once.

    Raises ValueError for a damaged file, with what to do.
    """
    make_private(folder)
    now = now or datetime.now(UTC)
    made = Certificate(folder / "site.key", folder / "site.pem", folder / "authority.pem")
    authority = _authority(folder / "authority.key", made.authority, names)
    if not _is_good(made, names, now):
        leaf = authority.issue_cert(
            *names, common_name=names[0], not_before=now - timedelta(days=1), not_after=now + VALID
        )
        _write(made.key, leaf.private_key_pem.bytes())
        _write(made.chain, b"".join(part.bytes() for part in leaf.cert_chain_pems))
    return made


def _authority(key: Path, file: Path, names: Sequence[str]) -> trustme.CA:
    if key.is_file() and file.is_file():
        try:
            return trustme.CA.from_pem(file.read_bytes(), key.read_bytes())
        except ValueError:
            raise ValueError(
                f"{file} or {key} is damaged. Delete {file.parent}; devices then have to trust "
                "the new authority."
            ) from None
    authority = trustme.CA(
        organization_name="Engagement monitor", organization_unit_name=f"Class on {_host(names)}"
    )
    _write(key, authority.private_key_pem.bytes())
    _write(file, authority.cert_pem.bytes())
    return authority


def _host(names: Sequence[str]) -> str:
    return next((name for name in names if name.endswith(".local")), names[0])


def _is_good(made: Certificate, names: Sequence[str], now: datetime) -> bool:
    if not made.key.is_file() or not made.chain.is_file():
        return False
    try:
        shown = x509.load_pem_x509_certificate(made.chain.read_bytes())
        authority = x509.load_pem_x509_certificate(made.authority.read_bytes())
        shown.verify_directly_issued_by(authority)
    except Exception:
        # Cut off while it was written, or by another authority: it is made anew.
        return False
    said = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    known = {
        *said.get_values_for_type(x509.DNSName),
        *map(str, said.get_values_for_type(x509.IPAddress)),
    }
    return set(names) <= known and shown.not_valid_after_utc - now > RENEWED


def _write(file: Path, content: bytes) -> None:
    """Whole or not at all, and readable by the site alone."""
    draft = file.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    draft.replace(file)
