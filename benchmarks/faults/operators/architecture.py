"""Layers: activations, initialisers, sizes, maps, what is frozen, dropout and penalties."""

from __future__ import annotations

import ast

from operators import edits
from operators.edits import (
    DoesNotApply,
    before_compile,
    hidden,
    insert_layers,
    layer_calls,
    set_hidden,
)
from operators.operator import Operator


def remove_hidden_activations(source: str) -> str:
    found = 0
    for place in range(len(hidden(source))):
        node = hidden(source)[place]
        if edits.keyword(node, "activation") is not None:
            source = edits.without_keyword(source, node, "activation")
            found += 1
    if not found:
        raise DoesNotApply("hidden layers have no activation of their own")
    return source


def softmax_hidden(source: str) -> str:
    return set_hidden(source, activation='"softmax"')


def deep_sigmoid(source: str) -> str:
    more = ['layers.Dense(32, activation="sigmoid")'] * 10
    return insert_layers(source, edits.head(source), *more)


def zero_initialiser(source: str) -> str:
    return set_hidden(source, kernel_initializer='"zeros"')


def constant_initialiser(source: str) -> str:
    return set_hidden(source, kernel_initializer="keras.initializers.Constant(0.1)")


def huge_initialiser(source: str) -> str:
    return set_hidden(source, kernel_initializer="keras.initializers.RandomNormal(stddev=25.0)")


def dropout_nearly_all(source: str) -> str:
    """Rates of 0.95, as by one who takes the rate for the share to keep."""
    for place in range(len(hidden(source))):
        node = hidden(source)[place]
        source = insert_layers(source, node, "layers.Dropout(0.95)", after=True)
    return source


def dropout_on_output(source: str) -> str:
    return insert_layers(source, edits.head(source), "layers.Dropout(0.7)", after=True)


def overwhelming_l2(source: str) -> str:
    return set_hidden(source, kernel_regularizer="keras.regularizers.L2(10.0)")


def overwhelming_l1(source: str) -> str:
    return set_hidden(source, kernel_regularizer="keras.regularizers.L1(1.0)")


def bottleneck(source: str) -> str:
    return insert_layers(source, edits.head(source), 'layers.Dense(1, activation="relu")')


def too_small(source: str) -> str:
    """Every hidden layer cut down to two units."""
    for place in range(len(hidden(source))):
        node = hidden(source)[place]
        source = edits.replaced(source, node.args[0], "2")
    return source


def everything_frozen(source: str) -> str:
    return before_compile(source, "model.trainable = False\n")


def hidden_frozen(source: str) -> str:
    """All but the head frozen, as in transfer learning, with nothing learnt to transfer."""
    return before_compile(source, "for layer in model.layers[:-1]:\n    layer.trainable = False\n")


def _first_map(source: str) -> ast.Call:
    found = layer_calls(source, "Conv2D", "Conv1D")
    if not found:
        raise DoesNotApply("no convolution")
    return found[0]


def stride_skips_data(source: str) -> str:
    node = _first_map(source)
    source = edits.with_keyword(source, node, "strides", "7")
    return edits.with_keyword(source, _first_map(source), "padding", '"same"')


def one_pool_too_many(source: str) -> str:
    kind = "1D" if "Conv1D" in ast.unparse(_first_map(source).func) else "2D"
    node = layer_calls(source, "Flatten", f"GlobalAveragePooling{kind}")
    pool = f"layers.MaxPooling{kind}(8)"
    return insert_layers(source, edits.one(node, "Flatten or pooling"), pool, pool)


def slow_batch_norm(source: str) -> str:
    """Moving averages that follow too slowly for so few steps."""
    found = layer_calls(source, "BatchNormalization")
    if found:
        return edits.with_keyword(
            source, edits.one(found, "BatchNormalization"), "momentum", "0.99999"
        )
    return insert_layers(
        source, hidden(source)[0], "layers.BatchNormalization(momentum=0.99999)", after=True
    )


def batch_norm_on_output(source: str) -> str:
    return insert_layers(source, edits.head(source), "layers.BatchNormalization()", after=True)


