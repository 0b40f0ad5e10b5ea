"""The door: from facts to a report, and from a model and its data to facts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from goodfit import __version__
from goodfit.checks import CHECKS, run_check
from goodfit.checks.rank import rank
from goodfit.checks.verdict import overall, verdict
from goodfit.confirm import BUDGET, confirm
from goodfit.facts import Facts, FitPictures
from goodfit.recipe import NoRecipeError, Recipe
from goodfit.results import Finding, FitResult, Outcome, Report, ScriptRun, Seconds

DEFAULT_EPOCHS = 30


def conclude(
    fits: Sequence[Facts],
    *,
    script: ScriptRun | None = None,
    seconds: Seconds | None = None,
    notes: Sequence[str] = (),
    pictures: FitPictures | None = None,
) -> Report:
    """Run every check on every fit, rank what they found, and give the verdict.

    Needs neither Keras nor the user's objects: facts read back from a killed run will do.
    """
    started = time.perf_counter()
    findings: list[Finding] = []
    outcomes: list[Outcome] = []
    results: list[FitResult] = []
    for index, facts in enumerate(fits):
        own_outcomes, own_findings = _examined(facts, index)
        ranked = rank(own_findings)
        findings += ranked
        outcomes += own_outcomes
        results.append(
            FitResult(
                index=index,
                title=facts.model.name if facts.model else f"fit {index + 1}",
                verdict=verdict(facts, ranked, own_outcomes),
                facts=facts,
            )
        )
    spent = seconds or Seconds()
    checks = spent.checks + time.perf_counter() - started
    return Report(
        verdict=overall([result.verdict for result in results]),
        findings=rank(findings) if len(fits) > 1 else tuple(findings),
        outcomes=tuple(outcomes),
        fits=tuple(results),
        seconds=replace(spent, checks=checks, total=max(spent.total, spent.script + checks)),
        script=script,
        notes=tuple(notes),
        goodfit=__version__,
        keras=_keras_version(),
        backend=next((facts.backend for facts in fits if facts.backend), ""),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        pictures=() if pictures is None else (pictures,),
    )


def with_trials(
    report: Report,
    recipes: Mapping[int, Recipe | NoRecipeError],
    *,
    seconds: float,
    say: Callable[[str], None] = lambda _: None,
) -> tuple[Report, dict[int, Recipe]]:
    """The report after its suspicions were tried: statuses, ranks and verdicts anew; and the recipe
    of each fit with what helped.

    Args:
        recipes: of each fit by its index, or why there is none.
        seconds: for the trials of all fits together.
    """
    from goodfit.observe.recipes.evaluator import RowEvaluator

    started = time.perf_counter()
    told: list[Finding] = []
    fits: list[FitResult] = []
    mended: dict[int, Recipe] = {}
    for fit in report.fits:
        own: Sequence[Finding] = [one for one in report.findings if one.fit == fit.index]
        left = seconds - (time.perf_counter() - started)
        if fit.index in recipes and left > 0:
            found = confirm(
                own,
                recipes[fit.index],
                fit.facts,
                evaluator=RowEvaluator,
                seconds=left,
                say=say,
            )
            own = found.findings
            if found.recipe is not None:
                mended[fit.index] = found.recipe
        ranked = rank(own)
        told += ranked
        outcomes = [one for one in report.outcomes if one.fit == fit.index]
        fits.append(replace(fit, verdict=verdict(fit.facts, ranked, outcomes)))
    spent = time.perf_counter() - started
    before = report.seconds
    tried = replace(
        report,
        verdict=overall([fit.verdict for fit in fits]),
        findings=rank(told) if len(fits) > 1 else tuple(told),
        fits=tuple(fits),
        seconds=replace(before, trials=spent, total=before.total + spent),
    )
    return tried, mended


def _examined(facts: Facts, index: int) -> tuple[list[Outcome], list[Finding]]:
    outcomes, findings = [], []
    for check in CHECKS:
        outcome, finding = run_check(check, facts)
        outcomes.append(replace(outcome, fit=index))
        if finding is not None:
            findings.append(replace(finding, fit=index))
    return outcomes, findings


def _keras_version() -> str:
    try:
        return version("keras")
    except PackageNotFoundError:
        return ""


def diagnose(
    model: Any,
    data: Any,
    *,
    validation_data: Any = None,
    epochs: int | None = None,
    batch_size: int | None = None,
    verbose: int | str = 0,
    experiments: bool = False,
    budget: float = BUDGET,
    pictures: bool = True,
    **fit_arguments: Any,
) -> Report:
    """Train the model under observation and say what is wrong with it, how sure that is, and why.

    The model given is left as it was: its weights and its optimiser's state are put back when the
    training that observes it has ended.

    Args:
        model: a compiled Keras model, or a function without arguments that builds and compiles one.
        data: what `fit` takes as training data: `(x, y)`, `(x, y, sample_weight)`, a
            `tf.data.Dataset`, `keras.utils.PyDataset`, torch `DataLoader` or a generator.
        validation_data: what `fit` takes; None trains without, and much cannot be told then.
        epochs: epochs to train; 30 by default.
        batch_size: rows of a step; Keras' own default (32) if None. For arrays only.
        verbose: Keras' progress output, silent by default.
        experiments: whether to train copies of the model afterwards, for minutes, to see what more
            data, more capacity or permuted labels would do.
        budget: seconds for trials that confirm what is suspected, 60 by default; 0 for none.
        pictures: whether the report shows thumbnails of the images trained on, if they are images.
        **fit_arguments: anything else `fit` takes (callbacks, class_weight, steps_per_epoch, ...).

    Returns:
        The report; it shows itself in a notebook, and prints as text.

    Raises:
        TypeError: model or data are of a kind that cannot be trained on.
        ValueError: the model is not compiled, or the data do not fit together.
    """
    from goodfit.observe.request import checked_data, checked_model
    from goodfit.observe.training.monitor import Monitor

    started = time.perf_counter()
    network = checked_model(model)
    x, y, sample_weight = checked_data(network, data, fit_arguments, validation_data)
    monitor = Monitor(share=1.0, experiments=experiments, trials=budget > 0, pictures=pictures)
    callbacks = [*_listed(fit_arguments.pop("callbacks", None)), monitor]
    given = {"batch_size": batch_size, "sample_weight": sample_weight, "y": y}
    arguments = {
        **fit_arguments,
        **{name: value for name, value in given.items() if value is not None},
        "validation_data": validation_data,
        "epochs": epochs if epochs is not None else DEFAULT_EPOCHS,
        "verbose": verbose,
    }
    monitor.attach(network, {"x": x, **arguments, "callbacks": callbacks})
    with _put_back(network):
        try:
            network.fit(x, callbacks=callbacks, **arguments)
            crash = None
        except (ValueError, TypeError, RuntimeError, ArithmeticError) as error:
            crash = _crash(error)
        trained = time.perf_counter() - started
        facts = monitor.facts()
    analysed = time.perf_counter() - started - trained
    report = conclude(
        [replace(facts, crash=crash)],
        seconds=Seconds(
            total=time.perf_counter() - started,
            script=trained,
            monitor=facts.trace.monitor_seconds if facts.trace else 0.0,
            checks=analysed,
        ),
        pictures=monitor.pictures,
    )
    if budget <= 0 or crash is not None:
        return report
    recipe = monitor.recipe(facts)
    return report if recipe is None else with_trials(report, {0: recipe}, seconds=budget)[0]


def _crash(error: Exception) -> Any:
    from goodfit.observe.script.crash import crash_facts

    return crash_facts(error, during="fit")


def _listed(callbacks: Any) -> list[Any]:
    if callbacks is None:
        return []
    return list(callbacks) if isinstance(callbacks, (list, tuple)) else [callbacks]


@contextmanager
def _put_back(model: Any) -> Iterator[None]:
    """Leave the model's weights and optimiser as they were, if they existed before."""
    variables = list(model.variables)
    optimizer = model.optimizer
    if model.built and optimizer is not None and not optimizer.built:
        optimizer.build(model.trainable_variables)
    if optimizer is not None:
        variables += list(optimizer.variables)
    import keras

    # A copy: a training step may donate its buffers, and tensors may be changed in place.
    before = [keras.ops.convert_to_numpy(variable.value).copy() for variable in variables]
    try:
        yield
    finally:
        for variable, value in zip(variables, before, strict=True):
            variable.assign(value)
