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
from goodfit.run.others import Chosen, others

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
    in `PATCH`, the edited text in `PATCHED`; and other edits that running them may bear out. One
    fit is mended, the first that can be."""
    from goodfit.patch import PatchError, patch

    found = _nothing()
    chosen = _chosen(report, recipes, mended)
    if chosen is not None:
        fit = chosen.fit
        found["fit"] = fit.index
        try:
            if chosen.changed and chosen.before is not None and chosen.after is not None:
                found["remedies"] = chosen.after.remedies[len(chosen.before.remedies) :]
                text = _text(path)
                _keep(folder, found, patch(text, str(path), fit.facts, chosen.before, chosen.after))
            found["others"] = others(_text(path), str(path), chosen)
        except PatchError as error:
            found["error"] = str(error) if chosen.changed else ""
    write_json(folder / PATCH, found)


def _chosen(
    report: Report,
    recipes: Mapping[int, Recipe | NoRecipeError],
    mended: Mapping[int, Recipe],
) -> Chosen | None:
    """The fit to mend: the first that trials mended, else the first with a suspicion."""
    suspected = []
    for fit in report.fits:
        before = recipes.get(fit.index)
        findings = tuple(one for one in report.findings if one.fit in (None, fit.index))
        chosen = Chosen(
            fit=fit,
            findings=findings,
            before=before if isinstance(before, Recipe) else None,
            after=mended.get(fit.index),
        )
        if chosen.changed:
            return chosen
        if any(one.severity != "tip" for one in findings):
            suspected.append(chosen)
    return suspected[0] if suspected else None


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
    return {"diff": "", "instructions": [], "remedies": [], "error": "", "others": []}


def _text(path: Path) -> str:
    with tokenize.open(path) as file:
        return file.read()


def _keep(folder: Path, found: dict[str, Any], edited: Patch) -> None:
    found["diff"], found["instructions"] = edited.diff, edited.instructions
    if edited.source is not None:
        (folder / PATCHED).write_text(edited.source, encoding="utf-8")