def embedding_too_few_rows(source: str) -> str:
    node = edits.call(source, "layers.Embedding")
    return edits.replaced(source, node.args[0], "20")


def mostly_padding(source: str) -> str:
    """Sequences padded in front to eight times their length, without a mask."""
    node = edits.call(source, "layers.Embedding")
    if edits.keyword(node, "mask_zero") is not None:
        source = edits.without_keyword(source, node, "mask_zero")
    shape = edits.input_shape(source)
    length = edits.text_of(source, shape.elts[0])
    source = edits.replaced(source, shape, f"({length} * 8,)")
    lines = [
        f"{name} = np.pad({name}, ((0, 0), ({length} * 7, 0)))"
        for name in ("x_train", "x_val", "x_test")
    ]
    return edits.after_data(source, "\n".join(lines))


def padded_behind(source: str) -> str:
    """Series filled up with zeros to eight times their length, behind, without a mask."""
    if layer_calls(source, "Embedding"):
        raise DoesNotApply("the sequences are tokens")
    shape = edits.input_shape(source)
    if len(shape.elts) != 2:
        raise DoesNotApply("rows are no series")
    length, width = (edits.text_of(source, element) for element in shape.elts)
    source = edits.replaced(source, shape, f"({length} * 8, {width})")
    lines = [
        f"{name} = np.pad({name}, ((0, 0), (0, {length} * 7), (0, 0)))"
        for name in ("x_train", "x_val", "x_test")
    ]
    return edits.after_data(source, "\n".join(lines))


def sequences_returned(source: str) -> str:
    """`return_sequences=True` on the last recurrent layer."""
    node = edits.call(source, "layers.LSTM")
    return edits.with_keyword(source, node, "return_sequences", "True")


_DENSE = ("digits_dense", "blobs_many_classes", "mnist_dense", "synthetic_regression")

