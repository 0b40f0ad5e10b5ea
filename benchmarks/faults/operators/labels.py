"""Wrong, missing, contradictory and useless labels."""

from __future__ import annotations

from operators import edits
from operators.edits import after_data, before_fit, require_loss
from operators.operator import Operator

_TABLES = ("breast_cancer", "blobs_many_classes", "digits_dense", "higgs_small")
_SPARSE = ("digits_dense", "wine_classes", "blobs_many_classes", "digits_cnn", "subclassed")

_GENERATOR = "generator = np.random.default_rng(SEED)\n"


def noisy_training_labels(source: str) -> str:
    return after_data(
        source,
        _GENERATOR
        + "doubtful = generator.random(len(y_train)) < 0.45\n"
        + "y_train[doubtful] = generator.permutation(y_train[doubtful])\n",
    )


def shuffled_labels(source: str) -> str:
    return after_data(
        source,
        _GENERATOR
        + "y_train = generator.permutation(y_train)\ny_val = generator.permutation(y_val)\n",
    )


def shuffled_training_inputs(source: str) -> str:
    return after_data(source, _GENERATOR + "generator.shuffle(x_train)\n")


def labels_one_row_off(source: str) -> str:
    return after_data(source, "y_train = np.roll(y_train, 1, axis=0)\n")


def labels_start_at_one(source: str) -> str:
    require_loss(source, "sparse_categorical_crossentropy")
    return after_data(source, "y_train = y_train + 1\ny_val = y_val + 1\ny_test = y_test + 1\n")


def labels_minus_one_to_one(source: str) -> str:
    require_loss(source, "binary_crossentropy")
    return before_fit(source, "y_train = 2 * y_train - 1\n")


def one_hot_with_sparse_loss(source: str) -> str:
    require_loss(source, "sparse_categorical_crossentropy")
    return after_data(
        source,
        "y_train = keras.utils.to_categorical(y_train)\n"
        "y_val = keras.utils.to_categorical(y_val)\n",
    )


def integers_with_categorical_loss(source: str) -> str:
    require_loss(source, "sparse_categorical_crossentropy")
    return edits.set_compile(source, loss='"categorical_crossentropy"')


def string_labels(source: str) -> str:
    return after_data(source, "y_train = y_train.astype(str)\ny_val = y_val.astype(str)\n")


def unbalanced_training_rows(source: str) -> str:
    require_loss(source, "sparse_categorical_crossentropy", "binary_crossentropy")
    return after_data(
        source,
        _GENERATOR
        + "common = (y_train % 2 == 0) | (generator.random(len(y_train)) < 0.03)\n"
        + "x_train, y_train = x_train[common], y_train[common]\n",
    )


def class_missing_in_training(source: str) -> str:
    require_loss(source, "sparse_categorical_crossentropy")
    return after_data(
        source, "kept = y_train != 1\nx_train, y_train = x_train[kept], y_train[kept]\n"
    )


def contradicting_copies(source: str) -> str:
    return after_data(
        source,
        _GENERATOR
        + "x_train = np.concatenate([x_train, x_train])\n"
        + "y_train = np.concatenate([y_train, generator.permutation(y_train)])\n",
    )


def few_rows(source: str) -> str:
    return after_data(
        source,
        "x_train = x_train[: max(len(x_train) // 50, 12)]\n"
        "y_train = y_train[: max(len(y_train) // 50, 12)]\n",
    )


