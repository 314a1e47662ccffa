"""Train a configuration: `python -m training.train CONFIG`. Run it again to go on after a kill."""

import argparse
import csv
import logging
import sys
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final, NoReturn

import keras
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from inference.preprocessing import standardise
from training.architectures import build
from training.augmentation import FaceBatches, resize
from training.checkpoint import EpochRecord, load_checkpoint, save_best, save_checkpoint
from training.config import TrainingConfig, load_config
from training.datasets import Faces, blend_votes, read_fer2013, read_votes
from training.metrics import negative_log_likelihood

DEFAULT_DATA: Final = Path("../shared/data")
RUNS: Final = Path("runs")
AVERAGE_EVERY: Final = 8
"""Steps between two updates of the averaged weights, which would otherwise cost time."""
AHEAD: Final = 4
"""Batches prepared while the model is busy."""
PREDICT_CHUNK: Final = 256

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Training faces with soft targets (N, 7), and the PublicTest faces for validation."""

    training: Faces
    targets: NDArray[np.float32]
    validation: Faces


def read_data(config: TrainingConfig, folder: Path) -> TrainingData:
    """Read the files that the configuration names; DatasetError for what is unusable."""
    training = read_fer2013(folder / config.data.training, "Training")
    votes = read_votes(folder / config.data.votes) if config.data.vote_weight else {}
    return TrainingData(
        training=training,
        targets=blend_votes(training, votes, config.data.vote_weight),
        validation=read_fer2013(folder / config.data.testing, "PublicTest"),
    )


def build_model(config: TrainingConfig) -> keras.Model:
    """The configuration's network with fresh weights."""
    return build(
        config.architecture, widths=config.widths, blocks=config.blocks, dropout=config.dropout
    )


def predict_logits(model: keras.Model, faces: NDArray[np.uint8], size: int) -> NDArray[np.float32]:
    """(N, S, S, 1) grey faces to (N, 7) logits at a picture size, in chunks."""
    chunks = [
        keras.ops.convert_to_numpy(
            model.predict_on_batch(standardise(resize(faces[start : start + PREDICT_CHUNK], size)))
        )
        for start in range(0, len(faces), PREDICT_CHUNK)
    ]
    return np.concatenate(chunks)


def train(config: TrainingConfig, data: TrainingData, folder: Path) -> list[EpochRecord]:
    """Train, or go on with, a configuration in a run folder; the record of every epoch.

    After each epoch the folder holds checkpoint.npz and log.csv; from the first epoch of
    the last stage also best.npz, the averaged weights with the best PublicTest accuracy.
    """
    folder.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(config.seed)
    model, averaged = build_model(config), build_model(config)
    averaged.set_weights(model.get_weights())
    steps = len(data.training) // config.batch_size
    _compile(model, config, steps)
    history = load_checkpoint(folder, config.fingerprint(), model, averaged)
    if history:
        logger.info("going on after epoch %d of %d", len(history), config.epochs)
    with tqdm(
        total=config.epochs * steps,
        initial=len(history) * steps,
        desc=config.name,
        unit="batch",
        disable=None,
    ) as bar:
        for epoch in range(len(history), config.epochs):
            record = _run_epoch(config, data, model, averaged, epoch, bar)
            history.append(record)
            if _is_best(history, config.size):
                save_best(folder, averaged)
            save_checkpoint(folder, config.fingerprint(), history, model, averaged)
            _write_log(folder / "log.csv", history)
            _report(record, config, bar)
    return history


def _compile(model: keras.Model, config: TrainingConfig, steps: int) -> None:
    warmup = round(config.warmup_epochs * steps)
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0 if warmup else config.learning_rate,
        config.epochs * steps - warmup,
        warmup_target=config.learning_rate if warmup else None,
        warmup_steps=warmup,
    )
    optimizer = keras.optimizers.SGD(
        schedule,
        momentum=config.momentum,
        nesterov=True,
        weight_decay=config.weight_decay,
    )
    vectors = [v for v in model.trainable_variables if len(v.shape) < 2]
    optimizer.exclude_from_weight_decay(var_list=vectors)
    optimizer.build(model.trainable_variables)
    model.compile(
        optimizer=optimizer,
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=["categorical_accuracy"],
        # On a processor XLA's convolutions were a third slower than TensorFlow's own.
        jit_compile=False if keras.backend.backend() == "tensorflow" else "auto",
    )


