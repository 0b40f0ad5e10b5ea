"""What JAX compiled for one trial serves the next, which differs in its seed or its rows only.

Compiling takes most of a short trial: of a small convolutional network on 500 images, about 5 of
7 seconds. Worker processes are told by their environment; this is for trials in the user's process.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from tempfile import TemporaryDirectory

import keras

FOLDER = "jax_compilation_cache_dir"
KEEP_ALL = {
    "jax_persistent_cache_min_compile_time_secs": 0.0,
    "jax_persistent_cache_min_entry_size_bytes": -1,
}


@lru_cache(maxsize=1)
def _folder() -> TemporaryDirectory[str]:
    """One for the life of the process, which removes it when it ends."""
    return TemporaryDirectory(prefix="goodfit-compiled-")


@contextmanager
def reused() -> Iterator[None]:
    """Compiled functions are kept in a folder inside, and taken from it; afterwards JAX is set as
    before. Nothing happens on other backends, or where the user has set such a folder."""
    if keras.backend.backend() != "jax":
        yield
        return
    import jax
    from jax.experimental.compilation_cache.compilation_cache import reset_cache

    if getattr(jax.config, FOLDER) is not None:
        yield
        return
    before = {name: getattr(jax.config, name) for name in (FOLDER, *KEEP_ALL)}
    try:
        _set({FOLDER: _folder().name, **KEEP_ALL})
        reset_cache()  # JAX looks at its settings once
        yield
    finally:
        _set(before)
        reset_cache()


def _set(settings: dict[str, object]) -> None:
    import jax

    for name, value in settings.items():
        jax.config.update(name, value)
