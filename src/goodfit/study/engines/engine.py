"""What an engine is: trials go in, and come out as they are done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from goodfit.recipe import Recipe
from goodfit.results import Trial, TrialEpoch

OnEpoch = Callable[[str, int, TrialEpoch], bool]
"""Told the arm, the seed and every epoch as it ends; answers False to stop that trial."""


class Engine(Protocol):
    """Trains trials, `slots` at a time."""

    @property
    def slots(self) -> int:
        """Trials that are trained at once; more may be submitted, and wait."""

    def submit(self, arm: str, recipe: Recipe, seed: int) -> None:
        """Have a trial trained.

        Raises:
            NoRecipeError: this engine cannot train the recipe; the message says why.
        """

    def wait(self, on_epoch: OnEpoch) -> Trial:
        """The next trial that ends, in any order.

        Raises:
            RuntimeError: nothing was submitted that has not been given back.
        """

    def close(self) -> None:
        """End at once whatever is being trained. A second call does nothing."""
