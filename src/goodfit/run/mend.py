"""The patch of a run, written in the process that knows what was trained."""

from __future__ import annotations

import tokenize
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goodfit.observe.script.recorder import write_json
from goodfit.recipe import NoRecipeError, Recipe
from goodfit.results import Report
from goodfit.run.folder import PATCH, PATCHED

if TYPE_CHECKING:
    from goodfit.patch import Patch


def write_patch(
    folder: Path,
    path: Path,
    report: Report,
    recipes: Mapping[int, Recipe | NoRecipeError],
    mended: Mapping[int, Recipe],
) -> None:
    """Write what trials bore out as an edit of the script: its diff and what is left to do by hand
    in `PATCH`, the edited text in `PATCHED`. One fit is mended, the first that can be."""
    from goodfit.patch import PatchError, patch

    found = _nothing()
    for fit in report.fits:
        before, after = recipes.get(fit.index), mended.get(fit.index)
        if not isinstance(before, Recipe) or after is None or after is before:
            continue
        source = _text(path)
        found["fit"] = fit.index
        found["remedies"] = after.remedies[len(before.remedies) :]
        try:
            edited = patch(source, str(path), fit.facts, before, after)
        except PatchError as error:
            found["error"] = str(error)
            break
        _keep(folder, found, edited)
        break
    write_json(folder / PATCH, found)


def write_crash_patch(folder: Path, path: Path, report: Report) -> None:
    """Write the proven fix of what ended the script in the same way; nothing where none is."""
    from goodfit.patch import PatchError
    from goodfit.patch.crash import mend_crash

    for fit in report.fits:
        proof = fit.facts.crash.proof if fit.facts.crash is not None else None
        if proof is None or not proof.passed:
            continue
        found = {**_nothing(), "fit": fit.index, "crash": proof.fix}
        try:
            _keep(folder, found, mend_crash(_text(path), str(path), fit.facts))
        except PatchError as error:
            found["error"] = str(error)
        write_json(folder / PATCH, found)
        return


def _nothing() -> dict[str, Any]:
    return {"diff": "", "instructions": [], "remedies": [], "error": ""}


def _text(path: Path) -> str:
    with tokenize.open(path) as file:
        return file.read()


def _keep(folder: Path, found: dict[str, Any], edited: Patch) -> None:
    found["diff"], found["instructions"] = edited.diff, edited.instructions
    if edited.source is not None:
        (folder / PATCHED).write_text(edited.source, encoding="utf-8")
