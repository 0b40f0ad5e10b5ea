"""Facts to findings. One rule, one file; CHECKS lists them all."""

from __future__ import annotations

from goodfit.checks.check import Check, run_check
from goodfit.checks.generalization import overfitting

CHECKS: tuple[Check, ...] = (overfitting.CHECK,)

__all__ = ["CHECKS", "Check", "run_check"]
