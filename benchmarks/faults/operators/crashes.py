"""Programs that end with an exception."""

from __future__ import annotations

import ast

from operators import edits
from operators.edits import DoesNotApply, after_data, before_compile, layer_calls, set_compile
from operators.operator import Operator


def missing_flatten(source: str) -> str:
    found = layer_calls(source, "Flatten", "GlobalAveragePooling1D", "GlobalAveragePooling2D")
    return edits.without_layer(source, edits.one(found, "Flatten or pooling"))


def missing_channel_axis(source: str) -> str:
    """Rows without their last axis, and an input declared to match.

    (Keras adds the axis to the rows alone without a word.)
    """
    shape = edits.input_shape(source)
    if len(shape.elts) < 2:
        raise DoesNotApply("rows have no channels")
    kept = ", ".join(edits.text_of(source, element) for element in shape.elts[:-1])
    source = edits.replaced(source, shape, f"({kept},)" if len(shape.elts) == 2 else f"({kept})")
    names = ("x_train", "x_val", "x_test")
    return after_data(source, "\n".join(f"{name} = {name}[..., 0]" for name in names))


def wrong_input_shape(source: str) -> str:
    shape = edits.input_shape(source)
    return edits.replaced(source, shape.elts[0], f"{edits.text_of(source, shape.elts[0])} + 1")


def labels_cut_off(source: str) -> str:
    return after_data(source, "y_train = y_train[:-10]\n")


def width_mismatch(source: str) -> str:
    """Layers that are joined and no longer fit each other."""
    if not layer_calls(source, "Add"):
        raise DoesNotApply("nothing is added")
    attention = layer_calls(source, "MultiHeadAttention")
    if attention:
        return edits.with_keyword(source, edits.one(attention, "attention"), "output_shape", "12")
    widths = [node for node in layer_calls(source, "Dense") if ast.unparse(node.args[0]) == "32"]
    return edits.replaced(source, edits.one(widths, "Dense(32)").args[0], "24")


def unknown_loss(source: str) -> str:
    name = edits.loss_name(source)
    wrong = name.replace("crossentropy", "cross_entropy") if "crossentropy" in name else "rmse"
    return set_compile(source, loss=f'"{wrong}"')


def unknown_metric(source: str) -> str:
    return set_compile(source, metrics='["f1"]')


def unknown_activation(source: str) -> str:
    node = edits.hidden(source)[0]
    return edits.with_keyword(source, node, "activation", '"rellu"')


def old_learning_rate_name(source: str) -> str:
    node = edits.optimizer(source)
    rate = edits.text_of(source, edits.keyword(node, "learning_rate"))
    source = edits.without_keyword(source, node, "learning_rate")
    return edits.with_keyword(source, edits.optimizer(source), "lr", rate)


def old_epochs_name(source: str) -> str:
    node = edits.call(source, "model.fit")
    epochs = edits.text_of(source, edits.keyword(node, "epochs"))
    source = edits.without_keyword(source, node, "epochs")
    return edits.with_keyword(source, edits.call(source, "model.fit"), "nb_epoch", epochs)


def old_fit_generator(source: str) -> str:
    node = edits.call(source, "model.fit")
    return edits.replaced(source, node.func, "model.fit_generator")


def old_predict_classes(source: str) -> str:
    """A line of a Keras 2 tutorial after training."""
    return edits.after_fit(source, "classes = model.predict_classes(x_test)\n")


def one_row_without_batch(source: str) -> str:
    return edits.after_fit(source, "print(model.predict(x_test[0], verbose=0))\n")


def optimizer_of_another_model(source: str) -> str:
    """One optimiser for a quick trial and then for the model itself."""
    made = edits.text_of(source, edits.optimizer(source))
    loss = edits.text_of(source, edits.compiled_with(source, "loss"))
    units = edits.text_of(source, edits.head(source).args[0])
    activation = edits.keyword(edits.head(source), "activation")
    last = f"{units}, activation={ast.unparse(activation)}" if activation else units
    source = set_compile(source, optimizer="optimizer")
    return before_compile(
        source,
        f"""
        optimizer = {made}
        trial = keras.Sequential([layers.Flatten(), layers.Dense({last.replace("'", '"')})])
        trial.compile(optimizer=optimizer, loss={loss})
        trial.fit(x_train, y_train, epochs=1, verbose=0)
        """,
    )


def generator_runs_dry(source: str) -> str:
    """A generator that ends after one pass, for many epochs."""
    node = edits.call(source, "model.fit")
    if [ast.unparse(argument) for argument in node.args] != ["x_train", "y_train"]:
        raise DoesNotApply("fit is not given the two arrays")
    source = edits.without_keyword(source, node, "batch_size")
    source = source.replace(
        "model.fit(\n    x_train,\n    y_train,\n", "model.fit(\n    batches(),\n"
    )
    if "batches()" not in source:
        raise DoesNotApply("fit's arguments are not on lines of their own")
    source = edits.set_fit(source, steps_per_epoch="len(x_train) // 32")
    return edits.before_fit(
        source,
        """
        def batches():
            for start in range(0, len(x_train), 32):
                yield x_train[start : start + 32], y_train[start : start + 32]


        """,
    )


