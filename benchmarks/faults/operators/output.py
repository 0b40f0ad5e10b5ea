"""Heads, losses and metrics that do not fit the task."""

from __future__ import annotations

from operators import edits
from operators.edits import (
    DoesNotApply,
    before_compile,
    head_units,
    insert_layers,
    require_loss,
    set_compile,
    set_head,
    with_head_units,
)
from operators.operator import Operator

_SPARSE = "sparse_categorical_crossentropy"
_PROBABILITY = (_SPARSE, "categorical_crossentropy", "binary_crossentropy")
_SQUARED = ("mse", "mean_squared_error")


def linear_output_with_probability_loss(source: str) -> str:
    return set_head(require_loss(source, *_PROBABILITY), activation=None)


def softmax_with_from_logits(source: str) -> str:
    classes = {
        _SPARSE: "SparseCategoricalCrossentropy",
        "categorical_crossentropy": "CategoricalCrossentropy",
        "binary_crossentropy": "BinaryCrossentropy",
    }
    name = edits.loss_name(require_loss(source, *_PROBABILITY))
    return set_compile(source, loss=f"keras.losses.{classes[name]}(from_logits=True)")


def logits_without_from_logits(source: str) -> str:
    """`from_logits=True` forgotten where the network returns logits."""
    loss = edits.call(source, "losses.BinaryCrossentropy")
    return edits.without_keyword(source, loss, "from_logits")


def softmax_on_one_unit(source: str) -> str:
    require_loss(source, "binary_crossentropy")
    if head_units(source) != 1:
        raise DoesNotApply("the head has more than one unit")
    return set_head(source, activation='"softmax"')


def one_sigmoid_for_many_classes(source: str) -> str:
    require_loss(source, _SPARSE)
    source = set_head(with_head_units(source, 1), activation='"sigmoid"')
    return set_compile(source, loss='"binary_crossentropy"')


def relu_output(source: str) -> str:
    return set_head(require_loss(source, *_PROBABILITY), activation='"relu"')


def bounded_regression_output(source: str) -> str:
    return set_head(require_loss(source, *_SQUARED), activation='"sigmoid"')


def rectified_regression_output(source: str) -> str:
    return set_head(require_loss(source, *_SQUARED), activation='"relu"')


def too_few_units(source: str) -> str:
    require_loss(source, _SPARSE)
    return with_head_units(source, head_units(source) - 1)


def squared_error_for_classes(source: str) -> str:
    return set_compile(require_loss(source, _SPARSE), loss='"mse"')


def absolute_error_for_classes(source: str) -> str:
    require_loss(source, "categorical_crossentropy", "binary_crossentropy")
    return set_compile(source, loss='"mae"')


def binary_loss_for_many_classes(source: str) -> str:
    return set_compile(require_loss(source, _SPARSE), loss='"binary_crossentropy"')


def crossentropy_for_regression(source: str) -> str:
    source = set_head(require_loss(source, *_SQUARED), activation='"sigmoid"')
    return set_compile(source, loss='"binary_crossentropy"')


def relu_before_softmax(source: str) -> str:
    source = set_head(require_loss(source, _SPARSE), activation='"relu"')
    return insert_layers(source, edits.head(source), "layers.Softmax()", after=True)


def softmax_twice(source: str) -> str:
    require_loss(source, _SPARSE, "categorical_crossentropy")
    return insert_layers(source, edits.head(source), "layers.Softmax()", after=True)


def broadcast_in_custom_loss(source: str) -> str:
    """A loss of one's own, given targets of shape (N,) and outputs of shape (N, 1)."""
    require_loss(source, *_SQUARED)
    fit = edits.call(source, "model.fit")
    value = edits.keyword(fit, "validation_data")
    given = edits.text_of(source, value)
    if given != "(x_val, y_val)":
        raise DoesNotApply("validation data are no two arrays")
    source = edits.replaced(source, value, "(x_val, y_val.ravel())")
    targets = edits.call(source, "model.fit").args[1]
    source = edits.replaced(source, targets, "y_train.ravel()")
    source = before_compile(
        source,
        """
        class SquaredError(keras.losses.Loss):
            def call(self, y_true, y_pred):
                return keras.ops.square(y_true - y_pred)


        """,
    )
    return set_compile(source, loss="SquaredError()")


