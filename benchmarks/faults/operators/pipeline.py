"""Splits, leaks, and what reaches the model or the score in the wrong order."""

from __future__ import annotations

import ast

from operators import edits
from operators.edits import DoesNotApply, after_data, before_fit, set_fit, with_tensorflow
from operators.operator import Operator

_TOGETHER = """
x_all = np.concatenate([x_train, x_val])
y_all = np.concatenate([y_train, y_val])
"""


def _of_arrays(source: str) -> None:
    """Refuses programs that do not hand `fit` the four arrays as they are."""
    node = edits.call(source, "model.fit")
    value = edits.keyword(node, "validation_data")
    given = [ast.unparse(argument) for argument in (*node.args, value) if argument is not None]
    if given != ["x_train", "y_train", "(x_val, y_val)"]:
        raise DoesNotApply("fit is not given the four arrays")


def sorted_then_cut(source: str) -> str:
    """Rows in the order of their labels, the last of them for validation."""
    return after_data(
        source,
        _TOGETHER.lstrip()
        + "order = np.argsort(y_all.ravel(), kind='stable')\n".replace("'", '"')
        + "x_train, x_val = np.split(x_all[order], [len(x_train)])\n"
        + "y_train, y_val = np.split(y_all[order], [len(y_train)])\n",
    )


def sorted_validation_split(source: str) -> str:
    """`validation_split` of rows that are sorted by label."""
    _of_arrays(source)
    source = edits.without_keyword(source, edits.call(source, "model.fit"), "validation_data")
    source = set_fit(source, validation_split="0.3")
    return after_data(
        source,
        'order = np.argsort(y_train.ravel(), kind="stable")\n'
        "x_train, y_train = x_train[order], y_train[order]\n",
    )


def validation_rows_in_training(source: str) -> str:
    """Validation rows got into the training rows, more than once, and are learnt by heart."""
    source = edits.without_callbacks(edits.times_epochs(source, 3))
    first = edits.hidden(source, "Dense")[0]
    source = edits.replaced(source, first.args[0], "512")
    return after_data(
        source,
        "x_train = np.concatenate([x_train, x_val, x_val])\n"
        "y_train = np.concatenate([y_train, y_val, y_val])\n",
    )


def validated_on_training(source: str) -> str:
    """Early stopping that watches the training rows, with a network that overfits."""
    _of_arrays(source)
    first = edits.hidden(source, "Dense")[0]
    source = edits.replaced(source, first.args[0], "512")
    return set_fit(edits.times_epochs(source, 3), validation_data="(x_train, y_train)")


def unstable_validation(source: str) -> str:
    """`shuffle` before `take` and `skip`: every epoch draws another validation set."""
    _of_arrays(source)
    source = edits.without_callbacks(edits.times_epochs(with_tensorflow(source), 3))
    first = edits.hidden(source, "Dense")[0]
    source = edits.replaced(source, first.args[0], "512")
    node = edits.call(source, "model.fit")
    start, end = node.args[0], node.args[1]
    source = edits.replaced(source, end, "epochs_of_train")
    source = edits.replaced(source, start, "train")
    source = source.replace("train,\n    epochs_of_train,", "train,")
    if "epochs_of_train" in source:
        raise DoesNotApply("fit's arguments are not on lines of their own")
    source = edits.without_keyword(source, edits.call(source, "model.fit"), "batch_size")
    source = set_fit(source, validation_data="validation")
    return before_fit(
        edits.with_numpy(source),
        _TOGETHER.lstrip()
        + "rows = tf.data.Dataset.from_tensor_slices((x_all, y_all))\n"
        + "rows = rows.shuffle(len(x_all), seed=SEED)\n"
        + "validation = rows.take(len(x_val)).batch(64)\n"
        + "train = rows.skip(len(x_val)).batch(64)\n",
    )


