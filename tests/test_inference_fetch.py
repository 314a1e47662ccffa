"""Fetching over real HTTP: tried again, verified, and nothing bad under the final name."""

from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from inference.fetch import BACKBONE_FILE, CATALOGUE, Download, FetchError, fetch
from inference.vggface2 import published_layout
from tests.file_server import serving
from tests.server import free_port
from tests.vggface2_file import write_backbone

CONTENT = np.random.default_rng(5).bytes(300_000)


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    folder = tmp_path / "mirror"
    folder.mkdir()
    (folder / "net.bin").write_bytes(CONTENT)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where models go; fetch makes it."""
    return tmp_path / "data" / "models"


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that want a second try wait for it."""
    monkeypatch.setattr("inference.fetch.RETRIES", 0)


def download_from(url: str) -> Download:
    """A file like those of the catalogue, published at a server of the test."""
    return Download("net", "net.bin", f"{url}/net.bin", "none", sha256(CONTENT).hexdigest())


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_fetched_once_and_then_kept(
    mirror: Path, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with serving(mirror) as server:
        assert fetch(download_from(server.url), folder)
        assert "100%" in capfd.readouterr().err
        assert not fetch(download_from(server.url), folder)
    assert server.asked == ["/net.bin"]
    assert (folder / "net.bin").read_bytes() == CONTENT
    assert names(folder) == ["net.bin"]


def test_a_download_that_breaks_off_leaves_nothing(mirror: Path, folder: Path) -> None:
    with serving(mirror, cut_after=100_000) as server:
        with pytest.raises(FetchError, match=r"could not be fetched.*100000 bytes read.*--from"):
            fetch(download_from(server.url), folder)
        assert names(folder) == []
        server.cut_after = None
        assert fetch(download_from(server.url), folder)
    assert (folder / "net.bin").read_bytes() == CONTENT
    assert names(folder) == ["net.bin"]


def test_a_download_that_breaks_off_is_tried_again(
    mirror: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inference.fetch.RETRIES", 1)
    with serving(mirror, cut_after=100_000, cuts=1) as server:
        assert fetch(download_from(server.url), folder)
    assert server.asked == ["/net.bin", "/net.bin"]
    assert (folder / "net.bin").read_bytes() == CONTENT


def test_altered_bytes_are_never_put_in_place(mirror: Path, folder: Path) -> None:
    (mirror / "net.bin").write_bytes(CONTENT[:-1] + bytes([CONTENT[-1] ^ 1]))
    with serving(mirror) as server:
        for source in (None, str(mirror)):
            with pytest.raises(FetchError, match=r"is not net\.bin: SHA256 .*expected.*--from"):
                fetch(download_from(server.url), folder, source)
            assert names(folder) == []
        (mirror / "net.bin").write_bytes(CONTENT)
        assert fetch(download_from(server.url), folder)
    assert (folder / "net.bin").read_bytes() == CONTENT


def test_a_bad_file_in_place_is_set_aside(mirror: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "net.bin").write_bytes(b"damaged")
    nowhere = download_from(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(FetchError):
        fetch(nowhere, folder)
    assert names(folder) == ["net.bin.bad"]
    assert fetch(nowhere, folder, str(mirror))
    assert names(folder) == ["net.bin", "net.bin.bad"]


def test_a_folder_and_a_mirror_serve_instead_of_the_network(mirror: Path, tmp_path: Path) -> None:
    nowhere = download_from("http://127.0.0.1:9")
    assert fetch(nowhere, tmp_path / "a", str(mirror))
    with serving(mirror.parent) as server:
        assert fetch(nowhere, tmp_path / "b", f"{server.url}/mirror/")
    assert server.asked == ["/mirror/net.bin"]
    assert (tmp_path / "a" / "net.bin").read_bytes() == CONTENT
    assert (tmp_path / "b" / "net.bin").read_bytes() == CONTENT


def test_without_a_connection_it_says_what_to_do(folder: Path) -> None:
    with pytest.raises(FetchError, match=r"could not be fetched.*Connection refused.*--from"):
        fetch(download_from(f"http://127.0.0.1:{free_port()}"), folder)
    with pytest.raises(FetchError, match=r"nowhere\.invalid.*could not be fetched.*--from"):
        fetch(download_from("http://nowhere.invalid"), folder)


def test_what_a_source_lacks_is_named(mirror: Path, folder: Path) -> None:
    (mirror / "net.bin").unlink()
    with serving(mirror) as server, pytest.raises(FetchError, match=r"net\.bin answered 404"):
        fetch(download_from(server.url), folder)
    with pytest.raises(FetchError, match=r"has no net\.bin"):
        fetch(download_from(""), folder, str(mirror))
    for wrong in ("/no/such/folder", "ftp://example.org/models", "file:///tmp"):
        with pytest.raises(FetchError, match="neither a folder nor a URL"):
            fetch(download_from(""), folder, wrong)
    assert names(folder) == []


def test_dlibs_network_is_told_from_another_by_its_sha256(mirror: Path, folder: Path) -> None:
    dlib = CATALOGUE["dlib_face"]
    (mirror / dlib.file).write_bytes(CONTENT)
    with pytest.raises(FetchError, match="expected 55533b28"):
        fetch(dlib, folder, str(mirror))
    assert names(folder) == []


def test_the_backbone_is_judged_by_its_layout(mirror: Path, folder: Path) -> None:
    backbone = CATALOGUE["vggface2_resnet50"]
    write_backbone(mirror / BACKBONE_FILE, list(published_layout()))
    assert fetch(backbone, folder, str(mirror))
    (folder / BACKBONE_FILE).unlink()
    (mirror / BACKBONE_FILE).write_bytes(b"<html></html>")
    with pytest.raises(FetchError, match="no whole HDF5 file"):
        fetch(backbone, folder, str(mirror))
    assert names(folder) == []
