"""Facts to findings. One rule, one file; CHECKS lists them all, by code.

NumPy and SciPy are imported by the functions that compute with them, so that
`goodfit explain`, which only reads what the checks say of themselves, starts at once.
"""

from __future__ import annotations

from goodfit.checks.check import Check, run_check
from goodfit.checks.crash import (
    shape_mismatch,
)
from goodfit.checks.data import (
    channel_axis,
    class_imbalance,
    image_range,
    label_encoding_mismatch,
    label_out_of_range,
    leaked_rows,
    no_signal,
    small_validation_set,
    target_shape_mismatch,
    unscaled_features,
    unscaled_targets,
    unshuffled_split,
)
from goodfit.checks.evaluation import (
    no_validation_data,
)
from goodfit.checks.generalization import (
    best_epoch_lost,
    close_to_overfitting,
    overfitting,
    printed_gap_explained,
    underfitting,
    worse_than_baseline,
)
from goodfit.checks.model import (
    callbacks,
    constant_initialiser,
    dropout_misplaced,
    learning_rate,
    loss_task_mismatch,
    metric_mismatch,
    missing_activation,
    output_activation_mismatch,
    regularisation_overwhelming,
)
from goodfit.checks.training import (
    constant_prediction,
    dead_units,
    exploding_gradient,
    non_finite_loss,
    not_learning,
    vanishing_gradient,
)

CHECKS: tuple[Check, ...] = (
    unscaled_features.CHECK,
    unscaled_targets.CHECK,
    label_out_of_range.CHECK,
    label_encoding_mismatch.CHECK,
    target_shape_mismatch.CHECK,
    class_imbalance.CHECK,
    no_signal.CHECK,
    leaked_rows.CHECK,
    unshuffled_split.CHECK,
    small_validation_set.CHECK,
    channel_axis.CHECK,
    image_range.CHECK,
    output_activation_mismatch.CHECK,
    loss_task_mismatch.CHECK,
    metric_mismatch.CHECK,
    missing_activation.CHECK,
    constant_initialiser.CHECK,
    dropout_misplaced.CHECK,
    regularisation_overwhelming.CHECK,
    learning_rate.CHECK,
    callbacks.CHECK,
    non_finite_loss.CHECK,
    exploding_gradient.CHECK,
    vanishing_gradient.CHECK,
    dead_units.CHECK,
    constant_prediction.CHECK,
    not_learning.CHECK,
    overfitting.CHECK,
    close_to_overfitting.CHECK,
    underfitting.CHECK,
    printed_gap_explained.CHECK,
    worse_than_baseline.CHECK,
    best_epoch_lost.CHECK,
    no_validation_data.CHECK,
    shape_mismatch.CHECK,
)

__all__ = ["CHECKS", "Check", "run_check"]