def _run_epoch(
    config: TrainingConfig,
    data: TrainingData,
    model: keras.Model,
    averaged: keras.Model,
    epoch: int,
    bar: "tqdm[NoReturn]",
) -> EpochRecord:
    started = time.monotonic()
    size = config.size_at(epoch)
    batches = FaceBatches(
        resize(data.training.images, size),
        data.targets,
        batch_size=config.batch_size,
        settings=config.augmentation,
        seed=config.seed,
        epoch=epoch,
    )
    totals = np.zeros(2)
    for index, (faces, targets) in enumerate(_prefetched(batches)):
        # Keras starts its metrics anew with each of these calls.
        loss, accuracy = model.train_on_batch(faces, targets)
        totals += float(loss), float(accuracy)
        if (index + 1) % AVERAGE_EVERY == 0:
            _average(model, averaged, config.averaging, epoch * len(batches) + index + 1)
        bar.update()
        bar.set_postfix(epoch=epoch + 1, loss=f"{float(loss):.3f}", refresh=False)
    logits = predict_logits(averaged, data.validation.images, size)
    labels = data.validation.labels
    return EpochRecord(
        epoch=epoch + 1,
        size=size,
        learning_rate=float(model.optimizer.learning_rate),
        loss=float(totals[0] / len(batches)),
        accuracy=float(totals[1] / len(batches)),
        public_loss=negative_log_likelihood(logits, labels),
        public_accuracy=float((logits.argmax(axis=1) == labels).mean()),
        seconds=time.monotonic() - started,
    )


def _prefetched(
    batches: FaceBatches,
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """The batches in order, a few of them prepared ahead; OpenCV releases the GIL."""
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="augment") as pool:
        waiting: deque[Future[tuple[NDArray[np.float32], NDArray[np.float32]]]] = deque()
        for index in range(len(batches)):
            waiting.append(pool.submit(batches.__getitem__, index))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _average(model: keras.Model, averaged: keras.Model, decay: float, step: int) -> None:
    """Move the averaged weights, batch normalisation's statistics too, towards the model's."""
    # Early averages forget faster, or the random start would stay in them for epochs.
    rate = 1 - min(decay, step / (step + 10)) ** AVERAGE_EVERY
    for mean, current in zip(averaged.weights, model.weights, strict=True):
        mean.assign_add((current - mean) * rate)


def _is_best(history: list[EpochRecord], size: int) -> bool:
    """Whether the last epoch is the best at the served size; others do not compare with it."""
    served = [record.public_accuracy for record in history if record.size == size]
    return history[-1].size == size and served[-1] == max(served)


def _write_log(path: Path, history: list[EpochRecord]) -> None:
    temporary = path.with_suffix(".partial")
    with temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(EpochRecord)])
        writer.writeheader()
        writer.writerows(asdict(record) for record in history)
    temporary.replace(path)


def _report(record: EpochRecord, config: TrainingConfig, bar: "tqdm[NoReturn]") -> None:
    line = (
        f"epoch {record.epoch}/{config.epochs} at {record.size} px: "
        f"loss {record.loss:.4f}, accuracy {record.accuracy:.4f}, "
        f"PublicTest loss {record.public_loss:.4f}, accuracy {record.public_accuracy:.4f}, "
        f"{record.seconds:.0f} s"
    )
    if bar.disable:
        logger.info(line)
    else:
        bar.write(line)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m training.train", description=__doc__)
    parser.add_argument("config", help="a name in training/configs, or a Python file")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder with the data")
    parser.add_argument("--run-dir", type=Path, help="where to keep the run; runs/NAME by default")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    try:
        config = load_config(options.config)
        folder = options.run_dir or RUNS / config.name
        history = train(config, read_data(config, options.data), folder)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    best = max(r.public_accuracy for r in history if r.size == config.size)
    print(f"trained {config.epochs} epochs; best PublicTest accuracy {best:.4f}")
    print(f"next: python -m training.export {options.config}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
