"""The same three functions for each backend: `snapshot`, `compiled`, `compiled_gradients`.

Weights are lists of NumPy arrays, trainable variables first, as `snapshot` returns them.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

BACKENDS = ("jax", "tensorflow", "torch")


def of_backend() -> ModuleType:
    """The probes of the backend that Keras runs on.

    Raises:
        NotImplementedError: Keras runs on a backend that does not train.
    """
    import keras

    name = keras.backend.backend()
    if name not in BACKENDS:
        raise NotImplementedError(
            f"goodfit observes training on {', '.join(BACKENDS)}; Keras runs on {name!r}. "
            "Set KERAS_BACKEND to one of them."
        )
    return import_module(f"goodfit.observe.probes.{name}")
