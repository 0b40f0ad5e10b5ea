"""Confirming: each suspicion with a mechanical remedy is tried in short paired trials.

Baseline and remedy are trained from the same weights, in the same order of rows and for the same
number of steps, and scored row by row on the validation rows by one measure.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from goodfit.facts import Facts
from goodfit.recipe import NoRecipeError, Recipe, Rows
from goodfit.remedies import BY_ID, DoesNotApplyError
from goodfit.remedies.prescribe import prescribe
from goodfit.results import Effect, Finding, Protocol, Remedy, Trial
from goodfit.study.balance import FEWEST, MIN_CLASSES, counted
from goodfit.study.held import Cutter
from goodfit.study.scores import ACCURACY, guessing, held_classes, measure_of
from goodfit.study.stats import MIN_ROWS, MIN_SEEDS, effect

SEEDS = (1, 2, 3)
BUDGET = 60.0
"""Seconds for all trials of one run, unless the user says otherwise."""
MOST_REMEDIES = 2
"""Remedies tried for one suspicion."""
MOST_TRIED = 6
"""Suspicions tried in one run, the first by rank."""
SAID_AFTER = 2.0
OF_CLASSES = ("class-weights", "decision-threshold", "focal-loss", "oversampling", "undersampling",
              "smote")  # fmt: skip
"""Remedies that give up some accuracy for the rare classes' sake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A recipe to try. `before` is what it is compared with where that is not the baseline: then
    both are scored on test rows of their own."""

    after: Recipe
    before: Recipe | None = None

    def scored(self, trial: Trial) -> np.ndarray:
        """Scores by row of one of the two recipes' trials."""
        found = trial.validation if self.before is None else trial.test
        assert found is not None
        return found.score

    def rows(self) -> Rows | None:
        """The rows that both are scored on."""
        return self.after.data.validation if self.before is None else self.before.data.test


@dataclass(kw_only=True)
class _Bench:
    """Trials of one fit, within one deadline. `blind` says that the rare classes have too few rows
    to be measured by."""

    recipe: Recipe
    evaluator: Callable[[Any], Any]
    deadline: float
    say: Callable[[str], None]
    protocol: Protocol
    guessing: float
    told_epochs: int
    planned: int = 1
    blind: bool = False
    baseline: dict[int, Trial] = field(default_factory=dict)
    longest: float = 0.0
    said: float = field(default_factory=time.perf_counter)

    def over(self) -> bool:
        """Whether the time is up."""
        return time.perf_counter() >= self.deadline

    def room(self, trials: int) -> bool:
        """Whether so many more trials will probably end in time."""
        return time.perf_counter() + trials * self.longest < self.deadline

    def trial(self, name: str, recipe: Recipe, seed: int) -> Trial:
        """One trial, cut where the time is up."""
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
        self.longest = max(self.longest, found.seconds)
        return found

    def keep(self, candidate: _Candidate, trials: dict[int, Trial]) -> None:
        """Go on from a recipe that helped."""
        after, ours = candidate.after, self.recipe.data
        if candidate.before is not None:
            resplit = candidate.before.data.validation is ours.validation
            held = after.data.validation if resplit else ours.validation
            after = replace(after, data=replace(after.data, validation=held, test=ours.test))
            # The trials saw other validation rows than the next ones will.
            trials = trials if resplit else {}
        self.recipe, self.baseline = after, trials


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """What the trials of one fit came to: its findings with their status, and the recipe with all
    remedies that helped (the same recipe where none did; None where there is none)."""

    findings: tuple[Finding, ...]
    recipe: Recipe | None = None


def confirm(
    findings: Sequence[Finding],
    recipe: Recipe | NoRecipeError,
    facts: Facts,
    *,
    evaluator: Callable[[Any], Any],
    seconds: float = BUDGET,
    say: Callable[[str], None] = lambda _: None,
) -> Confirmed:
    """The findings of one fit with their status, what was tried, and what it did.

    Args:
        findings: of one fit, best first.
        recipe: what was trained, or why it cannot be trained again.
        facts: of the same fit.
        evaluator: makes of a model what measures it, see `study.engines.train.Evaluator`.
        seconds: for all trials; above 0.
        say: told one line now and then while trials take long.
    """
    suspects = [
        place
        for place, finding in enumerate(findings)
        if finding.severity != "tip" and not finding.because_of and finding.code < "GF6"
    ]
    told = list(findings)
    known = None if isinstance(recipe, NoRecipeError) else recipe
    if not suspects:
        return Confirmed(findings=tuple(told), recipe=known)
    reason = str(recipe) if isinstance(recipe, NoRecipeError) else _unfit(recipe)
    if isinstance(recipe, NoRecipeError) or reason:
        for place in suspects:
            told[place] = replace(told[place], status_reason=reason)
        return Confirmed(findings=tuple(told), recipe=known)
    planned = sum(len(_candidates(findings[place], recipe)[0]) for place in suspects[:MOST_TRIED])
    bench = _bench(recipe, facts, planned, evaluator, seconds, say)
    for number, place in enumerate(suspects):
        if number < MOST_TRIED:
            told[place] = _tried(told[place], bench)
        else:
            reason = f"the first {MOST_TRIED} suspicions were tried"
            told[place] = replace(told[place], status_reason=reason)
    return Confirmed(findings=tuple(told), recipe=bench.recipe)


