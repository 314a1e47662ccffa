"""One phase's optimizer, and the averaging of weights over steps."""

from typing import Final

import keras

from training.architectures.compact import TWIN
from training.architectures.vggface2 import backbone_layers
from training.config import Phase, TrainingConfig

AVERAGE_EVERY: Final = 8
"""Steps between two updates of the averaged weights, which would otherwise cost time; in
epochs shorter than that it is once an epoch."""


def enter_phase(model: keras.Model, config: TrainingConfig, phase: Phase, steps: int) -> None:
    """Make the model ready for a phase of so many steps an epoch, with a new optimizer.

    In a frozen phase the backbone's weights rest, and its batch normalisation, in inference
    mode, neither uses nor gathers a batch's statistics; so does, with twins_alone, all but
    what is between the twins.
    """
    if config.twins_alone:
        for layer in model.layers:
            layer.trainable = TWIN in layer.name
    if config.frozen_epochs:
        for layer in backbone_layers(model):
            layer.trainable = not phase.frozen
    warmup = round(config.warmup_epochs * steps)
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0 if warmup else phase.learning_rate,
        phase.epochs * steps - warmup,
        warmup_target=phase.learning_rate if warmup else None,
        warmup_steps=warmup,
    )
    optimizer = _optimizer(config, schedule)
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


def _optimizer(
    config: TrainingConfig, schedule: keras.optimizers.schedules.LearningRateSchedule
) -> keras.optimizers.Optimizer:
    if config.optimizer == "adam":
        return keras.optimizers.AdamW(
            schedule, beta_1=config.momentum, weight_decay=config.weight_decay
        )
    return keras.optimizers.SGD(
        schedule, momentum=config.momentum, nesterov=True, weight_decay=config.weight_decay
    )


def average(model: keras.Model, averaged: keras.Model, decay: float, step: int, every: int) -> None:
    """Move the averaged weights, batch normalisation's statistics too, towards the model's.

    decay: for one step. step: those taken so far. every: those since the last call.
    """
    # Early averages forget faster, or the random start would stay in them for epochs.
    rate = 1 - min(decay, step / (step + 10)) ** every
    for mean, current in zip(averaged.weights, model.weights, strict=True):
        mean.assign_add((current - mean) * rate)
