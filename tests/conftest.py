"""Every test process runs one backend: the one KERAS_BACKEND names, JAX by default."""

from __future__ import annotations

import os
import signal

from hypothesis import settings

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

# The same examples every time: a run that fails can be repeated, and CI does not gamble.
settings.register_profile("repeatable", derandomize=True)
settings.load_profile("repeatable")

# What a shell starts in the background has SIGINT ignored, and so has all that is started from it:
# tests of Ctrl-C would wait forever. A handler of our own is reset to the default in what we start.
signal.signal(signal.SIGINT, signal.default_int_handler)
