"""A model's manifest: read, checked and compared with the files."""

import contextlib
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.labels import EMOTIONS
from inference.manifest import (
    ModelError,
    available_models,
    find_model,
    read_manifest,
    verify_files,
)
from inference.paths import MODELS_DIR as MODELS
from tests.model_factory import SIZE, change_manifest, write_model


def test_a_good_manifest_is_read(tmp_path: Path) -> None:
    measured = {"PrivateTest": {"accuracy": 0.7, "n": 3573}}
    folder = write_model(tmp_path / "tiny", temperature=2, measured=measured)
    manifest = read_manifest(folder)
    verify_files(manifest)
    assert (manifest.name, manifest.size, manifest.temperature) == ("tiny", SIZE, 2.0)
    assert manifest.measured["PrivateTest"]["accuracy"] == 0.7
    assert (manifest.channels, manifest.preprocessing) == (1, "standardise")
    assert manifest.initial_weights == "scratch"
    assert manifest.lineage == ()
    assert manifest.folder == folder


def test_what_a_later_version_adds_is_passed_over(tmp_path: Path) -> None:
    lineage = [{"name": "first", "data": "FER2013"}]
    folder = write_model(tmp_path / "tiny", lineage=lineage, colour="green")
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"folder": "/elsewhere"}))
    manifest = read_manifest(folder)
    assert manifest.lineage == tuple(lineage)
    assert manifest.folder == folder


def test_a_manifest_of_a_colour_model_is_read(tmp_path: Path) -> None:
    manifest = read_manifest(write_model(tmp_path / "colour", channels=3))
    assert (manifest.channels, manifest.preprocessing) == (3, "vggface2")


def test_an_unknown_preprocessing_lists_the_known_ones(tmp_path: Path) -> None:
    given = {"size": 48, "channels": 3, "preprocessing": "imagenet"}
    folder = write_model(tmp_path / "tiny", input=given)
    with pytest.raises(
        ModelError, match=r"manifest\.json: .* standardise, vggface2, got 'imagenet'"
    ):
        read_manifest(folder)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", 2),
        ("format", True),
        ("labels", list(reversed(EMOTIONS))),
        ("labels", None),
        ("name", ""),
        ("title", 3),
        ("input", []),
        ("input", {"size": 0, "channels": 1, "preprocessing": "standardise"}),
        ("input", {"size": 48, "channels": 3, "preprocessing": "standardise"}),
        ("input", {"size": 48, "channels": 1, "preprocessing": "vggface2"}),
        ("input", {"size": 48, "channels": 3, "preprocessing": "vggface"}),
        ("input", {"size": 48, "channels": 3, "preprocessing": ["vggface2"]}),
        ("initial_weights", ""),
        ("temperature", 0),
        ("temperature", "1"),
        ("parameters", -1),
        ("measured", None),
        ("measured", {"PrivateTest": 0.7}),
        ("files", {"model.json": "00"}),
        ("files", {"model.json": "00", "weights.npz": 7}),
        ("files", {"model.json": "00", "weights.npz": "00", "../secret": "00"}),
    ],
)
def test_a_wrong_field_is_named_with_its_value(tmp_path: Path, field: str, value: Any) -> None:
    folder = write_model(tmp_path / "tiny")
    change_manifest(folder, **{field: value})
    with pytest.raises(ModelError) as caught:
        read_manifest(folder)
    assert str(folder / "manifest.json") in str(caught.value)
    assert field in str(caught.value)


@pytest.mark.parametrize("content", ["", "{", "[]", "3", '{"temperature": NaN}'])
def test_a_manifest_that_is_no_json_object_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(ModelError, match=r"manifest\.json"):
        read_manifest(tmp_path)


@given(
    st.sampled_from(["format", "labels", "input", "temperature", "files", "measured", "lineage"]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ),
)
def test_any_value_is_read_or_refused(field: str, value: object) -> None:
    content = json.loads((MODELS / "compact" / "manifest.json").read_text())
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "manifest.json").write_text(json.dumps(content | {field: value}))
        with contextlib.suppress(ModelError):
            read_manifest(Path(folder))


def test_a_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"manifest\.json cannot be read"):
        read_manifest(tmp_path)


def test_an_unknown_name_lists_the_models_there_are(tmp_path: Path) -> None:
    write_model(tmp_path / "tiny")
    write_model(tmp_path / "other")
    (tmp_path / "unfinished").mkdir()
    assert available_models(tmp_path) == ["other", "tiny"]
    assert find_model(tmp_path, "tiny") == tmp_path / "tiny"
    for name in ("best", "unfinished", "../tiny", ""):
        with pytest.raises(ModelError, match=r"models there: other, tiny\."):
            find_model(tmp_path, name)


def test_no_models_at_all_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="none"):
        find_model(tmp_path / "missing", "tiny")


@pytest.mark.parametrize("name", ["model.json", "weights.npz"])
def test_an_altered_and_a_missing_file_are_named(tmp_path: Path, name: str) -> None:
    folder = write_model(tmp_path / "tiny")
    path = folder / name
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(ModelError, match="was altered") as altered:
        verify_files(read_manifest(folder))
    assert str(path) in str(altered.value)
    path.unlink()
    with pytest.raises(ModelError, match="cannot be read") as missing:
        verify_files(read_manifest(folder))
    assert str(path) in str(missing.value)
