"""Paired trials of one fit: the user's own recipe and one with a remedy, under the same seeds."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from goodfit.recipe import Recipe, Rows
from goodfit.results import Effect, Protocol, RowScores, Trial
from goodfit.study.scores import ACCURACY, LOSS, held_classes
from goodfit.study.stats import MIN_SEEDS, effect

SEEDS, MORE_SEEDS = (1, 2, 3), (4, 5, 6)
"""Seeds of every comparison, and those that are added where the first cannot tell."""
WORTH = 0.1
"""Share of the loss that must go for it to count where the answers tell no difference."""
SAID_AFTER = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A recipe to try. `before` is what it is compared with where that is not the baseline: then
    both are scored on test rows of their own."""

    after: Recipe
    before: Recipe | None = None

    def scored(self, trial: Trial) -> RowScores:
        """Scores by row of one of the two recipes' trials."""
        found = trial.validation if self.before is None else trial.test
        assert found is not None
        return found

    def rows(self) -> Rows | None:
        """The rows that both are scored on."""
        return self.after.data.validation if self.before is None else self.before.data.test


@dataclass(kw_only=True)
class Bench:
    """Trials of one fit, within one deadline. `blind` says that the rare classes have too few rows
    to be measured by; `kept` holds the trials so far by recipe and seed."""

    recipe: Recipe
    evaluator: Callable[[Any], Any]
    deadline: float
    say: Callable[[str], None]
    protocol: Protocol
    guessing: float
    told_epochs: int
    planned: int = 1
    blind: bool = False
    kept: dict[tuple[str, int], Trial] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    said: float = field(default_factory=time.perf_counter)

    def over(self) -> bool:
        """Whether the time is up."""
        return time.perf_counter() >= self.deadline

    def room(self, trials: int) -> bool:
        """Whether so many more trials will probably end in time. The first one says little where
        there are others, for it also warms the backend up; nor do those that compile a new model.
        A trial that takes longer than was thought is cut."""
        usual = float(np.median(self.took[1:] or self.took or [0.0]))
        return time.perf_counter() + trials * usual < self.deadline

    def trial(self, name: str, key: str, recipe: Recipe, seed: int) -> Trial:
        """One trial, cut where the time is up; `key` is the same for the same recipe only."""
        if (key, seed) in self.kept:
            return self.kept[key, seed]
        from goodfit.study.engines.train import Job, train  # loads Keras, and its backend with it

        if time.perf_counter() - self.said > SAID_AFTER:
            self.said = time.perf_counter()
            left = max(0.0, self.deadline - self.said)
            self.say(f"goodfit: trying {name}, seed {seed} (at most {left:.0f} s more for trials)")
        # A remedy may be more epochs; all else trains as long as the baseline.
        epochs = max(1, round(self.protocol.epochs * recipe.fit.epochs / self.told_epochs))
        job = Job(
            arm=name,
            seed=seed,
            protocol=replace(self.protocol, epochs=epochs),
            evaluator=self.evaluator,
            over=self.over,
        )
        found = train(recipe, job)
        self.took.append(found.seconds)
        self.kept[key, seed] = found
        return found

    def keep(self, candidate: Candidate) -> None:
        """Go on from a recipe that helped."""
        after, ours = candidate.after, self.recipe.data
        if candidate.before is not None:
            resplit = candidate.before.data.validation is ours.validation
            held = after.data.validation if resplit else ours.validation
            after = replace(after, data=replace(after.data, validation=held, test=ours.test))
            if not resplit:  # the trials saw other validation rows than the next ones will
                self.kept.clear()
        self.recipe = after

    def effect(
        self, candidate: Candidate, seeds: Sequence[int] = SEEDS, looks: int = 1
    ) -> tuple[Effect | None, list[Trial], str]:
        """What the candidate's last remedy does over the seeds that there was time for, its trials,
        and why it is unknown.

        Args:
            looks: how often the same comparison was looked at, this time included.
        """
        pairs, reason = self._pairs(candidate, seeds)
        if reason:
            return None, [], reason
        if len(pairs) < MIN_SEEDS:
            return None, [], "the time for trials was over; --budget gives more"
        found = self._judged(candidate, pairs, self.planned * looks)
        return found, [trial for _, trial in pairs], ""

    def _pairs(
        self, candidate: Candidate, seeds: Sequence[int]
    ) -> tuple[list[tuple[Trial, Trial]], str]:
        """Trials without and with the remedy, by seed, and why there can be none."""
        remedy, own = candidate.after.remedies[-1].id, candidate.before
        name, other = _key(candidate.after), _key(self.recipe)
        other = other if own is None else f"{other} before {name}"
        pairs: list[tuple[Trial, Trial]] = []
        for seed in seeds:
            needed = ((other, seed) not in self.kept) + ((name, seed) not in self.kept)
            if self.over() or not self.room(needed * max(1, MIN_SEEDS - len(pairs))):
                break
            without = self.trial("no remedy", other, own or self.recipe, seed)
            if without.status == "failed":
                return [], f"training again failed without any remedy: {without.reason}"
            with_remedy = self.trial(remedy, name, candidate.after, seed)
            if with_remedy.status == "failed":
                return [], f"training with {remedy} failed: {with_remedy.reason}"
            if "cut" in (without.status, with_remedy.status):
                break
            pairs.append((without, with_remedy))
        return pairs, ""

    def _judged(
        self, candidate: Candidate, pairs: Sequence[tuple[Trial, Trial]], comparisons: int
    ) -> Effect:
        measure, task = self.protocol.measure, candidate.after.task
        rows = [(candidate.scored(one), candidate.scored(other)) for one, other in pairs]
        ratio = sum(b.seconds for _, b in pairs) / sum(a.seconds for a, _ in pairs)

        def judged(measure: str, scores: Callable[[RowScores], np.ndarray], times: int) -> Effect:
            return effect(
                measure,
                [scores(one) for one, _ in rows],
                [scores(other) for _, other in rows],
                classes=held_classes(measure, task, candidate.rows()),
                comparisons=comparisons * times,
                seconds_ratio=ratio,
            )

        found = judged(measure, lambda one: one.score, 1)
        if found.says != "cannot tell" or measure != ACCURACY or found.difference < 0:
            return found
        if task.name not in ("binary", "classes"):
            return found  # the losses of two recipes need not be of one kind
        finer = judged(LOSS, lambda one: -one.loss, 2)
        worth = finer.difference >= WORTH * abs(finer.without)
        return finer if finer.says == "helps" and worth else found


def _key(recipe: Recipe) -> str:
    return repr([(one.id, sorted(one.parameters.items(), key=str)) for one in recipe.remedies])
