"""The record of an operator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Effect = Literal["worse", "crash", "gap", "metric"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """One way to break a training program.

    Attributes:
        name: Lower case with underscores; never changes once scored.
        edit: Source of a healthy program to source of the faulty one; raises `DoesNotApply`.
        codes: goodfit's codes that name the cause; any one of them is a detection.
        effect: What the fault does: "worse" (lower test score), "crash" (an exception), "gap"
            (the validation score flatters by more than the base's), "metric" (the metric that
            Keras prints is not what the score says).
        bases: Names of the programs it is planted in; they share one lot (see `corpus.half_of`), so
            that they never change either.
        later_bases: Those that came after the lot was drawn, with a lot of their own each.
        why: What is wrong, and why these codes.
    """

    name: str
    edit: Callable[[str], str]
    codes: tuple[str, ...]
    effect: Effect
    bases: tuple[str, ...]
    later_bases: tuple[str, ...] = ()
    why: str
