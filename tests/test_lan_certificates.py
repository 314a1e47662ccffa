import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from engagement_site.lan.certificates import RENEWED, VALID, Certificate, certificate_for

NAMES = ["localhost", "127.0.0.1", "::1", "desk", "desk.local", "192.168.1.20"]
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def shown(made: Certificate) -> x509.Certificate:
    return x509.load_pem_x509_certificate(made.chain.read_bytes())


def test_a_device_that_trusts_the_authority_takes_the_certificate(tmp_path: Path) -> None:
    made = certificate_for(tmp_path / "lan", NAMES, NOW)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(made.chain, made.key)
    client = ssl.create_default_context(cafile=str(made.authority))
    for name in NAMES:
        handshake(client, server, name)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(client, server, "other.example.org")
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(ssl.create_default_context(), server, "localhost")


def handshake(client: ssl.SSLContext, server: ssl.SSLContext, name: str) -> None:
    """Both ends in memory, until both are content."""
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(back, there, server_hostname=name),
        server.wrap_bio(there, back, server_side=True),
    ]
    waiting = list(ends)
    while waiting:
        for end in list(waiting):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            waiting.remove(end)


def test_apple_takes_it_for_it_is_good_for_less_than_398_days(tmp_path: Path) -> None:
    certificate = shown(certificate_for(tmp_path, NAMES, NOW))
    good_for = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert good_for <= timedelta(days=398)


def test_it_is_kept_as_long_as_it_names_all_and_is_good(tmp_path: Path) -> None:
    first = shown(certificate_for(tmp_path, NAMES, NOW))
    assert shown(certificate_for(tmp_path, NAMES[:3], NOW)) == first
    soon = NOW + VALID - RENEWED - timedelta(days=1)
    assert shown(certificate_for(tmp_path, NAMES, soon)) == first
    renewed = shown(certificate_for(tmp_path, NAMES, soon + timedelta(days=2)))
    assert renewed != first


def test_a_new_address_gets_a_new_certificate_of_the_same_authority(tmp_path: Path) -> None:
    made = certificate_for(tmp_path, NAMES, NOW)
    first, authority = shown(made), made.authority.read_bytes()
    again = certificate_for(tmp_path, [*NAMES, "10.0.0.7"], NOW)
    assert shown(again) != first
    assert again.authority.read_bytes() == authority


def test_a_cut_off_certificate_is_made_anew_and_a_damaged_authority_is_said(tmp_path: Path) -> None:
    made = certificate_for(tmp_path, NAMES, NOW)
    made.chain.write_bytes(made.chain.read_bytes()[:100])
    shown(certificate_for(tmp_path, NAMES, NOW))
    made.authority.write_text("nonsense")
    with pytest.raises(ValueError, match=r"is damaged\. Delete .*; devices then have to trust"):
        certificate_for(tmp_path, NAMES, NOW)


def test_keys_are_for_the_site_alone(tmp_path: Path) -> None:
    made = certificate_for(tmp_path / "lan", NAMES, NOW)
    for file in (made.key, tmp_path / "lan" / "authority.key"):
        assert file.stat().st_mode & 0o077 == 0
