"""Every test process runs one backend: the one KERAS_BACKEND names, JAX by default."""

from __future__ import annotations

import os

from hypothesis import settings

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

# The same examples every time: a run that fails can be repeated, and CI does not gamble.
settings.register_profile("repeatable", derandomize=True)
settings.load_profile("repeatable")
