"""The faults as a user would name them: operators that break the same thing are one family.

An operator is in exactly one family. Figures are given by family, for an operator alone has too
few pairs to say much.
"""

from __future__ import annotations

__all__ = ["FAMILIES", "family_of"]

FAMILIES: dict[str, tuple[str, ...]] = {
    # Labels and rows
    "label noise": ("noisy_training_labels",),
    "rows and labels out of step": (
        "shuffled_labels",
        "shuffled_training_inputs",
        "labels_one_row_off",
        "reshaped_for_transposed",
    ),
    "labels outside the head's range": (
        "labels_start_at_one",
        "labels_minus_one_to_one",
        "too_few_units",
    ),
    "labels encoded for another loss": (
        "one_hot_with_sparse_loss",
        "integers_with_categorical_loss",
    ),
    "labels as text": ("string_labels",),
    "rare or missing classes": ("unbalanced_training_rows", "class_missing_in_training"),
    "contradicting copies of rows": ("contradicting_copies",),
    "far too few rows": ("few_rows",),
    # Features
    "unscaled inputs": ("remove_scaling", "skewed_units", "huge_feature"),
    "wrong range of pixels": ("raw_pixels", "scaled_twice", "scaled_then_integer"),
    "wild outliers": ("wild_outliers",),
    "unscaled targets": ("unscaled_target",),
    "missing values": ("missing_values",),
    "constant inputs": ("equal_rows", "most_columns_lost"),
    "label among the inputs": ("label_among_features",),
    "training unlike validation": (
        "only_training_scaled",
        "scaled_apart",
        "noisy_training_inputs",
    ),
    "padding and tokens": ("embedding_too_few_rows", "mostly_padding", "padded_behind"),
    # Output, loss and metric
    "outputs that are no probabilities": (
        "linear_output_with_probability_loss",
        "logits_without_from_logits",
        "relu_output",
    ),
    "doubled output activation": (
        "softmax_with_from_logits",
        "softmax_twice",
        "relu_before_softmax",
    ),
    "one unit for classes": ("softmax_on_one_unit", "one_sigmoid_for_many_classes"),
    "output out of the targets' reach": (
        "bounded_regression_output",
        "rectified_regression_output",
    ),
    "loss of another task": (
        "squared_error_for_classes",
        "absolute_error_for_classes",
        "binary_loss_for_many_classes",
        "crossentropy_for_regression",
    ),
    "loss that broadcasts": ("broadcast_in_custom_loss",),
    "metric of another task": (
        "accuracy_for_regression",
        "wrong_kind_of_accuracy",
        "binary_accuracy_for_classes",
        "accuracy_of_rare_class",
    ),
    # Settings of training
    "learning rate far too high": ("lr_times_1000", "sgd_far_too_fast"),
    "learning rate far too low": ("lr_over_1000", "plain_sgd_tiny"),
    "learning rate gone at once": ("decay_at_once", "plateau_too_eager"),
    "penalty that overwhelms": ("overwhelming_l1", "overwhelming_l2", "overwhelming_weight_decay"),
    "far too few steps": (
        "one_epoch",
        "one_step_per_epoch",
        "huge_batch",
        "early_stopping_no_patience",
    ),
    "early stopping in the wrong sense": (
        "early_stopping_upside_down",
        "early_stopping_on_wrong_sense",
    ),
    "overfitting on purpose": ("overtrained",),
    "class weights": ("inverted_class_weights", "one_class_outweighs_all"),
    # Layers
    "no hidden activation": ("remove_hidden_activations",),
    "hidden activations that saturate": ("softmax_hidden", "deep_sigmoid"),
    "weights that start alike": ("zero_initialiser", "constant_initialiser"),
    "weights that start far too large": ("huge_initialiser",),
    "dropout": ("dropout_nearly_all", "dropout_on_output"),
    "batch normalisation": ("slow_batch_norm", "batch_norm_on_output"),
    "too little capacity": ("bottleneck", "too_small"),
    "frozen layers": ("everything_frozen", "hidden_frozen"),
    "maps that shrink away": ("stride_skips_data", "one_pool_too_many"),
    # Splits and pipelines
    "split of sorted rows": ("sorted_then_cut", "sorted_validation_split"),
    "validation rows that train": (
        "validation_rows_in_training",
        "validated_on_training",
        "unstable_validation",
    ),
    "augmented validation": ("augmented_validation",),
    "predictions out of order": ("predicted_out_of_order",),
    "generator that runs dry": ("generator_runs_dry",),
    # Crashes
    "axes too many or too few": ("missing_flatten", "sequences_returned", "missing_channel_axis"),
    "shapes that clash": ("wrong_input_shape", "width_mismatch", "one_row_without_batch"),
    "labels cut off": ("labels_cut_off",),
    "unknown names": ("unknown_loss", "unknown_metric", "unknown_activation"),
    "names of Keras 2": (
        "old_learning_rate_name",
        "old_epochs_name",
        "old_fit_generator",
        "old_predict_classes",
    ),
    "optimiser of another model": ("optimizer_of_another_model",),
    "model that is not built": ("unbuilt_summary",),
}


def family_of(operator: str) -> str:
    """The family of an operator by its name. Raises `KeyError` for one that has none."""
    return _FAMILY_OF[operator]


_FAMILY_OF = {name: family for family, names in FAMILIES.items() for name in names}