def _unfit(recipe: Recipe) -> str:
    """Why trials of this recipe could tell nothing; "" where they can."""
    validation = recipe.data.validation
    if validation is None:
        return "there are no validation rows to score a trial on"
    if validation.count < MIN_ROWS:
        return f"{validation.count} validation rows are too few to tell; {MIN_ROWS} are the least"
    return ""


def _candidates(finding: Finding, recipe: Recipe) -> tuple[list[_Candidate], str]:
    """What to try for a finding, and why there is nothing."""
    found: list[_Candidate] = []
    reason = "no remedy for it can be tried by training again"
    for remedy in prescribe(finding, recipe):
        if len(found) == MOST_REMEDIES:
            break
        try:
            if BY_ID[remedy.id].resplits:
                found.append(_resplit(recipe, remedy))
            else:
                found.append(_changed(recipe, remedy))
        except DoesNotApplyError as error:
            reason = f"{remedy.id} cannot be tried: {error}"
    return found, reason


def _changed(recipe: Recipe, remedy: Remedy) -> _Candidate:
    """A remedy on the recipe. One that looks at validation rows while it trains, such as early
    stopping, chooses by them: then half of them are kept from both trainings, to be scored on.

    Raises:
        DoesNotApplyError: it does not fit, or too few validation rows are left.
    """
    after = BY_ID[remedy.id](recipe, **remedy.parameters)
    if after.fit.callbacks == recipe.fit.callbacks:
        return _Candidate(after=after)
    cut = Cutter(Protocol(choosing_share=0.5, measure=measure_of(recipe)))
    whole = [replace(one, data=replace(one.data, test=None)) for one in (recipe, after)]
    before, after = cut(whole[0]), cut(whole[1])
    if before.data.test is None or before.data.test.count < MIN_ROWS:
        raise DoesNotApplyError(
            f"it chooses by validation rows, and of half of them fewer than {MIN_ROWS} are left to "
            "score on"
        )
    return _Candidate(after=after, before=before)


def _resplit(recipe: Recipe, remedy: Remedy) -> _Candidate:
    """A remedy that deals out training and validation rows anew: both recipes are scored on those
    rows that are in both validation sets, which neither trains on.

    Raises:
        DoesNotApplyError: it does not fit, or too few rows are in both sets.
    """
    data = recipe.data
    if data.validation is None:
        raise DoesNotApplyError("there are no validation rows")
    first = data.train.count
    numbers = np.arange(first + data.validation.count)
    # Row numbers travel with the rows as their weights.
    marked = replace(
        data,
        train=replace(data.train, weight=numbers[:first]),
        validation=replace(data.validation, weight=numbers[first:]),
    )
    changed = BY_ID[remedy.id](replace(recipe, data=marked), **remedy.parameters)
    train, validation = changed.data.train, changed.data.validation
    assert validation is not None
    both = np.sort(validation.weight[validation.weight >= first]) - first
    if len(both) < MIN_ROWS:
        raise DoesNotApplyError(
            f"{len(both)} rows would be validation rows before and after; {MIN_ROWS} are the least "
            "to compare on"
        )
    weights = None
    if data.train.weight is not None:
        held = np.ones(data.validation.count, dtype=np.asarray(data.train.weight).dtype)
        weights = np.concatenate([data.train.weight, held])[train.weight]
    common = data.validation.at(both)
    after = replace(
        changed.data,
        train=replace(train, weight=weights),
        validation=replace(validation, weight=None),
        test=common,
    )
    return _Candidate(
        after=replace(changed, data=after), before=replace(recipe, data=replace(data, test=common))
    )


