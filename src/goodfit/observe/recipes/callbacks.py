"""Which of the user's callbacks change how training goes, and with what arguments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from goodfit.recipe import CallbackRecipe

# Keras keeps the arguments of these in attributes of the same names.
STEERING = {
    "EarlyStopping": (
        "monitor", "min_delta", "patience", "mode", "baseline", "restore_best_weights",
        "start_from_epoch",
    ),
    "ReduceLROnPlateau": (
        "monitor", "factor", "patience", "mode", "min_delta", "cooldown", "min_lr",
    ),
    "LearningRateScheduler": ("schedule",),
    "TerminateOnNaN": (),
}  # fmt: skip
SILENT = frozenset(
    {"ModelCheckpoint", "TensorBoard", "CSVLogger", "ProgbarLogger", "History", "BackupAndRestore",
     "RemoteMonitor", "Monitor"}
)  # fmt: skip


def callback_recipes(callbacks: Iterable[Any]) -> tuple[tuple[CallbackRecipe, ...], list[str]]:
    """The callbacks that steer training, and a note for each that cannot be repeated."""
    found: list[CallbackRecipe] = []
    notes: list[str] = []
    for callback in callbacks:
        name = type(callback).__name__
        if name in STEERING and type(callback).__module__.startswith("keras."):
            arguments = {key: _argument(callback, key) for key in STEERING[name]}
            found.append(CallbackRecipe(name=name, arguments=arguments))
        elif name not in SILENT:
            notes.append(f"the callback {name} is left out of trials: it may do anything")
    return tuple(found), notes


def _argument(callback: Any, name: str) -> Any:
    value = getattr(callback, name)
    if name == "min_delta":  # EarlyStopping keeps it with the sign of its direction
        return abs(float(value))
    return value
