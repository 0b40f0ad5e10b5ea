"""Confirming: each suspicion with a mechanical remedy is tried in short paired trials.

Baseline and remedy are trained from the same weights, in the same order of rows and for the same
number of steps, and scored row by row on the validation rows by one measure.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from goodfit.bench import MORE_SEEDS, SEEDS, Bench, Candidate
from goodfit.facts import Facts
from goodfit.recipe import NoRecipeError, Recipe
from goodfit.remedies import BY_ID, DoesNotApplyError
from goodfit.remedies.prescribe import prescribe
from goodfit.results import Effect, Finding, Protocol, Remedy, Trial
from goodfit.study.balance import FEWEST, MIN_CLASSES, counted
from goodfit.study.held import Cutter
from goodfit.study.scores import ACCURACY, guessing, held_classes, measure_of
from goodfit.study.stats import MIN_ROWS

BUDGET = 60.0
"""Seconds for all trials of one run, unless the user says otherwise."""
MOST_REMEDIES = 2
"""Remedies tried for one suspicion."""
MOST_TRIED = 6
"""Suspicions tried in one run, the first by rank."""
PLANNED = 3
"""Remedies for which the time is shared out: what is tried first must be told well, and most often
it is the right one."""
FURTHER: Mapping[str, tuple[int, ...]] = {
    "learning-rate": (2, 3),
    "weaker-regularisation": (2, 3),
    "more-capacity": (2, 4),
    "epochs": (2,),
}
"""Powers of a factor that are tried next where the factor helps."""
EVALUATED = 1.3
"""What an epoch takes in a trial, which measures it, over what it took the user."""
BEGUN = 0.5
"""Share of a trial's time that may go into compiling."""
OF_CLASSES = ("class-weights", "decision-threshold", "focal-loss", "oversampling", "undersampling",
              "smote")  # fmt: skip
"""Remedies that give up some accuracy for the rare classes' sake."""


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
    for place in suspects[:MOST_TRIED]:
        told[place] = _tried_again(told[place], bench)
    return Confirmed(findings=tuple(told), recipe=bench.recipe)


def _unfit(recipe: Recipe) -> str:
    """Why trials of this recipe could tell nothing; "" where they can."""
    validation = recipe.data.validation
    if validation is None:
        return "there are no validation rows to score a trial on"
    if validation.count < MIN_ROWS:
        return f"{validation.count} validation rows are too few to tell; {MIN_ROWS} are the least"
    return ""


def _candidates(finding: Finding, recipe: Recipe) -> tuple[list[Candidate], str]:
    """What to try for a finding, and why there is nothing."""
    found: list[Candidate] = []
    reason = "no remedy for it can be tried by training again"
    for remedy in prescribe(finding, recipe):
        if len(found) == MOST_REMEDIES:
            break
        try:
            found.append(_candidate(recipe, remedy))
        except DoesNotApplyError as error:
            reason = f"{remedy.id} cannot be tried: {error}"
    return found, reason


def _candidate(recipe: Recipe, remedy: Remedy) -> Candidate:
    make = _resplit if BY_ID[remedy.id].resplits else _changed
    return make(recipe, remedy)


def _changed(recipe: Recipe, remedy: Remedy) -> Candidate:
    """A remedy on the recipe. One that looks at validation rows while it trains, such as early
    stopping, chooses by them: then half of them are kept from both trainings, to be scored on.

    Raises:
        DoesNotApplyError: it does not fit, or too few validation rows are left.
    """
    after = BY_ID[remedy.id](recipe, **remedy.parameters)
    if after.fit.callbacks == recipe.fit.callbacks:
        return Candidate(after=after)
    cut = Cutter(Protocol(choosing_share=0.5, measure=measure_of(recipe)))
    whole = [replace(one, data=replace(one.data, test=None)) for one in (recipe, after)]
    before, after = cut(whole[0]), cut(whole[1])
    if before.data.test is None or before.data.test.count < MIN_ROWS:
        raise DoesNotApplyError(
            f"it chooses by validation rows, and of half of them fewer than {MIN_ROWS} are left to "
            "score on"
        )
    return Candidate(after=after, before=before)


def _resplit(recipe: Recipe, remedy: Remedy) -> Candidate:
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
    return Candidate(
        after=replace(changed, data=after), before=replace(recipe, data=replace(data, test=common))
    )


