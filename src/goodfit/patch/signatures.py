"""What Keras' usual layers and calls take by position, and the defaults not worth writing down.

Keras itself is never imported here, so these are literals.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_CONV = ("filters", "kernel_size", "strides", "padding")
_POOL = ("pool_size", "strides", "padding")
_RECURRENT = ("units", "activation", "recurrent_activation")

POSITIONS: Mapping[str, tuple[str, ...]] = {
    "Input": ("shape", "batch_size", "dtype"),
    "Dense": ("units", "activation", "use_bias"),
    "Conv1D": _CONV,
    "Conv2D": _CONV,
    "Conv3D": _CONV,
    "SeparableConv1D": _CONV,
    "SeparableConv2D": _CONV,
    "Conv2DTranspose": _CONV,
    "DepthwiseConv2D": ("kernel_size", "strides", "padding"),
    "MaxPooling1D": _POOL,
    "MaxPooling2D": _POOL,
    "AveragePooling1D": _POOL,
    "AveragePooling2D": _POOL,
    "LSTM": _RECURRENT,
    "GRU": _RECURRENT,
    "SimpleRNN": ("units", "activation"),
    "Embedding": ("input_dim", "output_dim", "embeddings_initializer"),
    "Dropout": ("rate", "noise_shape", "seed"),
    "SpatialDropout1D": ("rate",),
    "SpatialDropout2D": ("rate",),
    "GaussianNoise": ("stddev",),
    "GaussianDropout": ("rate",),
    "AlphaDropout": ("rate",),
    "Activation": ("activation",),
    "LeakyReLU": ("negative_slope",),
    "ReLU": ("max_value", "negative_slope", "threshold"),
    "ELU": ("alpha",),
    "Rescaling": ("scale", "offset"),
    "BatchNormalization": ("axis", "momentum", "epsilon"),
    "LayerNormalization": ("axis", "epsilon"),
    "Normalization": ("axis", "mean", "variance"),
    "RandomFlip": ("mode",),
    "RandomRotation": ("factor",),
    "RandomZoom": ("height_factor", "width_factor"),
    "RandomTranslation": ("height_factor", "width_factor"),
    "RandomContrast": ("factor",),
    "RandomBrightness": ("factor",),
    "MultiHeadAttention": ("num_heads", "key_dim", "value_dim", "dropout"),
    "compile": ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics"),
    "fit": ("x", "y", "batch_size", "epochs", "verbose", "callbacks", "validation_split",
            "validation_data", "shuffle", "class_weight", "sample_weight"),
    "evaluate": ("x", "y"),
    "Adam": ("learning_rate", "beta_1", "beta_2", "epsilon"),
    "AdamW": ("learning_rate", "weight_decay", "beta_1", "beta_2"),
    "SGD": ("learning_rate", "momentum", "nesterov"),
    "RMSprop": ("learning_rate", "rho", "momentum"),
    "Adagrad": ("learning_rate", "initial_accumulator_value"),
    "Nadam": ("learning_rate", "beta_1", "beta_2"),
    "Adamax": ("learning_rate", "beta_1", "beta_2"),
    "Adadelta": ("learning_rate", "rho"),
    "EarlyStopping": ("monitor", "min_delta", "patience", "verbose", "mode"),
    "ReduceLROnPlateau": ("monitor", "factor", "patience"),
    "LearningRateScheduler": ("schedule",),
    "ModelCheckpoint": ("filepath", "monitor"),
    "BinaryCrossentropy": ("from_logits", "label_smoothing"),
    "CategoricalCrossentropy": ("from_logits", "label_smoothing"),
    "SparseCategoricalCrossentropy": ("from_logits", "ignore_class"),
    "L1": ("l1",),
    "L2": ("l2",),
    "L1L2": ("l1", "l2"),
    "MaxNorm": ("max_value",),
    "InverseTimeDecay": (
        "initial_learning_rate", "decay_steps", "decay_rate", "staircase",
    ),
    "ExponentialDecay": (
        "initial_learning_rate", "decay_steps", "decay_rate", "staircase",
    ),
    "CosineDecay": ("initial_learning_rate", "decay_steps", "alpha"),
}  # fmt: skip
"""Names of the arguments in their order, by the class or method that is called."""

FIRST: frozenset[str] = frozenset(
    {"Dense", "Conv1D", "Conv2D", "Conv3D", "LSTM", "GRU", "SimpleRNN", "Dropout", "GaussianNoise",
     "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "Activation", "Rescaling",
     "RandomFlip", "RandomRotation", "RandomZoom", "RandomContrast", "RandomBrightness", "L1",
     "L2", "MaxNorm", "GaussianDropout", "AlphaDropout"}
)  # fmt: skip
"""Those whose first argument is usually written without its name."""

ALIASES: Mapping[str, str] = {
    "MaxPool1D": "MaxPooling1D",
    "MaxPool2D": "MaxPooling2D",
    "AvgPool1D": "AveragePooling1D",
    "AvgPool2D": "AveragePooling2D",
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "GlobalAvgPool1D": "GlobalAveragePooling1D",
    "GlobalAvgPool2D": "GlobalAveragePooling2D",
    "GlobalMaxPool1D": "GlobalMaxPooling1D",
    "GlobalMaxPool2D": "GlobalMaxPooling2D",
    "l1": "L1",
    "l2": "L2",
    "l1_l2": "L1L2",
    "InputLayer": "Input",
}
"""Other names of Keras' own classes."""

