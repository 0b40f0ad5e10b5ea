"""A study at the end of a script that was run under observation, and its result as files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from goodfit.codec import from_plain
from goodfit.errors import CannotRunError
from goodfit.experiment.plan import Plan
from goodfit.observe.script.recorder import read_json, write_json
from goodfit.recipe import NoRecipeError, Recipe
from goodfit.results import Report, StudyResult
from goodfit.study.design import Chain

STUDY, FAILED = "study.json", "study-error.json"


def conclude_study(
    folder: Path, asked: Mapping[str, Any], report: Report, recipes: Mapping[int, Any]
) -> None:
    """Make the study that was asked for and leave it in the run's folder, or why there is none.

    Args:
        asked: a `Plan` as plain data, and `fit`: which fit of the script, from 1; 0 for the first.
        report: of the script's run.
        recipes: of its fits by their index, or why there is none.
    """
    from goodfit.report import write_study_json
    from goodfit.study.store import StoreError

    told = dict(asked)
    wanted = int(told.pop("fit", 0))
    script = report.script.path if report.script else "study"
    try:
        index, recipe, notes = _chosen(wanted, report, recipes)
        plan = from_plain(told, Plan)
        study = _study(recipe, plan, Path(script).stem, report, index, notes)
    except (ValueError, NoRecipeError, StoreError, ImportError, OSError) as error:
        write_json(folder / FAILED, {"error": str(error)})
        return
    write_study_json(study, folder / STUDY, overwrite=True)


def _study(
    recipe: Recipe, plan: Plan, title: str, report: Report, index: int, notes: Sequence[str]
) -> StudyResult:
    from dataclasses import replace

    from goodfit.experiment.conduct import conduct

    def suggest() -> Sequence[Chain]:
        from goodfit.experiment.door import chains_for

        return chains_for(recipe, report, index)

    study = conduct(recipe, plan, title=title, suggest=suggest, epochs=recipe.fit.epochs)
    return replace(study, notes=(*notes, *study.notes))


def _chosen(
    wanted: int, report: Report, recipes: Mapping[int, Any]
) -> tuple[int, Recipe, tuple[str, ...]]:
    """Place and recipe of the fit to study.

    Raises:
        ValueError: the script has no such fit.
        NoRecipeError: it cannot be trained again.
    """
    fits = len(report.fits)
    if not fits:
        raise ValueError(f"the script trained nothing to study. {' '.join(report.notes)}".strip())
    if wanted > fits:
        raise ValueError(f"received --fit {wanted}, but the script has {fits} fits")
    index = max(wanted - 1, 0)
    recipe = recipes.get(index)
    if recipe is None:
        kept = ", ".join(str(place + 1) for place in sorted(recipes)) or "none"
        raise NoRecipeError(
            f"what fit {index + 1} was trained on was not kept; fits that can be studied: {kept}"
        )
    if isinstance(recipe, NoRecipeError):
        raise recipe
    several = (
        (f"The script has {fits} fits; this is a study of fit {index + 1} (--fit N: another).",)
        if fits > 1 and not wanted
        else ()
    )
    return index, recipe, several


def read_study(folder: Path) -> StudyResult:
    """The study that a script's run left.

    Raises:
        CannotRunError: there is none; the message says why.
    """
    from goodfit.report import study_from_json

    failed = read_json(folder / FAILED)
    if failed:
        raise CannotRunError(str(failed.get("error")))
    try:
        return study_from_json((folder / STUDY).read_bytes())
    except OSError as error:
        own = folder / "goodfit-error.txt"
        why = f"; {own} says why" if own.exists() else ""
        raise CannotRunError(
            f"the study did not come to its end{why}. Run the same command again: trials that "
            "had finished are not repeated"
        ) from error
    except ValueError as error:
        raise CannotRunError(f"{folder / STUDY} cannot be read: {error}") from error


def interrupted(study: StudyResult) -> bool:
    """Whether Ctrl-C ended it early."""
    return any(note.startswith("Interrupted after") for note in study.notes)
