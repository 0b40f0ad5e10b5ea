"""Learning rates, optimisers, batches, epochs, callbacks and weights of classes."""

from __future__ import annotations

import ast

from operators import edits
from operators.edits import before_fit, set_compile, set_fit, times_epochs, times_learning_rate
from operators.operator import Operator


def lr_times_1000(source: str) -> str:
    return times_learning_rate(source, 1000.0)


def lr_over_1000(source: str) -> str:
    return times_learning_rate(source, 0.001)


def plain_sgd_tiny(source: str) -> str:
    return set_compile(source, optimizer="keras.optimizers.SGD(learning_rate=1e-4)")


def sgd_far_too_fast(source: str) -> str:
    return set_compile(source, optimizer="keras.optimizers.SGD(learning_rate=2.0, momentum=0.99)")


def decay_at_once(source: str) -> str:
    value = edits.keyword(edits.optimizer(source), "learning_rate")
    rate = edits.text_of(source, value)
    schedule = f"keras.optimizers.schedules.ExponentialDecay({rate}, decay_steps=3, decay_rate=0.5)"
    return edits.replaced(source, value, schedule)


def overwhelming_weight_decay(source: str) -> str:
    value = edits.keyword(edits.optimizer(source), "learning_rate")
    rate = edits.text_of(source, value)
    made = f"keras.optimizers.AdamW(learning_rate={rate}, weight_decay=50.0)"
    return set_compile(source, optimizer=made)


def one_epoch(source: str) -> str:
    return set_fit(source, epochs="1")


def one_step_per_epoch(source: str) -> str:
    return set_fit(source, steps_per_epoch="1")


def huge_batch(source: str) -> str:
    if edits.keyword(edits.call(source, "model.fit"), "batch_size") is None:
        raise edits.DoesNotApply("fit is given no batch size")
    return set_fit(source, batch_size="len(x_train)")


def _early_stopping(source: str, **keywords: str) -> str:
    for name, text in keywords.items():
        node = edits.call(source, "callbacks.EarlyStopping")
        source = edits.with_keyword(source, node, name, text)
    return source


def early_stopping_upside_down(source: str) -> str:
    """`mode="max"` for a loss: training stops at its worst and keeps it."""
    return _early_stopping(source, monitor='"val_loss"', mode='"max"', patience="3")


def early_stopping_on_wrong_sense(source: str) -> str:
    """`mode="min"` for an accuracy."""
    metrics = ast.unparse(edits.compiled_with(source, "metrics"))
    if metrics != "['accuracy']":
        raise edits.DoesNotApply("accuracy is not the metric")
    return _early_stopping(source, monitor='"val_accuracy"', mode='"min"', patience="2")


def early_stopping_no_patience(source: str) -> str:
    """Patience 0, and a difference asked for that few epochs reach."""
    return _early_stopping(source, patience="0", min_delta="0.1")


def plateau_too_eager(source: str) -> str:
    callbacks = edits.keyword(edits.call(source, "model.fit"), "callbacks")
    if not isinstance(callbacks, ast.List):
        raise edits.DoesNotApply("fit is given no list of callbacks")
    last = callbacks.elts[-1]
    text = edits.text_of(source, last)
    source = edits.replaced(source, last, f"{text}, plateau")
    return before_fit(
        source,
        'plateau = keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.01, '
        "patience=1, min_delta=0.5)",
    )


def overtrained(source: str) -> str:
    """No early stopping, many epochs, a wide network, a tenth of the rows."""
    source = edits.without_callbacks(times_epochs(source, 5))
    first = edits.hidden(source, "Dense")[0]
    source = edits.replaced(source, first.args[0], "1024")
    return edits.after_data(source, "x_train, y_train = x_train[::10], y_train[::10]\n")


def inverted_class_weights(source: str) -> str:
    """Weights by the share of a class instead of its inverse, sharpened."""
    if edits.keyword(edits.call(source, "model.fit"), "class_weight") is None:
        raise edits.DoesNotApply("the program weighs no classes")
    return set_fit(source, class_weight="{0: 10.0, 1: 0.5}")


def one_class_outweighs_all(source: str) -> str:
    edits.require_loss(source, "sparse_categorical_crossentropy", "binary_crossentropy")
    if edits.loss_name(source) == "binary_crossentropy" and edits.head_units(source) != 1:
        raise edits.DoesNotApply("several tags a row")
    return set_fit(source, class_weight="{0: 200.0}")