def _bench(
    recipe: Recipe,
    facts: Facts,
    attempts: int,
    evaluator: Callable[[Any], Any],
    seconds: float,
    say: Callable[[str], None],
) -> _Bench:
    """Trials as long as the user's own training, or as the budget allows."""
    epochs, measure = recipe.fit.epochs, measure_of(recipe)
    classes = held_classes(measure, recipe.task, recipe.data.validation)
    blind = classes is not None and len(counted(classes)[0]) < MIN_CLASSES
    measure = ACCURACY if blind else measure
    trained = [epoch.seconds for epoch in facts.trace.epochs[1:]] if facts.trace else []
    if len(trained) > 1:
        later = sorted(trained[1:])
        one = later[len(later) // 2]
        affordable = seconds / (len(SEEDS) * (1 + attempts)) / max(one, 1e-4)
        epochs = max(1, min(epochs, len(trained), int(affordable)))
    return _Bench(
        recipe=recipe,
        evaluator=evaluator,
        deadline=time.perf_counter() + seconds,
        say=say,
        protocol=Protocol(seeds=SEEDS, epochs=epochs, patience=None, measure=measure),
        guessing=guessing(recipe, measure),
        told_epochs=recipe.fit.epochs,
        planned=max(1, attempts),
        blind=blind,
    )


def _tried(finding: Finding, bench: _Bench) -> Finding:
    """The finding after its remedies were tried, the first that helps deciding.

    What helped is kept: what is suspected next is tried on top of it, since one fault hides others.
    """
    candidates, reason = _candidates(finding, bench.recipe)
    if bench.blind and any(one.after.remedies[-1].id in OF_CLASSES for one in candidates):
        candidates = [one for one in candidates if one.after.remedies[-1].id not in OF_CLASSES]
        reason = f"the rare class has fewer than {FEWEST} validation rows to tell by"
    if not candidates:
        return replace(finding, status_reason=reason)
    best: tuple[Recipe, Effect] | None = None
    reasons: list[str] = []
    for candidate in candidates:
        found, trials, reason = _effect(candidate, bench)
        if found is None:
            reasons.append(reason)
            continue
        candidate = replace(candidate, after=_with_threshold(candidate.after, trials))
        if best is None or found.difference > best[1].difference:
            best = candidate.after, found
        if found.says == "helps":
            bench.keep(candidate, trials)
            break
    if best is None:
        return replace(finding, status_reason=reasons[0])
    recipe, found = best
    known = replace(finding, tried=recipe.remedies[-1], effect=found)
    if found.says == "helps":
        return replace(known, status="confirmed")
    if found.says == "cannot tell" or reasons:
        return replace(known, status_reason="the trials could not tell")
    if found.with_remedy <= bench.guessing:
        return replace(
            known,
            status_reason="the model is no better than guessing either way: something else may "
            "hide what this does",
        )
    return replace(known, status="refuted")


def _with_threshold(recipe: Recipe, trials: dict[int, Trial]) -> Recipe:
    """The recipe, whose last remedy names the threshold that its trials came to, if any: for people
    to read. Each further trial fits its own."""
    fitted = [trial.threshold for trial in trials.values() if trial.threshold is not None]
    last = recipe.remedies[-1]
    if last.id != "decision-threshold" or last.parameters or not fitted:
        return recipe
    name = "threshold" if recipe.task.classes == 2 else "tau"
    told = Remedy(id=last.id, parameters={name: float(f"{np.median(fitted):.2g}")})
    return replace(recipe, remedies=(*recipe.remedies[:-1], told))


def _effect(candidate: _Candidate, bench: _Bench) -> tuple[Effect | None, dict[int, Trial], str]:
    """What the candidate's last remedy does over the seeds that there was time for, its trials, and
    why it is unknown."""
    recipe, remedy = candidate.after, candidate.after.remedies[-1].id
    baseline = bench.baseline if candidate.before is None else {}
    pairs: list[tuple[Trial, Trial]] = []
    for seed in bench.protocol.seeds:
        needed = 2 if seed not in baseline else 1
        enough = len(pairs) >= MIN_SEEDS
        if bench.over() or (bench.longest and not bench.room(needed if enough else needed * 2)):
            break
        if seed not in baseline:
            baseline[seed] = bench.trial("no remedy", candidate.before or bench.recipe, seed)
        without = baseline[seed]
        if without.status == "failed":
            return None, {}, f"training again failed without any remedy: {without.reason}"
        with_remedy = bench.trial(remedy, recipe, seed)
        if with_remedy.status == "failed":
            return None, {}, f"training with {remedy} failed: {with_remedy.reason}"
        if "cut" in (without.status, with_remedy.status):
            break
        pairs.append((without, with_remedy))
    if len(pairs) < MIN_SEEDS:
        return None, {}, "the time for trials was over; --budget gives more"
    scores = [(candidate.scored(one), candidate.scored(other)) for one, other in pairs]
    found = effect(
        bench.protocol.measure,
        [score for score, _ in scores],
        [score for _, score in scores],
        classes=held_classes(bench.protocol.measure, recipe.task, candidate.rows()),
        comparisons=bench.planned,
        seconds_ratio=sum(b.seconds for _, b in pairs) / sum(a.seconds for a, _ in pairs),
    )
    return found, {trial.seed: trial for _, trial in pairs}, ""