ARCHITECTURE = (
    Operator(
        name="remove_hidden_activations",
        edit=remove_hidden_activations,
        codes=("GF205",),
        effect="worse",
        bases=(
            "moons_logits",
            "synthetic_regression",
            "subclassed",
            "mnist_dense",
            "mixed_precision",
            "two_inputs_two_outputs",
        ),
        why="The hidden layers are one linear map.",
    ),
    Operator(
        name="softmax_hidden",
        edit=softmax_hidden,
        codes=("GF201", "GF206", "GF303", "GF305"),
        effect="worse",
        bases=("digits_dense", "blobs_many_classes", "higgs_small"),
        why="Softmax as a hidden activation: misplaced, and vanishing or saturated by nature.",
    ),
    Operator(
        name="deep_sigmoid",
        edit=deep_sigmoid,
        codes=("GF303", "GF305"),
        effect="worse",
        bases=("mnist_dense", "synthetic_regression", "breast_cancer", "conv1d_series"),
        why="Ten more sigmoid layers: gradients vanish, units saturate.",
    ),
    Operator(
        name="zero_initialiser",
        edit=zero_initialiser,
        codes=("GF207",),
        effect="worse",
        bases=("mnist_cnn", "subclassed", "moons_logits", "higgs_small"),
        why="All hidden weights start at zero and stay alike.",
    ),
    Operator(
        name="constant_initialiser",
        edit=constant_initialiser,
        codes=("GF207",),
        effect="worse",
        bases=("blobs_many_classes", "digits_cnn", "tf_data_pipeline"),
        why="All hidden weights start alike and stay so.",
    ),
    Operator(
        name="huge_initialiser",
        edit=huge_initialiser,
        codes=("GF207", "GF302"),
        effect="worse",
        bases=("digits_dense", "conv1d_series", "mixed_precision"),
        later_bases=("wine_classes",),
        why="Weights start a hundred times too large: the initialiser, or the gradients it makes.",
    ),
    Operator(
        name="dropout_nearly_all",
        edit=dropout_nearly_all,
        codes=("GF208", "GF217"),
        effect="worse",
        bases=("mnist_dense", "synthetic_regression", "mnist_cnn"),
        later_bases=("digits_dense",),
        why="95 % of the units are dropped: dropout, or regularisation that overwhelms.",
    ),
    Operator(
        name="dropout_on_output",
        edit=dropout_on_output,
        codes=("GF208",),
        effect="worse",
        bases=("digits_onehot", "multi_label", "tf_data_pipeline"),
        why="Dropout on what the loss sees.",
    ),
    Operator(
        name="overwhelming_l2",
        edit=overwhelming_l2,
        codes=("GF217", "GF317"),
        effect="worse",
        bases=("digits_cnn", "lstm_series", "two_inputs_two_outputs"),
        later_bases=("wine_classes",),
        why="A penalty that outweighs the loss.",
    ),
    Operator(
        name="overwhelming_l1",
        edit=overwhelming_l1,
        codes=("GF217", "GF317"),
        effect="worse",
        bases=("higgs_small", "image_folder", "custom_train_step"),
        why="A penalty that outweighs the loss.",
    ),
    Operator(
        name="bottleneck",
        edit=bottleneck,
        codes=("GF211", "GF212", "GF413"),
        effect="worse",
        bases=("digits_dense", "conv1d_series", "pydataset"),
        why="One unit carries all classes.",
    ),
    Operator(
        name="too_small",
        edit=too_small,
        codes=("GF211", "GF212", "GF413"),
        effect="worse",
        bases=("moons_logits", "mnist_dense", "subclassed", "cifar_cnn"),
        why="Hidden layers of two units: too little capacity.",
    ),
    Operator(
        name="everything_frozen",
        edit=everything_frozen,
        codes=("GF216",),
        effect="worse",
        bases=("wine_classes", "residual_dense", "lstm_series"),
        later_bases=("digits_dense",),
        why="Nothing is trainable.",
    ),
    Operator(
        name="hidden_frozen",
        edit=hidden_frozen,
        codes=("GF216",),
        effect="worse",
        bases=("digits_cnn", "attention_tokens", "moons_logits"),
        why="Random hidden layers are frozen.",
    ),
    Operator(
        name="stride_skips_data",
        edit=stride_skips_data,
        codes=("GF213",),
        effect="worse",
        bases=("cifar_cnn", "conv1d_series", "pydataset", "transfer"),
        why="Strides of 7 for kernels of 3 to 5 skip most of the input.",
    ),
    Operator(
        name="one_pool_too_many",
        edit=one_pool_too_many,
        codes=("GF213", "GF601"),
        effect="crash",
        bases=("digits_cnn", "image_folder"),
        why="A map smaller than the next pool.",
    ),
    Operator(
        name="slow_batch_norm",
        edit=slow_batch_norm,
        codes=("GF209", "GF316"),
        effect="worse",
        bases=("synthetic_regression", "mnist_dense", "higgs_small"),
        why="Moving averages that never arrive: the layer, or the gap between its two modes.",
    ),
    Operator(
        name="batch_norm_on_output",
        edit=batch_norm_on_output,
        codes=("GF201", "GF209"),
        effect="worse",
        bases=("digits_dense", "breast_cancer", "blobs_many_classes"),
        why="Probabilities that are normalised are none any more.",
    ),
    Operator(
        name="embedding_too_few_rows",
        edit=embedding_too_few_rows,
        codes=("GF129",),
        effect="worse",
        bases=("sms_embedding", "attention_tokens"),
        why="Tokens beyond the embedding's rows. Two bases embed tokens.",
    ),
    Operator(
        name="mostly_padding",
        edit=mostly_padding,
        codes=("GF129",),
        effect="worse",
        bases=("sms_embedding", "attention_tokens"),
        why="Seven of eight tokens are padding that nothing masks. Two bases embed tokens.",
    ),
    Operator(
        name="padded_behind",
        edit=padded_behind,
        codes=("GF129",),
        effect="worse",
        bases=("lstm_series", "conv1d_series"),
        why="Seven of eight steps are padding that nothing masks. Two bases read series.",
    ),
    Operator(
        name="sequences_returned",
        edit=sequences_returned,
        codes=("GF109", "GF203", "GF215", "GF601"),
        effect="worse",
        bases=("lstm_series",),
        why="An output per step where one is wanted: the layer, or the shapes. One base recurs.",
    ),
)