def _bench(
    recipe: Recipe,
    facts: Facts,
    attempts: int,
    evaluator: Callable[[Any], Any],
    seconds: float,
    say: Callable[[str], None],
) -> Bench:
    """Trials as long as the user's own training, or as the budget allows."""
    epochs, measure = recipe.fit.epochs, measure_of(recipe)
    classes = held_classes(measure, recipe.task, recipe.data.validation)
    blind = classes is not None and len(counted(classes)[0]) < MIN_CLASSES
    measure = ACCURACY if blind else measure
    trained = [epoch.seconds for epoch in facts.trace.epochs[1:]] if facts.trace else []
    if len(trained) > 1:
        later = sorted(trained[1:])
        one = max(later[len(later) // 2], 1e-4)
        each = seconds / (len(SEEDS) * (1 + min(attempts, PLANNED)))
        # The user's first epoch also warmed the backend up, as one trial has to.
        begun = min(max(0.0, trained[0] - one), BEGUN * each)
        affordable = (each - begun) / (EVALUATED * one)
        stops = any(one.name == "EarlyStopping" for one in recipe.fit.callbacks)
        # Where training stopped by itself, a remedy may be that it does not.
        most = epochs if stops else min(epochs, len(trained))
        epochs = max(1, min(most, int(affordable)))
    return Bench(
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


def _tried(finding: Finding, bench: Bench) -> Finding:
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
        found, trials, reason = bench.effect(candidate)
        if found is None:
            reasons.append(reason)
            continue
        candidate = replace(candidate, after=_with_threshold(candidate.after, trials))
        helps = found.says == "helps"
        if best is None or helps or found.difference > best[1].difference:
            best = candidate.after, found
        if helps:
            best = _stronger(candidate, found, bench)
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


def _stronger(candidate: Candidate, found: Effect, bench: Bench) -> tuple[Recipe, Effect]:
    """Keep what helped, or more of the same where that helps once more: the recipe, and what it
    does compared with the one before."""
    first, best = bench.recipe, candidate
    bench.keep(candidate)
    remedy = candidate.after.remedies[-1]
    factor = remedy.parameters.get("factor")
    if remedy.id not in FURTHER or not factor or candidate.before is not None:
        return candidate.after, found
    for power in FURTHER[remedy.id]:
        given = {**remedy.parameters, "factor": float(f"{factor**power:.6g}")}
        try:
            more = _changed(first, replace(remedy, parameters=given))
        except DoesNotApplyError:
            break
        gain, _, _ = bench.effect(more)  # over what is kept
        if gain is None or gain.says != "helps":
            break
        best = more
        bench.keep(more)
    if best is not candidate:
        bench.recipe = first
        found = bench.effect(best)[0] or found  # nothing is trained again for it
        bench.keep(best)
    return best.after, found


def _tried_again(finding: Finding, bench: Bench) -> Finding:
    """The finding after more seeds, where a remedy looked good and the first could not tell; on top
    of what has helped since."""
    remedy, first = finding.tried, finding.effect
    unclear = first is not None and first.says == "cannot tell" and first.difference > 0
    if finding.status != "untested" or remedy is None or not unclear:
        return finding
    try:
        again = _candidate(bench.recipe, remedy)
    except DoesNotApplyError:  # what has helped since was the same
        return finding
    found, trials, _ = bench.effect(again, (*SEEDS, *MORE_SEEDS), looks=2)
    if found is None or found.says != "helps":
        return finding
    bench.keep(replace(again, after=_with_threshold(again.after, trials)))
    tried = bench.recipe.remedies[-1]
    return replace(finding, status="confirmed", status_reason="", tried=tried, effect=found)


def _with_threshold(recipe: Recipe, trials: Sequence[Trial]) -> Recipe:
    """The recipe, whose last remedy names the threshold that its trials came to, if any: for people
    to read. Each further trial fits its own."""
    fitted = [trial.threshold for trial in trials if trial.threshold is not None]
    last = recipe.remedies[-1]
    if last.id != "decision-threshold" or last.parameters or not fitted:
        return recipe
    name = "threshold" if recipe.task.classes == 2 else "tau"
    told = Remedy(id=last.id, parameters={name: float(f"{np.median(fitted):.2g}")})
    return replace(recipe, remedies=(*recipe.remedies[:-1], told))
