"""What JAX compiled for a trial serves the next one, and JAX is left as it was set."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from small_recipes import recipe

from goodfit.results import Protocol

PROTOCOL = Protocol(seeds=(0, 1), epochs=2, patience=None)
SETTINGS = ("jax_compilation_cache_dir", "jax_persistent_cache_min_compile_time_secs")


@contextmanager
def folder_set(path: str | None) -> Iterator[None]:
    """As if the user had set this folder, or none, whatever the tests themselves run with."""
    import jax

    own = jax.config.jax_compilation_cache_dir
    jax.config.update("jax_compilation_cache_dir", path)
    try:
        yield
    finally:
        jax.config.update("jax_compilation_cache_dir", own)


@pytest.mark.backend
def test_trials_share_what_was_compiled_and_come_to_the_same():
    import keras

    from goodfit.observe.recipes.evaluator import RowEvaluator
    from goodfit.study.engines.compiled import _folder
    from goodfit.study.engines.train import Job, train

    def losses(seed: int) -> np.ndarray:
        job = Job(arm="small", seed=seed, protocol=PROTOCOL, evaluator=RowEvaluator)
        return train(recipe(), job).validation.loss

    if keras.backend.backend() != "jax":
        losses(0)
        assert _folder.cache_info().currsize == 0
        return
    import jax

    with folder_set(None):
        before = [getattr(jax.config, name) for name in SETTINGS]
        first = losses(0)
        kept = len(list(Path(_folder().name).glob("*-cache")))
        np.testing.assert_array_equal(losses(0), first)
        assert kept > 0
        assert len(list(Path(_folder().name).glob("*-cache"))) == kept
        assert [getattr(jax.config, name) for name in SETTINGS] == before


def test_a_folder_of_the_users_own_is_left_in_use(tmp_path):
    import jax

    from goodfit.study.engines.compiled import reused

    with folder_set(str(tmp_path)), reused():
        assert jax.config.jax_compilation_cache_dir == str(tmp_path)
