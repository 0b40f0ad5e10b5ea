"""One study from a recipe: what is fixed before anything is trained, and the result."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from goodfit import __version__
from goodfit.codec import from_plain, to_plain
from goodfit.experiment.folder import folder_of, made
from goodfit.experiment.plan import MIN_VALIDATION_ROWS, Plan
from goodfit.experiment.work import Work, applied, backend
from goodfit.recipe import Recipe
from goodfit.remedies import BY_ID
from goodfit.results import Protocol, Remedy, StudyResult
from goodfit.study.design import MOST_ARMS, Chain, propose
from goodfit.study.run import Proposal, Ran
from goodfit.study.scores import measure_of

DEFAULT_EPOCHS = 100
DESIGN = "design.json"


def conduct(
    recipe: Recipe,
    plan: Plan,
    *,
    title: str,
    suggest: Callable[[], Sequence[Chain]],
    epochs: int = DEFAULT_EPOCHS,
) -> StudyResult:
    """Compare the remedies that the plan names, or else those that `suggest` gives.

    Args:
        title: of the study, in words for people.
        suggest: asked only where the plan names no remedies.
        epochs: of each trial at most, where the plan does not say.

    Returns:
        The study, also where Ctrl-C or the budget ended it early.

    Raises:
        ValueError: too few validation rows, no remedy that fits, or a budget too small for any
            trial.
        StoreError: the folder cannot be used.
    """
    started = time.perf_counter()
    check_rows(recipe)
    recipe, notes = governed(recipe, plan)
    protocol = Protocol(
        seeds=tuple(range(plan.seeds)),
        epochs=plan.epochs or epochs,
        patience=plan.patience,
        measure=measure_of(recipe),
        choosing_share=1.0 if recipe.data.test is not None else 0.5,
    )
    folder = made(
        Path(plan.folder).absolute()
        if plan.folder
        else folder_of(title, recipe, protocol, backend())
    )
    arms, left_out = _arms(recipe, plan, protocol, folder, suggest)
    work = Work(plan=plan, protocol=protocol, recipe=recipe, folder=folder, started=started)
    ran = work.all(arms)
    if work.over() and not any(arm.trials for arm in ran.arms):
        raise ValueError(
            f"the budget of {plan.budget:g} seconds was over before one trial had ended; give more "
            "time, or fewer epochs"
        )
    return StudyResult(
        name=title,
        protocol=protocol,
        arms=ran.arms,
        winner=ran.winner,
        leader=ran.leader,
        validation_rows=ran.validation_rows,
        test_rows=ran.test_rows,
        notes=(*notes, *left_out, *work.notes, *_ended(ran, work), *recipe.notes),
        curves=tuple(work.curves),
        seconds=time.perf_counter() - started,
        goodfit=__version__,
        keras=version("keras"),
        backend=backend(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def check_rows(recipe: Recipe) -> None:
    """
    Raises:
        ValueError: no validation rows, or too few of them to tell anything.
    """
    held = recipe.data.validation
    if held is None:
        raise ValueError(
            "there are no validation rows; a study compares remedies on rows that nothing was "
            "trained on: give validation_data=(x, y)"
        )
    if held.count < MIN_VALIDATION_ROWS:
        raise ValueError(
            f"received {held.count} validation rows; expected at least {MIN_VALIDATION_ROWS}, for "
            "fewer cannot tell a remedy from chance: hold more rows out"
        )


def governed(recipe: Recipe, plan: Plan) -> tuple[Recipe, list[str]]:
    """The recipe without the user's own early stopping where the study's takes its place."""
    if plan.patience is None:
        return recipe, []
    kept = tuple(one for one in recipe.fit.callbacks if one.name != "EarlyStopping")
    if len(kept) == len(recipe.fit.callbacks):
        return recipe, []
    note = (
        "The training's own EarlyStopping is left out: all arms stop alike, after "
        f"{plan.patience} epochs without a lower validation loss."
    )
    return recipe.with_fit(callbacks=kept), [note]


def _arms(
    recipe: Recipe,
    plan: Plan,
    protocol: Protocol,
    folder: Path,
    suggest: Callable[[], Sequence[Chain]],
) -> tuple[tuple[Proposal, ...], tuple[str, ...]]:
    chains = plan.chains()
    design = propose(
        recipe,
        chains or _suggested(folder, suggest),
        cures=BY_ID,
        apply=applied,
        measure=protocol.measure,
        most=None if chains else MOST_ARMS,
    )
    if len(design.arms) < 2 and not plan.curves:
        raise ValueError(
            "no remedy is left to compare. "
            + (" ".join(design.left_out) or "Name some: remedies=['l2', 'dropout']")
        )
    return design.arms, design.left_out


def _suggested(folder: Path, suggest: Callable[[], Sequence[Chain]]) -> Sequence[Chain]:
    """What was suggested when this study began: findings may differ a little between two trainings,
    and a study that goes on must have the arms it had."""
    path = folder / DESIGN
    try:
        told = json.loads(path.read_bytes())
        return [tuple(from_plain(one, Remedy) for one in chain) for chain in told["arms"]]
    except (OSError, ValueError, KeyError, TypeError):
        chains = suggest()
    written = {"arms": [[to_plain(one) for one in chain] for chain in chains]}
    unfinished = path.with_suffix(".part")
    unfinished.write_text(json.dumps(written), encoding="utf-8")
    unfinished.replace(path)
    return chains


def _ended(ran: Ran, work: Work) -> tuple[str, ...]:
    if not (ran.interrupted and work.over()):
        return ran.notes
    began = "Interrupted after"
    return tuple(
        note.replace(began, f"The budget of {work.plan.budget:g} seconds was over after")
        if note.startswith(began)
        else note
        for note in ran.notes
    )
