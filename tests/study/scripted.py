"""An engine whose trials are written in advance: the loop of a study without Keras."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from goodfit.recipe import DataRecipe, FitRecipe, ModelRecipe, Recipe, Rows
from goodfit.results import RowScores, Trial, TrialEpoch
from goodfit.study.engines.engine import OnEpoch
from goodfit.study.run import Proposal

ROWS = 400


def right(share: float, seed: int, rows: int = ROWS) -> np.ndarray:
    """Right answers to about this share of the rows; seeds differ in one row of fifty."""
    row = np.random.default_rng(7).random(rows)
    flips = np.random.default_rng(seed).random(rows) < 0.02
    return ((row < share) ^ flips).astype("float32")


def proposal(name: str, held: int = 2 * ROWS, test: int = 0) -> Proposal:
    """An arm that nobody trains; its configuration is its name."""

    def rows(count: int) -> Rows:
        return Rows(x=np.arange(count, dtype="float32")[:, None], y=np.zeros(count))

    data = DataRecipe(train=rows(10), validation=rows(held), test=rows(test) if test else None)
    model = ModelRecipe(config={"class_name": name, "config": {}})
    return Proposal(name=name, recipe=Recipe(model=model, compile={}, fit=FitRecipe(), data=data))


class Scripted:
    """Trials with the shares of right answers that `shares` says by arm; the last submitted ends
    first where `backwards`. `trained` lists what was trained, in order, and `busy` how many trials
    it had whenever it was waited for."""

    def __init__(
        self,
        shares: dict[str, float],
        *,
        slots: int = 1,
        backwards: bool = False,
        before: Callable[[str, int], None] = lambda *_: None,
    ) -> None:
        self.slots = slots
        self.trained: list[tuple[str, int]] = []
        self.busy: list[int] = []
        self.closed = False
        self._shares, self._backwards, self._before = shares, backwards, before
        self._waiting: list[tuple[str, Recipe, int]] = []

    def submit(self, arm: str, recipe: Recipe, seed: int) -> None:
        self._waiting.append((arm, recipe, seed))

    def wait(self, on_epoch: OnEpoch) -> Trial:
        self.busy.append(len(self._waiting))
        arm, recipe, seed = self._waiting.pop(-1 if self._backwards else 0)
        self._before(arm, seed)
        self.trained.append((arm, seed))
        share = self._shares[arm]
        epoch = TrialEpoch(index=0, train_loss=1 - share)
        if not on_epoch(arm, seed, epoch):
            return Trial(arm=arm, seed=seed, status="cut")
        if share < 0:
            return Trial(arm=arm, seed=seed, status="failed", reason="it burst", seconds=1.0)

        def scores(rows: Rows | None) -> RowScores | None:
            found = None if rows is None else right(share, seed, rows.count)
            return None if found is None else RowScores(score=found, loss=1 - found)

        return Trial(
            arm=arm,
            seed=seed,
            status="finished",
            epochs=(epoch,),
            best_epoch=0,
            seconds=1.0,
            validation=scores(recipe.data.validation),
            test=scores(recipe.data.test),
        )

    def close(self) -> None:
        self.closed = True
