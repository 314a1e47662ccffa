"""One training, epoch by epoch, from the last checkpoint on."""

import logging
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final, NoReturn

import keras
import numpy as np
from tqdm import tqdm

from training.augmentation import Batch, FaceBatches, resize
from training.beginnings import SCRATCH, describe
from training.checkpoint import (
    AVERAGED,
    EpochRecord,
    finished_epochs,
    load_checkpoint,
    save_checkpoint,
    save_weights,
)
from training.config import TrainingConfig
from training.curves import write_curves
from training.data import TrainingData
from training.initial_weights import load_beginning
from training.log import write_log
from training.metrics import negative_log_likelihood
from training.network import build_for_training, build_model, look_at, predict_logits
from training.optimisation import AVERAGE_EVERY, average, enter_phase
from training.soup import mean_weights
from training.statistics import REFRESHED_ON, refresh_normalisation

AHEAD: Final = 4
"""Batches prepared while the model is busy."""

logger = logging.getLogger(__name__)


def train(
    config: TrainingConfig, data: TrainingData, folder: Path, source: Path | None = None
) -> list[EpochRecord]:
    """Train, or go on with, a configuration in a run folder; the record of every epoch.

    source: the file or model folder of the configuration's beginning; a run that is gone on
    with has its weights already. After each epoch the folder holds checkpoint.npz, log.csv,
    curves.html and, on TensorFlow, events for TensorBoard; from the first epoch of the last stage
    also averaged.npz, the averaged weights to serve, with normalisation statistics of unchanged
    faces: the latest ones, or, with patience, those with the best PublicTest accuracy. Raises
    ValueError for a source that is missing or unusable, CheckpointError where the folder holds
    another configuration's run.
    """
    finished = finished_epochs(folder, config.fingerprint())
    if not finished and source is None and config.beginning != SCRATCH:
        raise ValueError(f"{config.name} begins with {describe(config.beginning)}: name its place")
    keras.utils.set_random_seed(config.seed)
    model, averaged, served = (
        build_for_training(config),
        build_model(config),
        build_model(config),
    )
    if source and not finished:
        load_beginning(config, source, model, data.training.images)
    averaged.set_weights(model.get_weights())
    steps = len(data.training) // config.batch_size
    phase = config.phase_at(max(0, len(finished) - 1))
    enter_phase(model, config, phase, steps)
    folder.mkdir(parents=True, exist_ok=True)
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
        while not is_complete(history, config):
            epoch = len(history)
            if config.phase_at(epoch) != phase:
                phase = config.phase_at(epoch)
                enter_phase(model, config, phase, steps)
            history.append(_run_epoch(config, data, model, averaged, served, epoch, bar))
            if is_served(history, config):
                save_weights(folder / AVERAGED, served)
            save_checkpoint(folder, config.fingerprint(), history, model, averaged)
            write_log(folder, history)
            write_curves(folder, config, history, complete=is_complete(history, config))
            _report(history[-1], config, bar)
    return history


def is_complete(history: list[EpochRecord], config: TrainingConfig) -> bool:
    """Whether a training with this history has nothing left to do."""
    return len(history) >= config.epochs or has_stalled(history, config)


def has_stalled(history: list[EpochRecord], config: TrainingConfig) -> bool:
    """Whether the last `patience` epochs at the served size were no better than one before.

    A frozen phase does not count: what follows it trains more.
    """
    if config.patience is None:
        return False
    served = _served_accuracies(history, config)
    earlier, last = served[: -config.patience], served[-config.patience :]
    return bool(earlier) and max(last) <= max(earlier)


def is_served(history: list[EpochRecord], config: TrainingConfig) -> bool:
    """Whether the last epoch's averaged weights are those to serve if training ended now.

    With patience they are when no earlier epoch was better. A schedule that runs to its end
    needs no choice between epochs, which on a few thousand faces would mostly choose luck.
    """
    served = _served_accuracies(history, config)
    if not served or history[-1].size != config.size:
        return False
    return config.patience is None or served[-1] == max(served)


def _run_epoch(
    config: TrainingConfig,
    data: TrainingData,
    model: keras.Model,
    averaged: keras.Model,
    served: keras.Model,
    epoch: int,
    bar: "tqdm[NoReturn]",
) -> EpochRecord:
    started = time.monotonic()
    # Torch's dropout draws from a generator that no checkpoint holds.
    keras.utils.set_random_seed(config.seed + epoch)
    stage = config.stage_at(epoch)
    size = stage.size
    batches = FaceBatches(
        data.training.images,
        data.targets,
        data.weights,
        drawn=config.data.balance == "sampling",
        batch_size=config.batch_size,
        look=look_at(config, size),
        settings=stage.augmentation or config.augmentation,
        seed=config.seed,
        epoch=epoch,
        views=config.views,
    )
    every = min(AVERAGE_EVERY, len(batches))
    totals = np.zeros(2)
    for index, batch in enumerate(_prefetched(batches)):
        targets = batch.targets
        if data.teachers:
            targets = data.teachers.blend(batch)
        # Keras starts its metrics anew with each of these calls.
        loss, accuracy = model.train_on_batch(batch.pictures, targets, sample_weight=batch.weights)
        totals += float(loss), float(accuracy)
        if (index + 1) % every == 0:
            average(model, averaged, config.averaging, epoch * len(batches) + index + 1, every)
        bar.update()
        bar.set_postfix(epoch=epoch + 1, loss=f"{float(loss):.3f}", refresh=False)
    served.set_weights(mean_weights([averaged.get_weights(), *data.companions]))
    look = look_at(config, size)
    some = np.random.default_rng(config.seed).permutation(len(data.training))[:REFRESHED_ON]
    refresh_normalisation(served, look.prepare(resize(data.training.images[some], size)))
    logits = predict_logits(served, data.validation.images, look)
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


def _prefetched(batches: FaceBatches) -> Iterator[Batch]:
    """The batches in order, a few of them prepared ahead; OpenCV releases the GIL."""
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="augment") as pool:
        waiting: deque[Future[Batch]] = deque()
        for index in range(len(batches)):
            waiting.append(pool.submit(batches.__getitem__, index))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _served_accuracies(history: list[EpochRecord], config: TrainingConfig) -> list[float]:
    """PublicTest accuracies of all epochs at the served size that were not frozen."""
    return [
        record.public_accuracy
        for record in history[config.frozen_epochs :]
        if record.size == config.size
    ]


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
