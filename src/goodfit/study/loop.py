"""The state of a study while it runs: what is trained next, what is raced, what is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from goodfit.recipe import Recipe, Rows
from goodfit.results import Arm, Effect, Protocol, Trial, TrialEpoch
from goodfit.study.engines.engine import Engine
from goodfit.study.held import Cutter
from goodfit.study.judge import Part, arm_of, scores_of
from goodfit.study.parcel import Digests, digest
from goodfit.study.race import MIN_SEEDS, best_of, losers
from goodfit.study.scores import held_classes
from goodfit.study.store import Store, Unkept


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Proposal:
    """An arm to be: a recipe and its name; the remedies are the recipe's. `most` is the number of
    seeds that it is trained under at most, the first ones; None for all of them."""

    name: str
    recipe: Recipe
    most: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What one stage of a study hands on to the next: rows are cut and read once, and what was
    begun ahead goes on. `running` holds arm and seed of every trial that an engine is at."""

    cut: Cutter
    digests: Digests
    running: set[tuple[str, int]] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What just happened: an epoch ended, or a trial (then `epoch` is None).

    Attributes:
        done, total: trials; `total` falls when racing stops an arm.
        seconds_left: an estimate; None before the first trial has ended.
        best: the arm with the best mean score over the seeds that all running arms have.
    """

    done: int
    total: int
    seconds_left: float | None
    arm: str
    seed: int
    epoch: TrialEpoch | None = None
    best: str | None = None


class Loop:
    """The state of a study while it runs.

    Decisions are taken by whole rounds and from nothing that came after, so that neither the order
    in which trials end nor an interruption changes what the study comes to.
    """

    def __init__(
        self,
        arms: Sequence[Proposal],
        protocol: Protocol,
        engine: Engine,
        store: Store | Unkept,
        on_progress: Callable[[Progress], None],
        over: Callable[[], bool],
        known: Known,
    ) -> None:
        self._proposals, self._protocol = arms, protocol
        self._engine, self._store = engine, store
        self._on_progress, self._over = on_progress, over
        self.recipes = {arm.name: known.cut(arm.recipe) for arm in arms}
        self._baseline = arms[0].name
        first = self.recipes[self._baseline]
        held: dict[Part, Rows | None] = {
            "validation": first.data.validation,
            "test": first.data.test,
        }
        self.classes = {
            part: held_classes(protocol.measure, first.task, rows) for part, rows in held.items()
        }
        # Seeds of each arm; racing takes the last ones away.
        self._seeds: dict[str, tuple[int, ...]] = {
            arm.name: protocol.seeds[: arm.most] for arm in arms
        }
        given = {name: len(seeds) for name, seeds in self._seeds.items()}
        self._notes = {
            name: _why_fewer(seeds, len(protocol.seeds), max(given.values()))
            for name, seeds in given.items()
            if seeds < len(protocol.seeds)
        }
        self._trials: dict[str, dict[int, Trial]] = {arm.name: {} for arm in arms}
        self._running = known.running
        self._round = 0
        self._best: str | None = None
        for name, recipe in self.recipes.items():
            store.register(name, digest(recipe, known.digests), recipe.remedies)
        for trial in store.trials():
            if trial.arm in self._trials and trial.seed in protocol.seeds:
                self._trials[trial.arm][trial.seed] = trial

    def go(self) -> None:
        """Train all that is to be trained; returns early when the time is up. What was begun ahead
        may still run then."""
        self._race()
        while True:
            self._submit()
            if not self._awaited:
                return
            trial = self._engine.wait(self._heard)
            self._running.discard((trial.arm, trial.seed))
            if trial.status == "cut" or trial.arm not in self._trials:
                continue
            self._trials[trial.arm][trial.seed] = self._store.add(trial)
            self._race()
            self._tell(trial.arm, trial.seed)

    @property
    def _awaited(self) -> bool:
        """Whether anything runs that this stage is for."""
        return any(seed in self._seeds.get(arm, ()) for arm, seed in self._running)

    @property
    def unfinished(self) -> bool:
        """Whether trials are missing."""
        done, total = self.count()
        return done < total

    def count(self) -> tuple[int, int]:
        """Trials that are done, and all that are wanted."""
        done = sum(
            seed in self._trials[name] for name, seeds in self._seeds.items() for seed in seeds
        )
        return done, sum(map(len, self._seeds.values()))

    def arms(self) -> list[Arm]:
        """The arms as far as they have come."""
        return [
            arm_of(
                arm.name,
                arm.recipe.remedies,
                self._trials[arm.name],
                self._seeds[arm.name],
                self._notes.get(arm.name, ""),
            )
            for arm in self._proposals
        ]

    def _submit(self) -> None:
        """Keep every slot busy, seed by seed; of a seed the baseline first, then the arms that take
        longest, so that none is waited for alone."""
        took = self._took()
        others = [name for name in self.recipes if name != self._baseline]
        others.sort(key=lambda name: -float(np.mean(took[name] or [0.0])))
        for seed in self._protocol.seeds:
            for name in (self._baseline, *others):
                if len(self._running) >= self._engine.slots or self._over():
                    return
                if seed in self._seeds[name]:
                    self._begin(name, seed)
        self._begin_ahead()

    def _begin(self, name: str, seed: int) -> None:
        if seed not in self._trials[name] and (name, seed) not in self._running:
            self._engine.submit(name, self.recipes[name], seed)
            self._running.add((name, seed))

    def _begin_ahead(self) -> None:
        """Slots that would wait for the last trials of a stage train the baseline under further
        seeds: whichever arms go on, they are compared with it."""
        for seed in self._protocol.seeds if self._staged else ():
            if len(self._running) < self._engine.slots and self._awaited:
                self._begin(self._baseline, seed)

    @property
    def _staged(self) -> bool:
        """Whether later stages want more seeds."""
        return self._proposals[0].most is not None

    def _heard(self, arm: str, seed: int, epoch: TrialEpoch) -> bool:
        self._tell(arm, seed, epoch)
        ahead = self._staged and arm == self._baseline
        return (ahead or seed in self._seeds.get(arm, ())) and not self._over()

    def _race(self) -> None:
        """Decide on every round that all running arms have finished."""
        seeds = self._protocol.seeds
        while self._round < len(seeds):
            upto = seeds[: self._round + 1]
            running = [name for name in self.recipes if len(self._seeds[name]) > self._round]
            if not running or not all(upto[-1] in self._trials[name] for name in running):
                return
            self._round += 1
            scores = {name: self._scores(name, upto) for name in running}
            whole = {name: found for name, found in scores.items() if found is not None}
            self._best = best_of(whole)
            if MIN_SEEDS <= len(upto) < len(seeds):
                self._stop_losers(running, whole, upto)

    def _scores(self, name: str, seeds: Sequence[int]) -> list[np.ndarray] | None:
        """Choosing scores of these seeds; None where a trial did not finish."""
        trials = [self._trials[name][seed] for seed in seeds]
        found = [scores_of(trial, "validation") for trial in trials]
        if any(trial.status != "finished" for trial in trials):
            return None
        return [scores for scores in found if scores is not None]

    def _stop_losers(
        self, running: list[str], whole: Mapping[str, list[np.ndarray]], upto: tuple[int, ...]
    ) -> None:
        best, worse = losers(
            self._protocol.measure,
            whole,
            exempt=(self._baseline,),
            comparisons=max(1, len(self.recipes) - 1),
            classes=self.classes["validation"],
        )
        after = f"Stopped after {len(upto)} of {len(self._protocol.seeds)} seeds"
        for name in running:
            if name == self._baseline:
                continue
            if name in worse:
                why = f"clearly worse than {best!r} ({_words(worse[name])})"
            elif name not in whole:
                why = "a trial did not finish, so this arm cannot win"
            else:
                continue
            self._seeds[name] = upto
            self._notes[name] = f"{after}: {why}."
        others = [name for name in self.recipes if name != self._baseline]
        if others and all(len(self._seeds[name]) <= len(upto) for name in others):
            self._seeds[self._baseline] = upto
            self._notes[self._baseline] = f"{after}: no other arm is left to compare with."

    def _tell(self, arm: str, seed: int, epoch: TrialEpoch | None = None) -> None:
        done, total = self.count()
        self._on_progress(
            Progress(
                done=done,
                total=total,
                seconds_left=self._seconds_left(),
                arm=arm,
                seed=seed,
                epoch=epoch,
                best=self._best,
            )
        )

    def _took(self) -> dict[str, list[float]]:
        """Seconds of the trials of every arm."""
        return {
            name: [trial.seconds for trial in trials.values()]
            for name, trials in self._trials.items()
        }

    def _seconds_left(self) -> float | None:
        """By the mean of the arm's own trials, else of all."""
        took = self._took()
        every = [seconds for found in took.values() for seconds in found]
        if not every:
            return None
        left = sum(
            float(np.mean(took[name] or every))
            for name, seeds in self._seeds.items()
            for seed in seeds
            if seed not in self._trials[name]
        )
        return left / self._engine.slots


def _why_fewer(most: int, seeds: int, others: int) -> str:
    if most == 0:
        return "Not looked at: the time went to the others."
    why = "others looked better" if most < others else "the time was over"
    return f"Not trained under all {seeds} seeds: {why}."


def _words(found: Effect) -> str:
    scale, unit = (100.0, " points") if "accuracy" in found.measure else (1.0, "")
    low, mid, high = (scale * x for x in (found.low, found.difference, found.high))
    return f"{found.measure} {mid:+.3g}{unit}, 95 % interval {low:+.3g} to {high:+.3g}"
