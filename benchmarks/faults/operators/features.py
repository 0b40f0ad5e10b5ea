"""Inputs and targets that are scaled wrongly, broken, empty or tell too much."""

from __future__ import annotations

import ast

from operators import edits
from operators.edits import DoesNotApply, after_data, without_statements
from operators.operator import Operator

_TABLES = (
    "breast_cancer",
    "wine_classes",
    "diabetes_regression",
    "higgs_small",
    "imbalanced_tabular",
    "blobs_many_classes",
)
_INPUTS = ("x_train", "x_val", "x_test")


def _scales(statement: ast.stmt, names: tuple[str, ...]) -> bool:
    """Whether a statement rescales one of these arrays: a transform, or arithmetic on itself."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return False
    target, value = statement.targets[0], statement.value
    if not (isinstance(target, ast.Name) and target.id in names):
        return False
    transforms = isinstance(value, ast.Call) and ast.unparse(value.func).endswith(".transform")
    itself = any(isinstance(n, ast.Name) and n.id == target.id for n in ast.walk(value))
    return itself and (transforms or isinstance(value, ast.BinOp))


def _without_scaling(source: str, names: tuple[str, ...]) -> str:
    return without_statements(source, lambda s: _scales(s, names), at_least=len(names))


def remove_scaling(source: str) -> str:
    return _without_scaling(source, _INPUTS)


def skewed_units(source: str) -> str:
    """Features in their own units, orders of magnitude apart, never scaled."""
    source = _without_scaling(source, _INPUTS)
    lines = ["units = 10.0 ** np.linspace(-3, 4, x_train.shape[1])"]
    lines += [f"{name} = {name} * units" for name in _INPUTS]
    return after_data(source, "\n".join(lines))


def raw_pixels(source: str) -> str:
    """Pixels of 0 to 255 where the program scaled them to 0 to 1."""
    rescaling = edits.layer_calls(source, "Rescaling")
    if rescaling:
        return edits.without_layer(source, edits.one(rescaling, "Rescaling"))
    if any(_scales(statement, _INPUTS) for statement in ast.parse(source).body):
        source = _without_scaling(source, _INPUTS)
    if "255" in source or "mnist" in source:
        return source
    lines = [f"{name} = {name} * 255.0 / 16.0" for name in _INPUTS]
    return after_data(source, "\n".join(lines))


def scaled_twice(source: str) -> str:
    """Pixels divided by 255 once more."""
    return after_data(source, "\n".join(f"{name} = {name} / 255.0" for name in _INPUTS))


def only_training_scaled(source: str) -> str:
    return _without_scaling(source, ("x_val", "x_test"))


def scaled_apart(source: str) -> str:
    """The rows to predict shifted and stretched, as after scaling by statistics of their own."""
    return after_data(source, "x_val = 2.5 * x_val + 1.0\nx_test = 2.5 * x_test + 1.0\n")


def huge_feature(source: str) -> str:
    return after_data(source, "\n".join(f"{name}[:, 0] *= 1e6" for name in _INPUTS))


def wild_outliers(source: str) -> str:
    return after_data(
        source,
        "generator = np.random.default_rng(SEED)\n"
        "x_train[generator.random(x_train.shape) < 0.005] *= 1e5\n",
    )


def unscaled_target(source: str) -> str:
    names = ("y_train", "y_val", "y_test")
    return after_data(source, "\n".join(f"{name} = {name} * 1e4 + 5e4" for name in names))


def missing_values(source: str) -> str:
    return after_data(source, "x_train = x_train.astype(float)\nx_train[::50, 0] = np.nan\n")


def equal_rows(source: str) -> str:
    """A loop that reads the same row again and again."""
    return after_data(source, "x_train = np.repeat(x_train[:1], len(x_train), axis=0)\n")


def scaled_then_integer(source: str) -> str:
    return after_data(source, "\n".join(f"{name} = {name}.astype(int)" for name in _INPUTS))


def reshaped_for_transposed(source: str) -> str:
    """`reshape` used to swap two axes, which scrambles the numbers over rows and columns."""
    if not ast.literal_eval(_first_axis(source)):
        raise DoesNotApply("the input has more than one axis")
    return after_data(
        source, "\n".join(f"{name} = {name}.reshape({name}.shape[::-1]).T" for name in _INPUTS)
    )


def _first_axis(source: str) -> str:
    return str(len(edits.input_shape(source).elts) == 1)


def label_among_features(source: str) -> str:
    """A column that is known only afterwards: it holds the label wherever the label is known."""
    return after_data(
        source,
        "x_train[:, 0] = np.ravel(y_train)\nx_val[:, 0] = np.ravel(y_val)\nx_test[:, 0] = 0\n",
    )


def noisy_training_inputs(source: str) -> str:
    return after_data(
        source,
        "generator = np.random.default_rng(SEED)\n"
        "x_train = x_train + generator.normal(0.0, 3 * x_train.std(), size=x_train.shape)\n",
    )


def most_columns_lost(source: str) -> str:
    """A failed join: most columns of the training table are filled with zeros."""
    return after_data(source, "x_train[:, x_train.shape[1] // 5 :] = 0\n")


FEATURES = (
    Operator(
        name="remove_scaling",
        edit=remove_scaling,
        codes=("GF102",),
        effect="worse",
        bases=("breast_cancer", "diabetes_regression", "two_inputs_two_outputs", "mixed_precision"),
        later_bases=("wine_classes",),
        why="Inputs in their own units, with no layer that scales them.",
    ),
    Operator(
        name="skewed_units",
        edit=skewed_units,
        codes=("GF102",),
        effect="worse",
        bases=("imbalanced_tabular", "multi_label", "subclassed"),
        later_bases=("wine_classes",),
        why="Unscaled features seven orders of magnitude apart.",
    ),
    Operator(
        name="raw_pixels",
        edit=raw_pixels,
        codes=("GF102", "GF127"),
        effect="worse",
        bases=("digits_dense", "digits_onehot", "cifar_cnn", "image_folder"),
        why="Pixels of 0 to 255 reach the first layer.",
    ),
    Operator(
        name="scaled_twice",
        edit=scaled_twice,
        codes=("GF102", "GF127"),
        effect="worse",
        bases=("digits_cnn", "cifar_cnn", "custom_train_step"),
        why="Pixels of at most 1/255: scaled twice.",
    ),
    Operator(
        name="only_training_scaled",
        edit=only_training_scaled,
        codes=("GF123",),
        effect="worse",
        bases=("digits_onehot", "mixed_precision", "higgs_small"),
        later_bases=("breast_cancer",),
        why="Validation and test rows miss the scaling: they are distributed otherwise.",
    ),
    Operator(
        name="scaled_apart",
        edit=scaled_apart,
        codes=("GF123",),
        effect="worse",
        bases=("diabetes_regression", "tf_data_pipeline", "lstm_series"),
        why="Validation and test rows are scaled unlike training rows.",
    ),
    Operator(
        name="huge_feature",
        edit=huge_feature,
        codes=("GF102",),
        effect="worse",
        bases=("wine_classes", "diabetes_regression", "imbalanced_tabular"),
        later_bases=("breast_cancer",),
        why="One feature a million times the others.",
    ),
    Operator(
        name="wild_outliers",
        edit=wild_outliers,
        codes=("GF102", "GF103"),
        effect="worse",
        bases=("blobs_many_classes", "synthetic_regression", "residual_dense"),
        later_bases=(
            "diabetes_regression",
            "mixed_precision",
            "imbalanced_tabular",
            "two_inputs_two_outputs",
        ),
        why="Half a percent of the training values are 100,000 times too large: heavy tails, "
        "which also are a matter of scale.",
    ),
    Operator(
        name="unscaled_target",
        edit=unscaled_target,
        codes=("GF104",),
        effect="worse",
        bases=("diabetes_regression", "lstm_series", "mixed_precision"),
        later_bases=("synthetic_regression",),
        why="Targets of tens of thousands for a head that starts near zero.",
    ),
    Operator(
        name="missing_values",
        edit=missing_values,
        codes=("GF101",),
        effect="worse",
        bases=("higgs_small", "conv1d_series", "two_inputs_two_outputs"),
        later_bases=("wine_classes",),
        why="Every fiftieth training row has a NaN; the NaN loss is the consequence.",
    ),
    Operator(
        name="equal_rows",
        edit=equal_rows,
        codes=("GF105", "GF113", "GF115", "GF116"),
        effect="worse",
        bases=("breast_cancer", "digits_dense", "attention_tokens"),
        later_bases=("wine_classes",),
        why="All training inputs are one row: constant, duplicate, and contradictory by label.",
    ),
    Operator(
        name="scaled_then_integer",
        edit=scaled_then_integer,
        codes=("GF105", "GF106", "GF115", "GF116", "GF127"),
        effect="worse",
        bases=("digits_cnn", "mnist_cnn", "custom_train_step"),
        why="Scaled inputs cut to integers: the dtype, or what remains (constant, equal rows).",
    ),
    Operator(
        name="reshaped_for_transposed",
        edit=reshaped_for_transposed,
        codes=("GF113",),
        effect="worse",
        bases=("wine_classes", "synthetic_regression", "imbalanced_tabular"),
        later_bases=("breast_cancer",),
        why="Rows hold other rows' numbers: nothing to learn from them.",
    ),
    Operator(
        name="label_among_features",
        edit=label_among_features,
        codes=("GF118",),
        effect="gap",
        bases=(
            "breast_cancer",
            "diabetes_regression",
            "higgs_small",
            "imbalanced_tabular",
            "blobs_many_classes",
            "synthetic_regression",
        ),
        why="A column that is the label in both sets that have one.",
    ),
    Operator(
        name="noisy_training_inputs",
        edit=noisy_training_inputs,
        codes=("GF123",),
        effect="worse",
        bases=("subclassed", "mnist_cnn", "conv1d_series"),
        why="Training inputs drowned in noise, validation inputs clean: two distributions.",
    ),
    Operator(
        name="most_columns_lost",
        edit=most_columns_lost,
        codes=("GF105", "GF123"),
        effect="worse",
        bases=("digits_onehot", "multi_label", "residual_dense"),
        later_bases=("digits_dense",),
        why="Four fifths of the training columns are constant, unlike in validation.",
    ),
)
