"""Batch normalisation by the backend's own kernel; Keras's is a dozen of small steps there."""

import keras


def fuse_normalisation(model: keras.Model) -> keras.Model:
    """On TensorFlow and torch a copy of the model that trains faster, on JAX the model.

    The copy has the same layer names and the same weights in the same order.
    """
    if keras.backend.backend() not in KERNELS:
        return model
    copy = keras.models.clone_model(model, clone_function=_fused)
    copy.set_weights(model.get_weights())
    return copy


def in_precision(model: keras.Model, precision: str) -> keras.Model:
    """A finished model for predictions in a configuration's precision; its logits are float32."""
    if precision == "float32":
        return model
    kept = {model.layers[0].name, model.layers[-1].name}

    def cast(layer: keras.layers.Layer) -> keras.layers.Layer:
        config = layer.get_config()
        if "dtype" in config and layer.name not in kept:
            config["dtype"] = precision
        return type(layer).from_config(config)

    copy = keras.models.clone_model(model, clone_function=cast)
    copy.set_weights(model.get_weights())
    return copy


def _fused(layer: keras.layers.Layer) -> keras.layers.Layer:
    kind = type(layer)
    if kind is keras.layers.BatchNormalization:
        kind = KERNELS[keras.backend.backend()]
    return kind.from_config(layer.get_config())


class _FusedBatchNormalization(keras.layers.BatchNormalization):
    def call(
        self,
        inputs: keras.KerasTensor,
        training: bool | None = None,
        mask: keras.KerasTensor | None = None,
    ) -> keras.KerasTensor:
        if not (training and self.trainable) or len(inputs.shape) != 4:
            return super().call(inputs, training=training, mask=mask)
        return self._by_kernel(inputs)

    def _by_kernel(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Normalised by the batch's own statistics, which are averaged into the kept ones.

        In half precision too the kernels keep statistics whole.
        """
        raise NotImplementedError


class _TorchBatchNormalization(_FusedBatchNormalization):
    def _by_kernel(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        import torch

        normalised = torch.nn.functional.batch_norm(
            inputs.movedim(-1, 1),
            self.moving_mean.value,
            self.moving_variance.value,
            self.gamma.value,
            self.beta.value,
            training=True,
            momentum=1 - self.momentum,
            eps=self.epsilon,
        )
        return normalised.movedim(1, -1)


class _TensorFlowBatchNormalization(_FusedBatchNormalization):
    def _by_kernel(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        import tensorflow as tf

        normalised, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            tf.convert_to_tensor(inputs),
            self.gamma.value,
            self.beta.value,
            epsilon=self.epsilon,
            is_training=True,
        )
        for kept, new in ((self.moving_mean, mean), (self.moving_variance, variance)):
            kept.assign(kept * self.momentum + new * (1 - self.momentum))
        return normalised


KERNELS = {"tensorflow": _TensorFlowBatchNormalization, "torch": _TorchBatchNormalization}
