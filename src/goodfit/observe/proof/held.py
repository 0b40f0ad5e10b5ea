"""The call that failed, kept with its exception: where that is caught and dropped, so is the call.

Nothing is kept of a call that does not fail.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

_CALL = "_goodfit_failed_call"
_WANTED = ("x", "y", "batch_size", "optimizer", "loss", "metrics", "weighted_metrics")


@dataclass(frozen=True, slots=True)
class FailedCall:
    """A trainer's method by name, its model, and those of its arguments that a copy needs."""

    name: str
    model: Any
    arguments: Mapping[str, Any]


def hold(error: BaseException, name: str, model: Any, arguments: Mapping[str, Any]) -> None:
    """Keep the call with its exception; one that has a call already keeps the inner one."""
    if getattr(error, _CALL, None) is None:
        told = {key: arguments[key] for key in _WANTED if key in arguments}
        with suppress(Exception):  # one that takes no attributes
            setattr(error, _CALL, FailedCall(name, model, told))


def held(error: BaseException) -> FailedCall | None:
    """The call kept with this exception, or None."""
    found = getattr(error, _CALL, None)
    return found if isinstance(found, FailedCall) else None
