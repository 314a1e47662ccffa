"""A run's log: one line an epoch as CSV, and the same figures for TensorBoard."""

import csv
from dataclasses import asdict, fields
from pathlib import Path
from typing import Final

import keras

from training.checkpoint import EpochRecord

CSV_FILE: Final = "log.csv"
EVENTS: Final = "tensorboard"


def write_log(folder: Path, history: list[EpochRecord]) -> None:
    """Write log.csv whole, and the last epoch's events where Keras runs on TensorFlow."""
    temporary = folder / f"{CSV_FILE}.partial"
    with temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(EpochRecord)])
        writer.writeheader()
        writer.writerows(asdict(record) for record in history)
    temporary.replace(folder / CSV_FILE)
    if keras.backend.backend() == "tensorflow":
        _write_events(folder / EVENTS, history[-1])


def _write_events(folder: Path, record: EpochRecord) -> None:
    # Only here, so that the other backends need no TensorFlow.
    import tensorflow as tf

    # tf.summary.scalar is in the tensorboard package, which only the one who looks needs.
    metadata = tf.compat.v1.SummaryMetadata(data_class="DATA_CLASS_SCALAR")
    metadata.plugin_data.plugin_name = "scalars"
    writer = tf.summary.create_file_writer(str(folder))
    with writer.as_default():
        for name, value in asdict(record).items():
            if name != "epoch":
                scalar = tf.constant(value, tf.float32)
                tf.summary.write(name, scalar, step=record.epoch, metadata=metadata)
    writer.close()