SETTINGS = (
    Operator(
        name="lr_times_1000",
        edit=lr_times_1000,
        codes=("GF220", "GF302", "GF304", "GF313", "GF314"),
        effect="worse",
        bases=("breast_cancer", "digits_cnn", "blobs_many_classes", "attention_tokens"),
        why="Steps a thousand times too long. Exploding gradients, diverging weights and their "
        "updates say the same; units that the first steps killed look dead, and no check can "
        "know better once they are.",
    ),
    Operator(
        name="lr_over_1000",
        edit=lr_over_1000,
        codes=("GF220", "GF312", "GF314"),
        effect="worse",
        bases=("wine_classes", "mnist_cnn", "two_inputs_two_outputs", "pydataset"),
        why="Steps a thousand times too short: the rate, the slow convergence or the updates.",
    ),
    Operator(
        name="plain_sgd_tiny",
        edit=plain_sgd_tiny,
        codes=("GF220", "GF221", "GF312", "GF314"),
        effect="worse",
        bases=("digits_onehot", "mnist_dense", "subclassed"),
        later_bases=("digits_dense",),
        why="SGD without momentum at a rate made for Adam.",
    ),
    Operator(
        name="sgd_far_too_fast",
        edit=sgd_far_too_fast,
        codes=("GF220", "GF221", "GF302", "GF304", "GF313", "GF314"),
        effect="worse",
        bases=("higgs_small", "digits_dense", "image_folder"),
        why="A rate of 2 at momentum 0.99; symptoms as for `lr_times_1000`.",
    ),
    Operator(
        name="decay_at_once",
        edit=decay_at_once,
        codes=("GF220", "GF221", "GF224", "GF312", "GF314"),
        effect="worse",
        bases=("digits_dense", "conv1d_series", "residual_dense"),
        later_bases=("wine_classes",),
        why="The rate halves every three steps and is gone within the first epoch.",
    ),
    Operator(
        name="overwhelming_weight_decay",
        edit=overwhelming_weight_decay,
        codes=("GF217", "GF221", "GF317"),
        effect="worse",
        bases=("blobs_many_classes", "mnist_cnn", "imbalanced_tabular"),
        later_bases=("digits_dense",),
        why="The decay shrinks all weights by a tenth in every step: regularisation, though it is "
        "the optimiser's setting.",
    ),
    Operator(
        name="one_epoch",
        edit=one_epoch,
        codes=("GF223",),
        effect="worse",
        bases=("breast_cancer", "digits_cnn", "custom_train_step"),
        later_bases=("digits_dense",),
        why="Training ends while it still falls.",
    ),
    Operator(
        name="one_step_per_epoch",
        edit=one_step_per_epoch,
        codes=("GF222", "GF223", "GF312"),
        effect="worse",
        bases=("mnist_cnn", "lstm_series", "attention_tokens"),
        why="`steps_per_epoch=1` left over from a trial: far too few steps.",
    ),
    Operator(
        name="huge_batch",
        edit=huge_batch,
        codes=("GF222", "GF223", "GF312"),
        effect="worse",
        bases=("blobs_many_classes", "conv1d_series", "mnist_dense"),
        later_bases=("digits_dense",),
        why="All rows in one batch leave one step an epoch: the batch, or the epochs it needs.",
    ),
    Operator(
        name="early_stopping_upside_down",
        edit=early_stopping_upside_down,
        codes=("GF224", "GF409"),
        effect="worse",
        bases=("digits_dense", "subclassed", "synthetic_regression"),
        why="Stops at the worst loss and restores those weights: the callback, or the best epoch "
        "it lost.",
    ),
    Operator(
        name="early_stopping_on_wrong_sense",
        edit=early_stopping_on_wrong_sense,
        codes=("GF224", "GF409"),
        effect="worse",
        bases=("digits_cnn", "conv1d_series", "residual_dense"),
        why="Accuracy is to fall: the callback, or the best epoch it lost.",
    ),
    Operator(
        name="early_stopping_no_patience",
        edit=early_stopping_no_patience,
        codes=("GF223", "GF224"),
        effect="worse",
        bases=("higgs_small", "residual_dense", "custom_train_step", "tf_data_pipeline"),
        why="Training stops long before it has converged.",
    ),
    Operator(
        name="plateau_too_eager",
        edit=plateau_too_eager,
        codes=("GF220", "GF224", "GF312", "GF314"),
        effect="worse",
        bases=("digits_dense", "mnist_cnn", "mixed_precision"),
        why="The rate falls a hundredfold while the loss falls: the callback, or what is left of "
        "the rate.",
    ),
    Operator(
        name="overtrained",
        edit=overtrained,
        codes=("GF112", "GF210", "GF223", "GF401", "GF409"),
        effect="worse",
        bases=(
            "higgs_small",
            "blobs_many_classes",
            "synthetic_regression",
            "diabetes_regression",
            "subclassed",
            "mixed_precision",
        ),
        why="Overfitting on purpose: few rows, a wide network, long after the best epoch.",
    ),
    Operator(
        name="inverted_class_weights",
        edit=inverted_class_weights,
        codes=("GF225",),
        effect="worse",
        bases=("imbalanced_tabular", "sms_embedding"),
        why="The common class is given the large weight. Two bases weigh classes.",
    ),
    Operator(
        name="one_class_outweighs_all",
        edit=one_class_outweighs_all,
        codes=("GF225",),
        effect="worse",
        bases=("breast_cancer", "higgs_small", "mnist_cnn"),
        why="`class_weight` with one class in it: the others weigh 1 of its 200.",
    ),
)
