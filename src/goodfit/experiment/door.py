"""`goodfit.experiment`: a model and its data to a study."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

from goodfit.experiment.conduct import check_rows, conduct
from goodfit.experiment.plan import Plan, named
from goodfit.recipe import NoRecipeError, Recipe
from goodfit.results import Remedy, Report, StudyResult
from goodfit.study.design import Chain, suggested


def experiment(
    model: Any,
    data: Any,
    *,
    validation_data: Any = None,
    test_data: Any = None,
    remedies: str | Remedy | Sequence[Any] | None = None,
    seeds: int = 5,
    epochs: int | None = None,
    patience: int | None = 10,
    search: int = 0,
    curves: str | Sequence[str] = (),
    folder: str = "",
    budget: float | None = None,
    **fit_arguments: Any,
) -> StudyResult:
    """Compare remedies on this model and these data: which helps, by how much, and how sure.

    Every arm is trained from fresh weights under the same seeds; the model given is left as it is.
    Finished trials lie in the study's folder, so the same call again goes on where it was ended.
    Ctrl-C returns what is known by then.

    Args:
        model: a compiled Keras model, or a function without arguments that builds and compiles one.
        data: what `fit` takes as training data: `(x, y)`, `(x, y, sample_weight)`, a
            `tf.data.Dataset`, `keras.utils.PyDataset` or torch `DataLoader`.
        validation_data: likewise, at least 30 rows; half of them choose the winner and the others
            confirm it. `validation_split=` does too.
        test_data: `(x, y)` that confirm the winner; all validation rows choose then.
        remedies: names such as "l2", with parameters as in "l2:strength=1e-4", joined as in
            "dropout+l2". None proposes some, from what a first training shows.
        seeds: trials of each arm, at least 2.
        epochs: of a trial at most, 100 by default.
        patience: epochs without a lower validation loss after which a trial ends, its best weights
            restored; None trains all epochs and takes the last weights.
        search: further arms with other strengths of the remedies; beyond 8 Optuna draws them, with
            the remedies joined.
        curves: any of "capacity", "data", "activation", "learning-rate".
        folder: of the study; a new one under .goodfit/studies/ by default.
        budget: seconds for all of it; None for no limit. All arms are looked at under one seed
            first then, and the best under more.
        **fit_arguments: anything else `fit` takes (batch_size, class_weight, callbacks, ...).

    Returns:
        The study; it shows itself in a notebook, and prints as text.

    Raises:
        TypeError: model or data are of a kind that cannot be trained on.
        ValueError: an argument, a remedy's name or the data do not fit; the message says how to fix
            it.
        NoRecipeError: the model or the data cannot be had again for another training.
        StoreError: the study's folder cannot be used.
    """
    plan = Plan(
        remedies=named(remedies),
        seeds=seeds,
        epochs=epochs,
        patience=patience,
        search=search,
        curves=(curves,) if isinstance(curves, str) else tuple(curves),
        budget=budget,
        folder=str(folder),
    )
    network = _built(model)
    told = {**fit_arguments, "validation_data": validation_data}
    recipe = _recipe(network, data, told, test_data)
    check_rows(recipe)

    def suggest() -> Sequence[Chain]:
        from goodfit.diagnose import diagnose

        report = diagnose(network, data, epochs=epochs, budget=0.0, pictures=False, **told)
        return chains_for(recipe, report)

    title = network.name if not inspect.isroutine(model) else _called(model)
    return conduct(recipe, plan, title=title, suggest=suggest)


def _called(build: Any) -> str:
    name = str(getattr(build, "__name__", "study"))
    return "model" if name == "<lambda>" else name


def _built(model: Any) -> Any:
    """The compiled model; a function's layers are named as in a fresh process, so that the same
    call again finds its study."""
    from goodfit.observe.request import checked_model

    if not (inspect.isroutine(model) or inspect.isclass(model)):
        return checked_model(model)
    from keras.src.backend.common import global_state

    from goodfit.randomness import unchanged

    with unchanged():
        global_state.set_global_attribute("object_name_uids", None)
        return checked_model(model)


def _recipe(network: Any, data: Any, told: dict[str, Any], test_data: Any) -> Recipe:
    from goodfit.observe.data.arrays import source_of
    from goodfit.observe.recipes.observed import observed
    from goodfit.observe.request import checked_data

    if source_of(data) == "generator":
        raise NoRecipeError(
            "received a generator, which can be read only once, and a study trains many times; "
            "give arrays, a tf.data.Dataset or a keras.utils.PyDataset"
        )
    x, y, weight = checked_data(network, data, told, told["validation_data"])
    given = {"x": x, "y": y, "sample_weight": weight, **told}
    test = None if test_data is None else _pair(test_data)
    return observed(network, given).recipe(test=test)


def _pair(test_data: Any) -> tuple[Any, Any]:
    if isinstance(test_data, (tuple, list)) and len(test_data) == 2:
        return test_data[0], test_data[1]
    raise TypeError(
        f"received test_data of type {type(test_data).__name__}; expected (x, y) with arrays"
    )


def chains_for(recipe: Recipe, report: Report, fit: int = 0) -> tuple[Chain, ...]:
    """Remedies to compare, from what was found in one fit of a report."""
    from goodfit.remedies.prescribe import prescribe

    findings = [one for one in report.findings if one.fit in (None, fit)]
    verdict = next((one.verdict.name for one in report.fits if one.index == fit), None)
    return suggested(recipe, findings, prescribe, verdict=verdict)
