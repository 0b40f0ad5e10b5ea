"""The patch of a run, written in the process that knows what was trained."""

from __future__ import annotations

import tokenize
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from goodfit.observe.script.recorder import write_json
from goodfit.recipe import NoRecipeError, Recipe
from goodfit.results import Report
from goodfit.run.folder import PATCH, PATCHED


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

    found: dict[str, Any] = {"diff": "", "instructions": [], "remedies": [], "error": ""}
    for fit in report.fits:
        before, after = recipes.get(fit.index), mended.get(fit.index)
        if not isinstance(before, Recipe) or after is None or after is before:
            continue
        with tokenize.open(path) as file:
            source = file.read()
        found["fit"] = fit.index
        found["remedies"] = after.remedies[len(before.remedies) :]
        try:
            edited = patch(source, str(path), fit.facts, before, after)
        except PatchError as error:
            found["error"] = str(error)
            break
        found["diff"], found["instructions"] = edited.diff, edited.instructions
        if edited.source is not None:
            (folder / PATCHED).write_text(edited.source, encoding="utf-8")
        break
    write_json(folder / PATCH, found)