_OPTIMIZER = {
    "learning_rate": 0.001, "weight_decay": None, "clipnorm": None, "global_clipnorm": None,
    "clipvalue": None, "use_ema": False, "ema_momentum": 0.99, "ema_overwrite_frequency": None,
    "loss_scale_factor": None, "gradient_accumulation_steps": None, "epsilon": 1e-7,
    "amsgrad": False, "beta_1": 0.9, "beta_2": 0.999,
}  # fmt: skip
_LOSS = {"reduction": "sum_over_batch_size", "from_logits": False, "label_smoothing": 0.0,
         "axis": -1, "dtype": None, "ignore_class": None}  # fmt: skip
_PLAIN = {"scale": True, "center": True, "seed": None, "axis": -1, "trainable": True}
_KERNEL = {
    "use_bias": True, "kernel_regularizer": None, "bias_regularizer": None,
    "activity_regularizer": None, "kernel_constraint": None, "bias_constraint": None,
    "activation": "linear", "lora_rank": None, "quantization_config": None, "seed": None,
    "trainable": True, "kernel_initializer": "GlorotUniform", "bias_initializer": "Zeros",
}  # fmt: skip
_POOLING = {"padding": "valid", "data_format": "channels_last", "keepdims": False}

DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "Adam": _OPTIMIZER,
    "AdamW": {**_OPTIMIZER, "weight_decay": 0.004},
    "Nadam": _OPTIMIZER,
    "Adamax": _OPTIMIZER,
    "SGD": {**_OPTIMIZER, "learning_rate": 0.01, "momentum": 0.0, "nesterov": False},
    "RMSprop": {**_OPTIMIZER, "rho": 0.9, "momentum": 0.0, "centered": False},
    "Adagrad": {**_OPTIMIZER, "initial_accumulator_value": 0.1},
    "Adadelta": {**_OPTIMIZER, "rho": 0.95},
    "BinaryCrossentropy": _LOSS,
    "CategoricalCrossentropy": _LOSS,
    "SparseCategoricalCrossentropy": _LOSS,
    "BinaryFocalCrossentropy": {
        **_LOSS, "alpha": 0.25, "gamma": 2.0, "apply_class_balancing": False
    },
    "CategoricalFocalCrossentropy": {**_LOSS, "alpha": 0.25, "gamma": 2.0},
    "MeanSquaredError": _LOSS,
    "MeanAbsoluteError": _LOSS,
    "Huber": {**_LOSS, "delta": 1.0},
    "Dense": _KERNEL,
    "Conv1D": {**_KERNEL, "strides": (1,), "padding": "valid", "dilation_rate": (1,),
               "data_format": "channels_last", "groups": 1},
    "Conv2D": {**_KERNEL, "strides": (1, 1), "padding": "valid", "dilation_rate": (1, 1),
               "data_format": "channels_last", "groups": 1},
    "GlobalAveragePooling1D": _POOLING,
    "GlobalAveragePooling2D": _POOLING,
    "GlobalAveragePooling3D": _POOLING,
    "Flatten": {"data_format": "channels_last"},
    "Dropout": {**_PLAIN, "noise_shape": None},
    "BatchNormalization": {**_PLAIN, "momentum": 0.99, "epsilon": 0.001, "synchronized": False},
    "LayerNormalization": {**_PLAIN, "epsilon": 0.001, "rms_scaling": False},
    "MaxNorm": {"axis": 0},
    "EarlyStopping": {
        "monitor": "val_loss", "min_delta": 0, "patience": 0, "verbose": 0, "mode": "auto",
        "baseline": None, "restore_best_weights": False, "start_from_epoch": 0,
    },
    "ReduceLROnPlateau": {
        "monitor": "val_loss", "factor": 0.1, "patience": 10, "verbose": 0, "mode": "auto",
        "min_delta": 1e-4, "cooldown": 0, "min_lr": 0.0,
    },
    "InverseTimeDecay": {"staircase": False, "name": "InverseTimeDecay"},
    "ExponentialDecay": {"staircase": False},
    "CosineDecay": {"alpha": 0.0, "warmup_target": None, "warmup_steps": 0},
}  # fmt: skip
"""Defaults of options, by class; an option that equals its default is left out."""

COMPILE_DEFAULTS: Mapping[str, Any] = {
    "jit_compile": "auto",
    "run_eagerly": False,
    "steps_per_execution": 1,
    "auto_scale_loss": True,
}
FIT_DEFAULTS: Mapping[str, Any] = {
    "epochs": 1,
    "batch_size": None,
    "shuffle": True,
    "class_weight": None,
    "steps_per_epoch": None,
}


def defaults(kind: str) -> Mapping[str, Any]:
    """What is known of the defaults of a class."""
    return DEFAULTS.get(kind, _PLAIN)


def canonical(name: str) -> str:
    """A class's own name for one of its other names."""
    return ALIASES.get(name, name)
