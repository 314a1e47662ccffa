"""What `make run-public` tells Caddy and the site, and what it refuses."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engagement_site.public.caddyfile import Front
from tests.conftest import ROOT, skip_or_fail


def front(domain: str = "class.example.org", https_port: int = 443, own: bool = False) -> Front:
    return Front(domain, 8000, 80, https_port, own, Path("/srv/data/public"))


def test_names_and_origins_follow_from_the_domain() -> None:
    told = front().environment()
    assert told["ALLOWED_HOSTS"].split(",")[0] == "class.example.org"
    assert told["CSRF_TRUSTED_ORIGINS"] == told["SITE_ORIGIN"] == "https://class.example.org"
    assert (told["HOST"], told["BEHIND_TLS"], told["TRUSTED_PROXIES"]) == ("127.0.0.1", "1", "1")
    assert front(https_port=8443).origin == "https://class.example.org:8443"


@pytest.mark.parametrize(
    "domain",
    ["", "class", "https://class.example.org", "class.example.org:443", "Class.example.org",
     "class.example.org {\n}", "-a.example.org", "192.168.1.5", "a" * 64 + ".org"],
)  # fmt: skip
def test_what_is_no_name_is_refused_with_an_example(domain: str) -> None:
    with pytest.raises(ValueError, match=r"DOMAIN=class\.example\.org"):
        front(domain)


@pytest.mark.parametrize("own", [False, True])
def test_caddy_takes_the_configuration(own: bool, tmp_path: Path) -> None:
    if shutil.which("caddy") is None:
        skip_or_fail("Caddy is not installed: apt-get install caddy")
    file = tmp_path / "Caddyfile"
    file.write_text(front(own=own).caddyfile())
    command = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert ("local_certs" in file.read_text()) is own


def test_without_a_domain_it_says_what_to_do(tmp_path: Path) -> None:
    if shutil.which("caddy") is None:
        skip_or_fail("Caddy is not installed: apt-get install caddy")
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "DOMAIN": ""}
    done = subprocess.run(
        [sys.executable, "-m", "engagement_site.public"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "DOMAIN=class.example.org" in done.stderr
    assert list(tmp_path.iterdir()) == []
