"""The printed gap taken apart: what of it is a real difference between the two sets of rows."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from goodfit.facts import GapFacts, HonestLoss, ModelFacts

AUGMENTATION = "Random"
NOISY = (
    "AlphaDropout",
    "BatchNormalization",
    "Dropout",
    "GaussianDropout",
    "GaussianNoise",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
)


def differs_in_training(model: ModelFacts | None) -> bool:
    """Whether any layer acts differently in training than in inference."""
    layers = model.layers if model else ()
    return any(
        layer.type in NOISY or layer.type.startswith(AUGMENTATION) or not layer.builtin
        for layer in layers
    )


def augments(model: ModelFacts | None) -> bool:
    """Whether augmentation layers are all that acts differently in training."""
    layers = model.layers if model else ()
    return any(layer.type.startswith(AUGMENTATION) for layer in layers) and not any(
        layer.type in NOISY or not layer.builtin for layer in layers
    )


def weighted_difference(
    losses: np.ndarray, y: np.ndarray | None, class_weight: Mapping[str, float] | None
) -> float | None:
    """By how much class weights raise the mean loss of these rows; 0 without class weights, None
    where the targets are not labels. Classes without an entry weigh 1, as in Keras."""
    if not class_weight:
        return 0.0
    if y is None or len(y) != len(losses):
        return None
    labels = (
        np.argmax(y, axis=-1) if y.ndim > 1 and y.shape[-1] > 1 else y.reshape(len(y), -1)[:, 0]
    )
    weights = np.array([class_weight.get(str(int(label)), 1.0) for label in labels])
    return float(np.mean(losses * weights) - np.mean(losses))


def gap_facts(
    *,
    epoch: int,
    logs: Mapping[str, float],
    train: HonestLoss,
    validation: HonestLoss,
    train_mode: float | None,
    train_mode_se: float | None = None,
    weights: float | None,
    penalty: float,
    only_augmentation: bool,
) -> GapFacts | None:
    """Take the printed gap of `epoch` apart.

    `train` and `validation` are honest losses at that epoch's end; `train_mode` is the unweighted
    data loss of the training rows in training mode at the same weights (None: not measured), with
    the standard error of its difference to `train`, paired by row,
    `weights` what class weights add to it, `penalty` the penalties' sum. What remains of the
    printed training loss is the running mean: it averages over the epoch's steps, during which the
    model was still worse than at its end.
    """
    if "loss" not in logs or "val_loss" not in logs:
        return None
    printed_train, printed_validation = logs["loss"], logs["val_loss"]
    noise = None if train_mode is None else train_mode - train.mean
    lag = None
    if noise is not None and weights is not None:
        lag = printed_train - (train.mean + noise + weights + penalty)
    parts = [value for value in (lag, noise, weights) if value is not None]
    true_gap = validation.mean - train.mean
    printed_gap = printed_validation - printed_train
    return GapFacts(
        epoch=epoch,
        printed_train=printed_train,
        printed_validation=printed_validation,
        printed_gap=printed_gap,
        true_gap=true_gap,
        true_gap_se=math.hypot(train.standard_error, validation.standard_error),
        running_mean=None if lag is None else -lag,
        train_mode=None if noise is None or only_augmentation else -noise,
        augmentation=-noise if noise is not None and only_augmentation else None,
        weights=None if weights is None else -weights,
        penalties=0.0,
        rest=printed_gap - true_gap + sum(parts),
        train_mode_se=None if noise is None or only_augmentation else train_mode_se,
    )