def unbuilt_summary(source: str) -> str:
    """Weights asked for before the model knows its input."""
    node = edits.call(source, "layers.Input")
    source = edits.without_layer(source, node)
    return before_compile(source, 'print(f"{model.count_params()} weights")\n')


CRASHES = (
    Operator(
        name="missing_flatten",
        edit=missing_flatten,
        codes=("GF109", "GF601"),
        effect="crash",
        bases=("digits_cnn", "cifar_cnn"),
        later_bases=("conv1d_series",),
        why="The head's output has the axes of a map.",
    ),
    Operator(
        name="missing_channel_axis",
        edit=missing_channel_axis,
        codes=("GF126", "GF601"),
        effect="crash",
        bases=("digits_cnn", "lstm_series", "conv1d_series"),
        later_bases=("mnist_cnn",),
        why="Images and series lack their last axis: the shapes that clash, or the axis by name.",
    ),
    Operator(
        name="wrong_input_shape",
        edit=wrong_input_shape,
        codes=("GF601",),
        effect="crash",
        bases=("wine_classes", "diabetes_regression", "tf_data_pipeline"),
        why="The input is declared one feature too wide.",
    ),
    Operator(
        name="labels_cut_off",
        edit=labels_cut_off,
        codes=("GF602",),
        effect="crash",
        bases=("breast_cancer", "digits_cnn", "multi_label"),
        later_bases=("wine_classes",),
        why="Fewer labels than rows.",
    ),
    Operator(
        name="width_mismatch",
        edit=width_mismatch,
        codes=("GF601",),
        effect="crash",
        bases=("residual_dense", "attention_tokens"),
        why="The two sides of a sum have unlike widths. Two bases add layers.",
    ),
    Operator(
        name="unknown_loss",
        edit=unknown_loss,
        codes=("GF603",),
        effect="crash",
        bases=("lstm_series", "digits_onehot"),
        why="A loss by a name that Keras does not know.",
    ),
    Operator(
        name="unknown_metric",
        edit=unknown_metric,
        codes=("GF603",),
        effect="crash",
        bases=("imbalanced_tabular", "wine_classes"),
        why="A metric by a name that Keras does not know.",
    ),
    Operator(
        name="unknown_activation",
        edit=unknown_activation,
        codes=("GF603",),
        effect="crash",
        bases=("moons_logits", "subclassed"),
        why="An activation by a name that Keras does not know.",
    ),
    Operator(
        name="old_learning_rate_name",
        edit=old_learning_rate_name,
        codes=("GF226", "GF606"),
        effect="crash",
        bases=("diabetes_regression", "pydataset"),
        why="`lr=`, which Keras 3 does not take.",
    ),
    Operator(
        name="old_epochs_name",
        edit=old_epochs_name,
        codes=("GF226", "GF606"),
        effect="crash",
        bases=("wine_classes", "multi_label"),
        why="`nb_epoch=`, which Keras 3 does not take.",
    ),
    Operator(
        name="old_fit_generator",
        edit=old_fit_generator,
        codes=("GF226", "GF606"),
        effect="crash",
        bases=("pydataset", "image_folder"),
        why="`fit_generator`, which is gone.",
    ),
    Operator(
        name="old_predict_classes",
        edit=old_predict_classes,
        codes=("GF226", "GF606"),
        effect="crash",
        bases=("mnist_dense", "attention_tokens"),
        why="`predict_classes`, which is gone.",
    ),
    Operator(
        name="one_row_without_batch",
        edit=one_row_without_batch,
        codes=("GF601",),
        effect="crash",
        bases=("breast_cancer", "blobs_many_classes"),
        why="One row without the axis of batches.",
    ),
    Operator(
        name="optimizer_of_another_model",
        edit=optimizer_of_another_model,
        codes=("GF609",),
        effect="crash",
        bases=("wine_classes", "mnist_cnn"),
        later_bases=("breast_cancer", "digits_dense"),
        why="The optimiser belongs to another model's weights.",
    ),
    Operator(
        name="generator_runs_dry",
        edit=generator_runs_dry,
        codes=("GF610",),
        effect="worse",
        bases=("digits_dense", "blobs_many_classes", "conv1d_series"),
        later_bases=("digits_onehot",),
        why="The generator is exhausted after the first epoch.",
    ),
    Operator(
        name="unbuilt_summary",
        edit=unbuilt_summary,
        codes=("GF608",),
        effect="crash",
        bases=("wine_classes", "multi_label"),
        later_bases=("breast_cancer", "diabetes_regression"),
        why="The model has no weights yet.",
    ),
)
