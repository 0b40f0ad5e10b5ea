"""Paired trials are judged by their answers, and by their losses where those cannot tell."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from goodfit.bench import Bench, Candidate
from goodfit.recipe import DataRecipe, FitRecipe, ModelRecipe, Recipe, Rows, Task
from goodfit.results import Effect, Protocol, Remedy, RowScores, Trial

ROWS = 200
RNG = np.random.default_rng(0)
SCORE = (RNG.random(ROWS) < 0.9).astype("float32")
LOSS = RNG.gamma(1.0, 0.3, ROWS).astype("float32")


def recipe(task: str, *remedies: str) -> Recipe:
    rows = Rows(x=np.zeros((ROWS, 2)), y=np.arange(ROWS) % 2)
    return Recipe(
        model=ModelRecipe(),
        compile={},
        fit=FitRecipe(epochs=3),
        data=DataRecipe(train=rows, validation=rows),
        task=Task(name=task, classes=2),  # type: ignore[arg-type]
        remedies=tuple(Remedy(id=name, parameters={}) for name in remedies),
    )


def blank(task: str = "binary") -> Bench:
    return Bench(
        recipe=recipe(task),
        evaluator=lambda _: None,
        deadline=float("inf"),
        say=lambda _: None,
        protocol=Protocol(measure="accuracy"),
        guessing=0.5,
        told_epochs=3,
    )


def judged(score: np.ndarray, loss: np.ndarray, task: str = "binary") -> Effect:
    """The effect of trials that are known already."""

    def trial(seed: int, scores: RowScores) -> Trial:
        return Trial(arm="", seed=seed, status="finished", seconds=1.0, validation=scores)

    bench = blank(task)
    after = recipe(task, "dropout")
    for seed in (1, 2, 3):
        noise = RNG.normal(0, 0.01, ROWS).astype("float32")
        bench.kept["[]", seed] = trial(seed, RowScores(score=SCORE, loss=LOSS + noise))
        bench.kept["[('dropout', [])]", seed] = trial(seed, RowScores(score=score, loss=loss))
    found, trials, reason = bench.effect(Candidate(after=after))
    assert found is not None, reason
    assert len(trials) == 3
    return found


def some_better() -> np.ndarray:
    better: Any = SCORE.copy()
    better[np.flatnonzero(SCORE == 0)[:3]] = 1
    return better


def test_losses_tell_what_answers_cannot() -> None:
    found = judged(some_better(), LOSS * 0.5)
    assert (found.says, found.measure, found.comparisons) == ("helps", "loss", 2)
    assert found.difference > 0


def test_a_loss_hardly_lower_is_no_help() -> None:
    found = judged(some_better(), LOSS * 0.97)
    assert (found.says, found.measure) == ("cannot tell", "accuracy")


def test_a_lower_loss_does_not_help_where_answers_get_worse() -> None:
    assert judged(2 * SCORE - some_better(), LOSS * 0.5).measure == "accuracy"


def test_losses_of_other_tasks_need_not_be_of_one_kind() -> None:
    assert judged(some_better(), LOSS * 0.5, task="labels").measure == "accuracy"


def test_the_first_trial_tells_little_of_how_long_others_take() -> None:
    bench = blank()
    assert bench.room(1)
    bench.took = [30.0]
    bench.deadline = time.perf_counter() + 20.0
    assert not bench.room(1)
    bench.took = [30.0, 4.0, 12.0, 4.0]
    assert bench.room(4)
    assert not bench.room(6)
