"""Run the experiments that a fit calls for, each by itself, each within its time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from goodfit.facts import ExperimentFacts, PredictionFacts
from goodfit.observe.experiments.bench import Bench, highest_rate
from goodfit.observe.experiments.copies import Clock
from goodfit.observe.experiments.plan import (
    CAPACITY,
    DATA,
    ONE_BATCH,
    PERMUTED,
    RANGE_TEST,
    Plan,
    Shown,
    plan,
)
from goodfit.observe.experiments.shuffled_inputs import input_names, shuffled_inputs
from goodfit.observe.training.sampling import Sample
from goodfit.randomness import sealed

if TYPE_CHECKING:
    from goodfit.observe.training.analyse import Analysis

SAID_AFTER = 2.0


def _one_batch(bench: Bench, clock: Clock) -> Any:
    from goodfit.observe.experiments.one_batch import one_batch

    return one_batch(bench.copy(), bench.sample, bench.describe, clock)


def _range_test(bench: Bench, clock: Clock) -> Any:
    from goodfit.observe.experiments.range_test import range_test

    if bench.rate is None or not bench.rate > 0:
        bench.missing.append("range_test: the optimiser has no learning rate to vary")
        return None
    copy = bench.copy()
    prior = bench.predictions.prior_loss if bench.predictions is not None else None
    return range_test(copy, bench.sample, bench.rate, prior, clock)


def _permuted(bench: Bench, clock: Clock) -> Any:
    from goodfit.observe.experiments.permuted_labels import permuted_labels

    return permuted_labels(bench, clock)


def _data(bench: Bench, clock: Clock) -> Any:
    from goodfit.observe.experiments.data_curve import data_curve

    return data_curve(bench, clock)


def _capacity(bench: Bench, clock: Clock) -> Any:
    from goodfit.observe.experiments.capacity_curve import capacity_curve

    return capacity_curve(bench, clock)


_EXPERIMENTS: dict[str, Callable[[Bench, Clock], Any]] = {
    ONE_BATCH: _one_batch,
    RANGE_TEST: _range_test,
    PERMUTED: _permuted,
    DATA: _data,
    CAPACITY: _capacity,
}


def _shown(work: Analysis, predictions: PredictionFacts | None) -> Shown | None:
    final = work.rows.get(("train", "final")) or work.rows.get(("train", "last"))
    if final is None:
        return None
    trained = [epoch for epoch in work.epochs if epoch.index >= 0]
    steps = (work.settings.steps_per_epoch if work.settings else None) or 1
    usual = min((epoch.seconds for epoch in trained[1:] or trained), default=0.0)
    loss = final.honest
    return Shown(
        final=loss.mean,
        standard_error=loss.standard_error if math.isfinite(loss.standard_error) else 0.0,
        curve=tuple(epoch.train.mean for epoch in work.epochs if epoch.train is not None),
        prior_loss=predictions.prior_loss if predictions else None,
        error=predictions.error if predictions else None,
        prior_error=predictions.prior_error if predictions else None,
        rows=predictions.rows if predictions else 0,
        step_seconds=usual / steps if len(trained) > 1 else 0.0,
        compile_seconds=max(0.0, trained[0].seconds - usual) if len(trained) > 1 else 0.0,
    )


def _shuffled(work: Analysis, sample: Sample) -> Any:
    names = [item.name for item in work.model.inputs] if work.model else []
    weights = work.watched.weights("final")
    return shuffled_inputs(
        sample,
        lambda rows: work.watched.evaluator.rows(rows, weights),
        input_names(sample.x, names),
    )


def _train_copies(
    bench: Bench, planned: Plan, say: Callable[[str], None]
) -> tuple[dict[str, Any], dict[str, str]]:
    """What each experiment found, and why one found nothing."""
    found: dict[str, Any] = {}
    failed: dict[str, str] = {}
    started, said = time.perf_counter(), False
    for name, seconds in planned.steps:
        if not said and time.perf_counter() - started + seconds > SAID_AFTER:
            said = True
            why = "" if planned.reason == "asked for" else f", because {planned.reason}"
            say(f"goodfit: training copies of the model for up to {planned.seconds:.0f} s{why}")
        try:
            with sealed(seed=0):
                bench.copy()
                result = _EXPERIMENTS[name](bench, Clock(seconds))
        except Exception as error:  # one experiment that fails must not lose the others
            failed[name] = str(error) or type(error).__name__
            continue
        if result is None or result == ():
            failed.setdefault(name, "its time was over before it could tell anything")
        else:
            found[name] = result
    return found, failed


def experiments(
    work: Analysis,
    predictions: PredictionFacts | None,
    *,
    asked: bool,
    copies: bool,
    say: Callable[[str], None],
) -> ExperimentFacts | None:
    """The experiments that this fit calls for; what failed stands in `work.missing`.

    Args:
        predictions: what the trained model answers.
        asked: whether to run all of them.
        copies: whether copies may be trained at all.
        say: told one line before anything that may take long.
    """
    sample = work.watched.samples.get("train")
    if sample is None or sample.y is None or work.watched.honest_missing:
        work.missing["experiments"] = work.watched.honest_missing or "no sample of training rows"
        return None
    started = time.perf_counter()
    shuffled = work.attempt("shuffled inputs", partial(_shuffled, work, sample)) or ()
    planned = plan(_shown(work, predictions), asked=asked, unlimited=work.remains.unlimited)
    if not copies and not asked:
        planned = Plan(reason="copies are trained after the script's first fits only")
    bench = Bench(work=work, predictions=predictions, sample=sample, rate=highest_rate(work))
    found, failed = _train_copies(bench, planned, say)
    reasons = [f"{name}: {why}" for name, why in failed.items()] + bench.missing
    if reasons or not planned.steps:
        # Told once where all failed alike: the model cannot be copied.
        same = len(set(failed.values())) == 1 and len(failed) == len(planned.steps)
        told = next(iter(failed.values())) if same else "; ".join(reasons)
        work.missing["experiments"] = told or planned.reason
    return replace(
        ExperimentFacts(shuffled_inputs=shuffled, **found),
        seconds=time.perf_counter() - started,
    )