LABELS = (
    Operator(
        name="noisy_training_labels",
        edit=noisy_training_labels,
        codes=("GF114",),
        effect="worse",
        bases=("blobs_many_classes", "digits_dense", "digits_cnn", "mnist_dense"),
        why="45 % of the training labels are drawn again from all labels: label noise.",
    ),
    Operator(
        name="shuffled_labels",
        edit=shuffled_labels,
        codes=("GF113", "GF114", "GF505"),
        effect="worse",
        bases=("breast_cancer", "higgs_small", "diabetes_regression", "imbalanced_tabular"),
        why="Labels have no relation to the rows any more: no signal, or labels in another order.",
    ),
    Operator(
        name="shuffled_training_inputs",
        edit=shuffled_training_inputs,
        codes=("GF113", "GF114", "GF505"),
        effect="worse",
        bases=("synthetic_regression", "wine_classes", "attention_tokens"),
        later_bases=("digits_dense",),
        why="Rows are shuffled without their labels. Validation rows stay right, so that the "
        "order of the training labels is the cause; all-noise labels name it too.",
    ),
    Operator(
        name="labels_one_row_off",
        edit=labels_one_row_off,
        codes=("GF113", "GF114", "GF505"),
        effect="worse",
        bases=("tf_data_pipeline", "mixed_precision", "subclassed"),
        later_bases=("digits_onehot",),
        why="Every training row has its neighbour's label, as after a header counted as a row.",
    ),
    Operator(
        name="labels_start_at_one",
        edit=labels_start_at_one,
        codes=("GF107", "GF203"),
        effect="worse",
        bases=("digits_dense", "wine_classes", "blobs_many_classes"),
        later_bases=("digits_cnn",),
        why="Labels 1..K for K units: out of range, or a unit too few.",
    ),
    Operator(
        name="labels_minus_one_to_one",
        edit=labels_minus_one_to_one,
        codes=("GF107", "GF108", "GF202"),
        effect="worse",
        bases=("breast_cancer", "higgs_small", "multi_label"),
        why="Labels -1 and 1 under cross-entropy: a wrong encoding, or a loss for another one.",
    ),
    Operator(
        name="one_hot_with_sparse_loss",
        edit=one_hot_with_sparse_loss,
        codes=("GF108", "GF109", "GF202", "GF601"),
        effect="crash",
        bases=("digits_cnn", "subclassed", "mnist_dense"),
        later_bases=("wine_classes",),
        why="The loss wants integers: the encoding, the loss, or the shapes that clash name it.",
    ),
    Operator(
        name="integers_with_categorical_loss",
        edit=integers_with_categorical_loss,
        codes=("GF108", "GF109", "GF202", "GF601"),
        effect="crash",
        bases=("digits_dense", "conv1d_series"),
        why="The loss wants one-hot rows: the encoding, the loss, or the clashing shapes name it.",
    ),
    Operator(
        name="string_labels",
        edit=string_labels,
        codes=("GF106", "GF604"),
        effect="crash",
        bases=("breast_cancer", "residual_dense"),
        later_bases=("wine_classes", "digits_dense"),
        why="Labels read from a file as text: a wrong dtype.",
    ),
    Operator(
        name="unbalanced_training_rows",
        edit=unbalanced_training_rows,
        codes=("GF110", "GF121", "GF123", "GF410"),
        effect="worse",
        bases=("blobs_many_classes", "mnist_cnn", "conv1d_series"),
        why="Every other class keeps 3 % of its training rows: rare classes, unlike shares in the "
        "two sets, or the classes that suffer.",
    ),
    Operator(
        name="class_missing_in_training",
        edit=class_missing_in_training,
        codes=("GF111", "GF121", "GF410"),
        effect="worse",
        bases=("wine_classes", "digits_cnn", "attention_tokens"),
        later_bases=("digits_dense",),
        why="One class never trains. Its lost recall is accepted, since it names the class.",
    ),
    Operator(
        name="contradicting_copies",
        edit=contradicting_copies,
        codes=("GF114", "GF115", "GF116"),
        effect="worse",
        bases=("residual_dense", "synthetic_regression", "mnist_dense"),
        later_bases=("wine_classes", "digits_dense"),
        why="Every training row is there twice, the second time with another's label.",
    ),
    Operator(
        name="few_rows",
        edit=few_rows,
        codes=("GF112", "GF412"),
        effect="worse",
        bases=("mnist_cnn", "synthetic_regression", "conv1d_series"),
        later_bases=("digits_dense",),
        why="2 % of the rows train. Overfitting would be its consequence; the rows are the cause.",
    ),
)
