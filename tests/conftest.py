"""Every test process runs one backend: the one KERAS_BACKEND names, JAX by default."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from hypothesis import settings

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

# Hundreds of tests, and the scripts that they start, train the same few networks: JAX compiles each
# of them once for all processes, which spares a quarter of the processor time.
CACHE = Path(__file__).parents[1] / ".pytest_cache" / "jax"
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(CACHE))
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")

# The same examples every time: a run that fails can be repeated, and CI does not gamble.
settings.register_profile("repeatable", derandomize=True)
settings.load_profile("repeatable")

# What a shell starts in the background has SIGINT ignored, and so has all that is started from it:
# tests of Ctrl-C would wait forever. A handler of our own is reset to the default in what we start.
signal.signal(signal.SIGINT, signal.default_int_handler)
