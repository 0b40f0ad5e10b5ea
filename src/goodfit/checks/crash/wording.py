"""The words of GF601, by case. Shapes in them carry the batch axis first, as Keras prints them."""

from __future__ import annotations

_AXES = "{who} wants an input of {wanted} axes and received {received}, which has {found}.{way}"
_LOSS = (
    "Labels and outputs do not fit in {loss}: the labels of a batch have shape {labels}, the "
    "model's outputs {outputs}.{way}"
)
_INSIDE = "Inside the model {who} cannot combine the shapes {expected} and {received}.{way}"

_WORDS: dict[str, tuple[str, str]] = {
    # At the input
    "batch-axis": (
        "A single row was given where the model wants a batch: it was built for shape {expected} "
        "and received {received}.",
        "Add the batch axis: model.predict(x[np.newaxis]), and take row [0] of the answer.",
    ),
    "channel": (
        "The images have no channel axis: {who} wants rows, height, width and channels "
        "and received {received}.{way}",
        "Add the axis to the data, x = x[..., np.newaxis], for the validation rows too, and "
        "declare it: keras.Input(({inner}, 1)).",
    ),
    "time": (
        "The rows have no time axis: {who} wants rows, time steps and features and "
        "received {received}.{way}",
        "If the columns are time steps: x = x[..., np.newaxis]. If each row is one step of many "
        "features, cut windows of shape (rows, steps, features).",
    ),
    "flat": (
        "The rows are flat: the model wants rows, height, width and channels and received "
        "{received}.",
        "Give each row its shape back: x = x.reshape(len(x), {target}).",
    ),
    "images": (
        "The model wants flat rows of shape {expected} and received {received}.",
        "Flatten the data, x = x.reshape(len(x), -1), or declare keras.Input({sample}) and put "
        "keras.layers.Flatten() first.",
    ),
    "channels-first": (
        "The images have their channels first: the model wants them last and received {received}.",
        "Move the axis: x = np.moveaxis(x, 1, -1).",
    ),
    "transposed": (
        "The table lies on its side: the model wants {wanted} features a row and received "
        "{received}.",
        "Turn it round, rows first: x = x.T.",
    ),
    "width": (
        "The input does not fit the model: {who} wants {wanted} values on the last axis, not "
        "{found}; it received {received}.{way}",
        "Declare what the rows have, keras.Input({sample}), or give the model the same {wanted} "
        "columns that it was built for.",
    ),
    "axes": (
        "The input does not fit the model: it received {received}, which has another number of "
        "axes than the model was built for.{way}",
        "Make the shape of one row of x equal what keras.Input(...) declares, with "
        "x.reshape(...), and keep the rows as the first axis.",
    ),
    "arrays": (
        "The model has {expected} inputs and received {received} arrays.",
        "Pass one array for each input, in the order of the inputs: model.fit([x1, x2], y).",
    ),
    # Rows
    "rows-transposed": (
        "The table lies on its side: x has shape {received}, and y has {y_rows} rows.",
        "Turn it round, rows first: x = x.T.",
    ),
    # Inside
    "return-sequences": (
        "{who} wants rows, time steps and features and received {received}: the layer "
        "before it handed on its last time step only.{way}",
        "Set return_sequences=True in the recurrent layer in front of {layer}; if {layer} is the "
        "first layer, give the input a time axis: x = x[..., np.newaxis].",
    ),
    "inside-time": (
        "{who} wants rows, time steps and features and received {received}.{way}",
        "Take out the layer in front that removes the time axis (Flatten, pooling or Dense), or "
        "bring the axis back with keras.layers.Reshape((steps, features)).",
    ),
    "map-to-sequence": (
        "{who} wants rows, time steps and features and received the map {received}.{way}",
        "Put keras.layers.Reshape((steps, features)) in front of {layer}, or flatten each step "
        "with TimeDistributed(Flatten()).",
    ),
    "flattened-early": (
        "{who} wants maps with height, width and channels and received flat rows {received}.{way}",
        "Move Flatten (or Dense) behind {layer}, or bring the map back with "
        "keras.layers.Reshape((height, width, channels)).",
    ),
    "inside-axes": (
        _AXES,
        "Put a Reshape in front of {layer} that gives it {wanted} axes, the batch axis counted.",
    ),
    "inside-width": (
        "{who} was built for {wanted} values on its last axis and received {received}.{way}",
        "Make the layer in front of {layer} hand over {wanted} values, or call {layer} only on "
        "inputs of one width.",
    ),
    "map-gone": (
        "Nothing is left of the map: {who} received {received}, which is smaller than "
        "its kernel or pool.{way}",
        "Take out a pooling layer or a stride in front of {layer}, or use padding='same' in the "
        "convolutions, or start from larger images.",
    ),
    "reshape": (
        "{layer} cannot turn {expected} into {received}: the two hold different numbers of values."
        "{way}",
        "Make the lengths multiply to the same number, or leave one to Keras with -1.",
    ),
    "merge-sizes": (
        _INSIDE,
        "Give both branches the same height and width: padding='same' and equal strides in both, "
        "or Cropping2D on the larger.",
    ),
    "merge-widths": (
        _INSIDE,
        "Give both branches the same number of units, or bring one to the other's with a Dense "
        "(or 1x1 convolution) in front of the merge.",
    ),
    "matmul": (
        "Inside the model a matrix product does not fit: {wanted} columns meet {found} rows.{way}",
        "Make the weight's first axis {wanted}, the width of what it is multiplied with.",
    ),
    "inside-other": (
        _INSIDE,
        "Make the two shapes equal, or 1 on the axis where they differ, before they are combined.",
    ),
    # At the loss
    "sequence-left": (
        _LOSS,
        "The time axis is still there: set return_sequences=False in the last recurrent layer, so "
        "that each row gives one answer.",
    ),
    "map-left": (
        _LOSS,
        "The outputs still have the axes of the input: put keras.layers.Flatten() (or a global "
        "pooling layer) in front of the Dense layers, so that each row gives one answer.",
    ),
    "integer-labels": (
        _LOSS,
        "The labels are class numbers: use loss='sparse_categorical_crossentropy', or turn them "
        "into {units} columns with keras.utils.to_categorical(y, {units}).",
    ),
    "two-units": (
        _LOSS,
        "For labels 0 and 1 end with keras.layers.Dense(1, activation='sigmoid'), or keep the two "
        "softmax units and use loss='sparse_categorical_crossentropy'.",
    ),
    "one-hot-labels": (
        _LOSS,
        "The labels are one-hot: use loss='categorical_crossentropy', or turn them into class "
        "numbers with y.argmax(axis=-1).",
    ),
    "one-hot-one-unit": (
        _LOSS,
        "The labels have {width} columns and the model one unit: end with "
        "keras.layers.Dense({width}, activation='softmax') and loss='categorical_crossentropy', "
        "or for two classes use y.argmax(axis=-1) as labels.",
    ),
    "loss-width": (
        _LOSS,
        "Give the last layer as many units as the labels have columns: Dense({width}).",
    ),
    "labels-column": (
        "A metric wants labels of the outputs' shape {outputs} and received {labels}.",
        "Give the labels a second axis: y = y.reshape(-1, 1).",
    ),
    "metric-classes": (
        "A metric compares the labels {labels} of a batch with every unit of the outputs "
        "{outputs}.",
        "Precision, Recall and their like want one-hot labels of the outputs' shape: use "
        "keras.utils.to_categorical(y), or SparseCategoricalAccuracy as the metric.",
    ),
    "labels-unflattened": (
        _LOSS,
        "Flatten the labels as well, y = y.reshape(len(y), -1), or end with "
        "keras.layers.Reshape to their shape.",
    ),
    "loss-sizes": (
        _LOSS,
        "Bring the outputs to the labels' size: padding='same' in the convolutions, strides that "
        "divide the size, or Cropping2D or ZeroPadding2D at the end.",
    ),
    "loss-lengths": (
        "Labels and outputs do not fit in {loss}: length {first} meets {second}.{way}",
        "Print y.shape and model.output_shape: all axes but the first must be equal.",
    ),
    "loss-other": (
        _LOSS,
        "Print y.shape and model.output_shape: all axes but the first must be equal.",
    ),
}

MESSAGE: dict[str, str] = {case: words[0] for case, words in _WORDS.items()}
ADVICE: dict[str, str] = {case: words[1] for case, words in _WORDS.items()}
