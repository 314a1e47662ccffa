"""Whose word about the client's address is believed."""

import urllib.error
import urllib.request
from typing import Any

import pytest

from engagement_site.proxies import TrustedProxies
from tests.server import running_server


async def seen(count: int, *lines: bytes, kind: str = "http") -> dict[str, Any]:
    """The scope that reaches the site when these X-Forwarded-For lines came."""
    found: dict[str, Any] = {}

    async def site(scope: dict[str, Any], receive: Any, send: Any) -> None:
        found.update(scope)

    headers = [(b"x-forwarded-for", line) for line in lines]
    scope = {
        "type": kind,
        "client": ["10.0.0.1", 5],
        "scheme": "http",
        "headers": [*headers, (b"x-forwarded-proto", b"https")],
    }
    await TrustedProxies(site, count)(scope, None, None)
    return found


@pytest.mark.finding(2)
@pytest.mark.parametrize(
    ("count", "lines", "client"),
    [
        (0, [b"1.1.1.1"], "10.0.0.1"),
        (1, [], "10.0.0.1"),
        (1, [b"2.2.2.2"], "2.2.2.2"),
        (1, [b"1.1.1.1, 2.2.2.2"], "2.2.2.2"),
        (1, [b"1.1.1.1", b"2.2.2.2"], "2.2.2.2"),
        (2, [b"1.1.1.1, 2.2.2.2, 3.3.3.3"], "2.2.2.2"),
        (2, [b"3.3.3.3"], "10.0.0.1"),
    ],
)
async def test_only_what_the_sites_own_proxies_say_is_believed(
    count: int, lines: list[bytes], client: str
) -> None:
    assert (await seen(count, *lines))["client"][0] == client


async def test_the_scheme_is_told_by_a_trusted_proxy_alone() -> None:
    assert (await seen(0, b"1.1.1.1"))["scheme"] == "http"
    assert (await seen(1, b"1.1.1.1"))["scheme"] == "https"
    assert (await seen(1, b"1.1.1.1", kind="websocket"))["scheme"] == "wss"


@pytest.mark.finding(2)
def test_a_client_that_invents_addresses_is_counted_as_one() -> None:
    with running_server(POLICY="presence", TRUSTED_PROXIES="1") as server:
        codes = []
        for number in range(40):
            request = urllib.request.Request(
                f"{server.base_url}/join/ZZZZZZ/",
                headers={"X-Forwarded-For": f"10.0.0.{number}, 192.0.2.7"},
            )
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(request)
            codes.append(refused.value.code)
        assert codes == [404] * 30 + [429] * 10


@pytest.mark.finding(8)
def test_behind_tls_a_plain_request_is_sent_to_https_and_a_probe_is_not() -> None:
    with running_server(POLICY="presence", BEHIND_TLS="1") as server:

        def ask(path: str, scheme: str) -> urllib.request.Request:
            headers = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": scheme}
            return urllib.request.Request(server.base_url + path, headers=headers)

        opener = urllib.request.build_opener(_NoRedirect())
        with pytest.raises(urllib.error.HTTPError) as moved:
            opener.open(ask("/", "http"))
        assert moved.value.code == 301
        assert moved.value.headers["Location"].startswith("https://")
        assert opener.open(ask("/", "https")).status == 200
        assert opener.open(ask("/healthz", "http")).status == 200


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None
