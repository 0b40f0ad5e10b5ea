"""Trials one after the other in this process: for recipes that cannot leave it."""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Callable
from typing import Any

from goodfit import results
from goodfit.recipe import Recipe
from goodfit.results import Trial
from goodfit.study.engines.engine import OnEpoch
from goodfit.study.engines.train import Evaluator, Job, train


class Inline:
    """An engine in this process; see `Engine`.

    Args:
        protocol: of every trial.
        evaluator: makes the measuring instrument of a compiled model.
    """

    slots = 1

    def __init__(self, protocol: results.Protocol, evaluator: Callable[[Any], Evaluator]) -> None:
        self._protocol = protocol
        self._evaluator = evaluator
        self._waiting: deque[tuple[str, Recipe, int]] = deque()

    def submit(self, arm: str, recipe: Recipe, seed: int) -> None:
        """Have a trial trained at the next `wait`."""
        self._waiting.append((arm, recipe, seed))

    def wait(self, on_epoch: OnEpoch) -> Trial:
        """Train the first trial that waits.

        Raises:
            RuntimeError: none does.
        """
        if not self._waiting:
            raise RuntimeError("no trial was submitted that has not been given back")
        arm, recipe, seed = self._waiting.popleft()
        job = Job(
            arm=arm,
            seed=seed,
            protocol=self._protocol,
            evaluator=self._evaluator,
            on_epoch=lambda epoch: on_epoch(arm, seed, epoch),
        )
        trial = train(recipe, job)
        # Models and their compiled functions refer to each other in circles.
        gc.collect()
        return trial

    def close(self) -> None:
        """Forget what waits."""
        self._waiting.clear()