def accuracy_for_regression(source: str) -> str:
    return set_compile(require_loss(source, *_SQUARED), metrics='["accuracy"]')


def wrong_kind_of_accuracy(source: str) -> str:
    return set_compile(require_loss(source, _SPARSE), metrics='["categorical_accuracy"]')


def binary_accuracy_for_classes(source: str) -> str:
    require_loss(source, _SPARSE)
    return set_compile(source, metrics='["binary_accuracy"]')


def accuracy_of_rare_class(source: str) -> str:
    """Plain accuracy watched, and no class weights, where one class is rare."""
    source = edits.without_keyword(source, edits.call(source, "model.fit"), "class_weight")
    source = edits.without_callbacks(source)
    return set_compile(source, metrics='["accuracy"]')


OUTPUT = (
    Operator(
        name="linear_output_with_probability_loss",
        edit=linear_output_with_probability_loss,
        codes=("GF201",),
        effect="worse",
        bases=("digits_dense", "blobs_many_classes", "residual_dense", "digits_onehot"),
        why="The loss takes the head's linear outputs for probabilities.",
    ),
    Operator(
        name="softmax_with_from_logits",
        edit=softmax_with_from_logits,
        codes=("GF201", "GF206"),
        effect="worse",
        bases=("cifar_cnn", "mnist_dense", "attention_tokens", "digits_onehot"),
        why="Probabilities that the loss puts through a softmax again.",
    ),
    Operator(
        name="softmax_on_one_unit",
        edit=softmax_on_one_unit,
        codes=("GF201", "GF203"),
        effect="worse",
        bases=("higgs_small", "imbalanced_tabular", "sms_embedding"),
        later_bases=("breast_cancer",),
        why="A softmax over one unit is always 1: wrong activation, or a unit too few for it.",
    ),
    Operator(
        name="one_sigmoid_for_many_classes",
        edit=one_sigmoid_for_many_classes,
        codes=("GF108", "GF201", "GF202", "GF203"),
        effect="worse",
        bases=("wine_classes", "mnist_cnn", "conv1d_series"),
        later_bases=("digits_dense",),
        why="A binary head and loss for K classes: units, activation, loss and labels disagree.",
    ),
    Operator(
        name="relu_output",
        edit=relu_output,
        codes=("GF201",),
        effect="worse",
        bases=("breast_cancer", "digits_dense", "subclassed"),
        later_bases=("blobs_many_classes",),
        why="Rectified outputs are no probabilities.",
    ),
    Operator(
        name="bounded_regression_output",
        edit=bounded_regression_output,
        codes=("GF201",),
        effect="worse",
        bases=("diabetes_regression", "lstm_series", "mixed_precision"),
        later_bases=("synthetic_regression",),
        why="Standardised targets lie outside what a sigmoid can reach.",
    ),
    Operator(
        name="rectified_regression_output",
        edit=rectified_regression_output,
        codes=("GF201",),
        effect="worse",
        bases=("synthetic_regression", "lstm_series", "mixed_precision"),
        later_bases=("diabetes_regression",),
        why="Half of the standardised targets are below what a relu can reach.",
    ),
    Operator(
        name="too_few_units",
        edit=too_few_units,
        codes=("GF107", "GF203"),
        effect="worse",
        bases=("digits_cnn", "tf_data_pipeline", "residual_dense"),
        why="A class has no unit, so its label is out of range.",
    ),
    Operator(
        name="squared_error_for_classes",
        edit=squared_error_for_classes,
        codes=("GF108", "GF109", "GF202", "GF601"),
        effect="crash",
        bases=("wine_classes", "mnist_cnn", "attention_tokens"),
        later_bases=("digits_dense",),
        why="Squared error between class numbers and rows of probabilities: the loss, the "
        "encoding, or the shapes that clash.",
    ),
    Operator(
        name="absolute_error_for_classes",
        edit=absolute_error_for_classes,
        codes=("GF202",),
        effect="worse",
        bases=("digits_onehot", "higgs_small", "multi_label"),
        why="Absolute error for classes or tags.",
    ),
    Operator(
        name="binary_loss_for_many_classes",
        edit=binary_loss_for_many_classes,
        codes=("GF108", "GF109", "GF202", "GF601"),
        effect="crash",
        bases=("digits_cnn", "residual_dense", "mnist_dense"),
        later_bases=("wine_classes",),
        why="Binary cross-entropy between class numbers and rows of probabilities: the loss, the "
        "encoding, or the shapes that clash.",
    ),
    Operator(
        name="crossentropy_for_regression",
        edit=crossentropy_for_regression,
        codes=("GF108", "GF201", "GF202"),
        effect="worse",
        bases=("diabetes_regression", "lstm_series", "mixed_precision"),
        later_bases=("synthetic_regression",),
        why="A sigmoid and cross-entropy for standardised, continuous targets.",
    ),
    Operator(
        name="relu_before_softmax",
        edit=relu_before_softmax,
        codes=("GF201", "GF206"),
        effect="worse",
        bases=("digits_dense", "blobs_many_classes", "conv1d_series"),
        why="A relu cuts the logits before the softmax.",
    ),
    Operator(
        name="softmax_twice",
        edit=softmax_twice,
        codes=("GF201", "GF206"),
        effect="worse",
        bases=("blobs_many_classes", "tf_data_pipeline", "digits_onehot"),
        why="A softmax of a softmax: nearly uniform probabilities.",
    ),
    Operator(
        name="broadcast_in_custom_loss",
        edit=broadcast_in_custom_loss,
        codes=("GF109",),
        effect="worse",
        bases=("synthetic_regression", "lstm_series", "mixed_precision"),
        later_bases=("diabetes_regression",),
        why="(N,) minus (N, 1) is (N, N): every output is drawn to every target.",
    ),
    Operator(
        name="accuracy_for_regression",
        edit=accuracy_for_regression,
        codes=("GF204",),
        effect="metric",
        bases=("diabetes_regression", "synthetic_regression", "lstm_series"),
        why="The share of targets hit exactly says nothing.",
    ),
    Operator(
        name="wrong_kind_of_accuracy",
        edit=wrong_kind_of_accuracy,
        codes=("GF204",),
        effect="metric",
        bases=("digits_cnn", "subclassed", "mnist_dense"),
        later_bases=("digits_dense",),
        why="An accuracy that compares class numbers with one-hot rows.",
    ),
    Operator(
        name="binary_accuracy_for_classes",
        edit=binary_accuracy_for_classes,
        codes=("GF204", "GF601"),
        effect="crash",
        bases=("blobs_many_classes", "residual_dense", "conv1d_series"),
        later_bases=("wine_classes",),
        why="A metric for one unit or one-hot rows, given class numbers: the metric, or the shapes "
        "that clash.",
    ),
    Operator(
        name="accuracy_of_rare_class",
        edit=accuracy_of_rare_class,
        codes=("GF110", "GF410", "GF506", "GF507"),
        effect="metric",
        bases=("imbalanced_tabular", "sms_embedding"),
        why="Accuracy flatters where one class is rare: the metric, the imbalance, the class that "
        "suffers, or the threshold.",
    ),
    Operator(
        name="logits_without_from_logits",
        edit=logits_without_from_logits,
        codes=("GF201",),
        effect="worse",
        bases=("moons_logits",),
        why="The loss takes logits for probabilities. Only one base returns logits.",
    ),
)
