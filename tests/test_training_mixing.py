from pathlib import Path

import numpy as np
import pytest

from inference.labels import EMOTIONS
from tests.generated_faces import write_faces
from training.datasets import DatasetError, Source, balancing_weights, one_hot, read_sources


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """FER2013 with three pictures of each emotion, and a folder with two of each."""
    write_faces(tmp_path / "fer", "Training", 3)
    for path in (write_faces(tmp_path / "own", "Training", 2, seed=1) / "train").iterdir():
        path.rename(tmp_path / "own" / path.name)
    return tmp_path


def test_each_source_gives_the_emotions_that_it_should(folder: Path) -> None:
    rare = ("angry", "disgust", "fear", "sad", "surprise")
    pictures = read_sources(
        [Source("folders", "own"), Source("fer2013", "fer", emotions=rare)], folder
    )
    found = [(Path(p.source).name, EMOTIONS[int(p.distribution.argmax())]) for p in pictures]
    expected = [("own", emotion) for emotion in EMOTIONS for _ in range(2)]
    expected += [("fer", emotion) for emotion in rare for _ in range(3)]
    assert sorted(found) == sorted(expected)
    assert [source for source, _ in found] == ["own"] * 14 + ["fer"] * 15


def test_an_emotion_that_a_source_should_give_must_be_there(folder: Path) -> None:
    for path in (folder / "own" / "fear").iterdir():
        path.unlink()
    with pytest.raises(DatasetError, match="own has no picture of fear"):
        read_sources([Source("folders", "own")], folder)


def test_an_emotion_that_no_source_gives_is_named(folder: Path) -> None:
    with pytest.raises(DatasetError, match="mixture of all sources has no picture of angry"):
        read_sources([Source("fer2013", "fer", emotions=EMOTIONS[1:])], folder)


def test_balancing_makes_every_emotion_count_the_same() -> None:
    labels = np.array([3] * 50 + [4] * 20 + [1] * 2 + [0, 2, 5, 6] * 7)
    targets = one_hot(labels)
    weights = balancing_weights(targets)
    np.testing.assert_allclose((targets * weights[:, None]).sum(axis=0), 100 / 7, rtol=1e-5)
    assert weights.mean() == pytest.approx(1)


def test_a_soft_target_has_the_mean_of_its_emotions_weights() -> None:
    targets = np.concatenate([one_hot(np.arange(7)), one_hot(np.array([3, 3, 3]))])
    targets = np.vstack([targets, (targets[0] + targets[3]) / 2])
    weights = balancing_weights(targets.astype(np.float32))
    assert weights[-1] == pytest.approx((weights[0] + weights[3]) / 2)