def augmented_validation(source: str) -> str:
    """Augmentation, meant for training rows, on the validation rows as well."""
    _of_arrays(source)
    rank = len(edits.input_shape(source).elts)
    if rank == 3:
        augment = (
            "augment = keras.Sequential(\n"
            "    [\n"
            "        layers.RandomRotation(0.5),\n"
            "        layers.RandomTranslation(0.2, 0.2),\n"
            "        layers.RandomFlip(),\n"
            "    ]\n"
            ")\n"
        )
    else:
        augment = "augment = layers.GaussianNoise(1.0)\n"
    return before_fit(
        set_fit(source, validation_data="validation"),
        augment
        + "\n\n"
        + "class Augmented(keras.utils.PyDataset):\n"
        + '    """Batches of augmented rows."""\n\n'
        + "    def __init__(self, x, y):\n"
        + "        super().__init__()\n"
        + "        self.x, self.y = x, y\n\n"
        + "    def __len__(self):\n"
        + "        return -(-len(self.x) // 64)\n\n"
        + "    def __getitem__(self, index):\n"
        + "        rows = slice(64 * index, 64 * (index + 1))\n"
        + "        images = augment(self.x[rows], training=True)\n"
        + "        return keras.ops.convert_to_numpy(images), self.y[rows]\n\n\n"
        + "validation = Augmented(x_val, y_val)\n",
    )


def predicted_out_of_order(source: str) -> str:
    """Predictions for a shuffled pipeline are compared with labels in their own order."""
    node = edits.call(source, "model.predict")
    if not isinstance(node.args[0], ast.Name):
        raise DoesNotApply("predict is not given an array")
    name = node.args[0].id
    rows = f"tf.data.Dataset.from_tensor_slices({name}).shuffle(len({name})).batch(64)"
    return edits.replaced(with_tensorflow(source), _argument(with_tensorflow(source)), rows)


def _argument(source: str) -> ast.expr:
    return edits.call(source, "model.predict").args[0]


PIPELINE = (
    Operator(
        name="sorted_then_cut",
        edit=sorted_then_cut,
        codes=("GF111", "GF120", "GF121", "GF123"),
        effect="worse",
        bases=("breast_cancer", "synthetic_regression", "residual_dense", "mnist_cnn"),
        why="Sorted by label, then cut: the split, the classes it loses, or the shift it makes.",
    ),
    Operator(
        name="sorted_validation_split",
        edit=sorted_validation_split,
        codes=("GF111", "GF120", "GF121", "GF123"),
        effect="worse",
        bases=("wine_classes", "digits_cnn", "subclassed", "mixed_precision"),
        why="`validation_split` takes the last rows, and those are of other labels.",
    ),
    Operator(
        name="validation_rows_in_training",
        edit=validation_rows_in_training,
        codes=("GF117", "GF503"),
        effect="gap",
        bases=(
            "higgs_small",
            "diabetes_regression",
            "synthetic_regression",
            "blobs_many_classes",
            "residual_dense",
            "mixed_precision",
        ),
        why="Every validation row is a training row.",
    ),
    Operator(
        name="validated_on_training",
        edit=validated_on_training,
        codes=("GF117", "GF503"),
        effect="worse",
        bases=(
            "higgs_small",
            "diabetes_regression",
            "synthetic_regression",
            "mixed_precision",
            "imbalanced_tabular",
        ),
        why="The training rows are the validation rows, so that nothing stops the overfitting.",
    ),
    Operator(
        name="unstable_validation",
        edit=unstable_validation,
        codes=("GF117", "GF122"),
        effect="gap",
        bases=("higgs_small", "synthetic_regression", "mixed_precision", "diabetes_regression"),
        why="The pipeline shuffles before it is divided, so that every row trains sooner or later.",
    ),
    Operator(
        name="augmented_validation",
        edit=augmented_validation,
        codes=("GF504",),
        effect="metric",
        bases=("digits_cnn", "mnist_cnn", "digits_dense"),
        later_bases=("digits_onehot",),
        why="The validation rows are changed at random.",
    ),
    Operator(
        name="predicted_out_of_order",
        edit=predicted_out_of_order,
        codes=("GF505",),
        effect="worse",
        bases=("digits_dense", "wine_classes", "breast_cancer"),
        later_bases=("digits_onehot",),
        why="Predictions in another order than the labels they are compared with.",
    ),
)
