"""The backend under test is the one that was asked for: a skipped backend is not a passed one."""

from __future__ import annotations

import os

import keras
import pytest

from goodfit.observe import probes

pytestmark = pytest.mark.backend


def test_keras_runs_on_the_backend_asked_for() -> None:
    assert keras.backend.backend() == os.environ["KERAS_BACKEND"]
    assert probes.of_backend().__name__.endswith(os.environ["KERAS_BACKEND"])
