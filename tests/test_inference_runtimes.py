"""OpenVINO is held to TensorFlow's answers; what is made for it is made once, and whole."""

import json
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from inference.manifest import Manifest, ModelError, available_models, read_manifest
from inference.paths import MODELS_DIR
from inference.reference import read_reference
from inference.runtimes import compiled, make_runtime, on_openvino
from inference.runtimes.compiled import MODEL, SEAL, WEIGHTS, compiled_model
from inference.runtimes.on_openvino import HALF, TOLERANCE, WHOLE, OpenVino
from inference.runtimes.on_tensorflow import TensorFlow
from tests.conftest import ROOT
from tests.data_folder import COMPILED
from tests.model_factory import sign, write_model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_model(tmp_path / "tiny")


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of compiled models that holds the tiny one."""
    folder = write_model(tmp_path_factory.mktemp("models") / "tiny")
    return compiled_model(read_manifest(folder), folder.parent / "compiled").parents[1]


@pytest.fixture
def kept(tmp_path: Path, made_once: Path) -> Path:
    """A copy of it, to damage."""
    return shutil.copytree(made_once, tmp_path / "compiled")


def copy_of(made_before: Path) -> Callable[[Manifest, Path], object]:
    """In place of a conversion, which takes seconds: what it made before."""
    return lambda _, target: shutil.copytree(made_before, target.parent, dirs_exist_ok=True)


def made(kept: Path) -> list[str]:
    return sorted(path.name for path in kept.iterdir())


@pytest.mark.parametrize("name", available_models(MODELS_DIR))
@pytest.mark.parametrize("precision", [None, WHOLE])
def test_every_shipped_model_answers_as_tensorflow_did(name: str, precision: str | None) -> None:
    model = OpenVino(COMPILED, precision).emotion_model(MODELS_DIR / name)
    faces, expected = read_reference(MODELS_DIR / name)
    assert np.abs(model.predict(faces) - expected).max() <= (TOLERANCE if not precision else 0.005)


@pytest.mark.parametrize("name", available_models(MODELS_DIR))
def test_the_stored_answers_are_what_tensorflow_says_today(name: str) -> None:
    faces, expected = read_reference(MODELS_DIR / name)
    found = TensorFlow().emotion_model(MODELS_DIR / name).predict(faces)
    assert np.abs(found - expected).max() < 1e-3


def test_half_precision_is_used_where_the_processor_has_it() -> None:
    flags = Path("/proc/cpuinfo").read_text().split()
    assert OpenVino(COMPILED).precision == (HALF if "avx512_bf16" in flags else WHOLE)


def test_other_answers_than_tensorflows_are_refused_in_one_sentence(folder: Path) -> None:
    faces, expected = read_reference(folder)
    np.savez(folder / "reference.npz", faces=faces, probabilities=expected[:, ::-1])
    sign(folder)
    with pytest.raises(ModelError, match=r"differ by 0\.\d+ from.*INFERENCE_RUNTIME=tensorflow"):
        make_runtime("openvino", COMPILED).emotion_model(folder)
    assert make_runtime("tensorflow", COMPILED).emotion_model(folder).name == "tiny"


def test_where_half_precision_is_too_far_off_it_computes_in_float32(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    runtime = OpenVino(COMPILED)
    if runtime.precision == WHOLE:
        pytest.skip("this processor has no half precision")
    monkeypatch.setattr(on_openvino, "TOLERANCE", 0.001)
    assert runtime.emotion_model(MODELS_DIR / "compact").precision == WHOLE
    assert runtime.precision == HALF, "that of the others"
    assert "off in bfloat16" in caplog.text


def test_a_model_without_stored_answers_is_refused_and_told_how_to_get_them(folder: Path) -> None:
    (folder / "reference.npz").unlink()
    sign(folder)
    with pytest.raises(ModelError, match=r"reference\.npz is missing.*training\.reference"):
        make_runtime("openvino", COMPILED).emotion_model(folder)


def test_a_model_is_made_once(kept: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_convert", pytest.fail)
    assert OpenVino(kept).emotion_model(folder).name == "tiny"


@pytest.mark.parametrize("file", [MODEL, WEIGHTS, SEAL])
@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_what_is_half_written_is_made_again(
    kept: Path,
    made_once: Path,
    folder: Path,
    file: str,
    damage: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (own,) = kept.iterdir()
    monkeypatch.setattr(compiled, "_convert", copy_of(made_once / own.name))
    path = own / file
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-7])
    with caplog.at_level(logging.WARNING):
        assert OpenVino(kept).emotion_model(folder).name == "tiny"
    assert "Preparing tiny for OpenVINO" in caplog.text
    assert made(kept) == [own.name]


def test_another_version_is_made_anew_and_the_older_one_goes(
    kept: Path, made_once: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own,) = kept.iterdir()
    (kept / "tiny-of-mine-0123456789abcdef").mkdir()
    monkeypatch.setattr(compiled, "FORMAT", compiled.FORMAT + 1)
    monkeypatch.setattr(compiled, "_convert", copy_of(made_once / own.name))
    OpenVino(kept).emotion_model(folder)
    assert own.name not in made(kept)
    assert len(made(kept)) == 2, "another model's is left"


def test_a_network_that_cannot_be_made_is_told_in_one_sentence(
    folder: Path, tmp_path: Path
) -> None:
    arrays = dict(np.load(folder / "weights.npz"))
    del arrays["conv/kernel"]
    np.savez(folder / "weights.npz", **arrays)
    sign(folder)
    with pytest.raises(ModelError, match="no weights for conv/kernel"):
        OpenVino(tmp_path / "compiled").emotion_model(folder)
    assert made(tmp_path / "compiled") == []


def test_a_folder_that_cannot_be_written_is_told(folder: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    with pytest.raises(ModelError, match=r"cannot be written.*INFERENCE_RUNTIME=tensorflow"):
        OpenVino(blocked / "compiled").emotion_model(folder)


def test_serving_imports_no_tensorflow(kept: Path, folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from inference.runtimes import make_runtime; "
        f"make_runtime('openvino', Path({str(kept)!r})).emotion_model(Path({str(folder)!r})); "
        "sys.exit(bool({'tensorflow', 'keras'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_the_seal_names_both_files(kept: Path) -> None:
    (own,) = kept.iterdir()
    assert set(json.loads((own / SEAL).read_text())) == {MODEL, WEIGHTS}


def test_openvino_reports_to_nobody(folder: Path, tmp_path: Path) -> None:
    """It keeps who it reports as in the home folder, and would do so on import."""
    home = tmp_path / "home"
    home.mkdir()
    code = (
        "import sys; from inference.runtimes import make_runtime; "
        "from inference.runtimes.convert import main; from pathlib import Path; "
        f"make_runtime('openvino', Path()); main([{str(folder)!r}, {str(tmp_path / 'm.xml')!r}]); "
        "sys.exit(sys.modules['openvino_telemetry'] is not None)"
    )
    environment = {**os.environ, "HOME": str(home)}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=False)
    assert done.returncode == 0
    assert (tmp_path / "m.xml").exists()
    assert not (home / "intel").exists()


def test_openvino_is_imported_without_its_telemetry_everywhere() -> None:
    files = [*(ROOT / "inference").rglob("*.py"), *(ROOT / "sessions").rglob("*.py")]
    importing = [f.name for f in files if "import openvino" in f.read_text()]
    assert sorted(importing) == ["convert.py", "int8.py", "on_openvino.py", "silent.py"]
