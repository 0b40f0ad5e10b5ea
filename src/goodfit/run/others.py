"""Patches that no trial bore out, to be tried by running them: steps of the data left out or
completed, and remedies of which the trials could not tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goodfit.recipe import Recipe
from goodfit.results import Finding, FitResult, Remedy

if TYPE_CHECKING:
    from goodfit.patch.steps import Step

MOST_STEPS, MOST_REMEDIES = 2, 3
"""Patches of each kind."""
EACH = 2
"""Remedies of one finding that are asked for a patch."""
DATA = "GF1"
"""Findings of the data: then steps are tried first, and even where remedies help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The fit to mend: its findings, its recipe (None where there is none), and the same with what
    helped."""

    fit: FitResult
    findings: tuple[Finding, ...]
    before: Recipe | None
    after: Recipe | None

    @property
    def changed(self) -> bool:
        """Whether trials bore anything out."""
        return self.before is not None and self.after is not None and self.after is not self.before


def others(text: str, path: str, chosen: Chosen) -> list[dict[str, Any]]:
    """The patches to try, in order, as `PATCH` keeps them.

    Raises:
        PatchError: LibCST is not installed.
    """
    data = any(one.code.startswith(DATA) and one.severity != "tip" for one in chosen.findings)
    steps = list(_steps(text, path, chosen)) if data or not chosen.changed else []
    remedies = [*_layers(text, path, chosen), *_remedies(text, path, chosen)]
    return [*steps, *remedies] if data else [*remedies, *steps]


def _steps(text: str, path: str, chosen: Chosen) -> Iterator[dict[str, Any]]:
    from goodfit.patch.steps import steps

    data = chosen.fit.facts.data
    if data is None or data.validation is None:
        return  # a score on training rows says nothing of them
    codes = {one.code for one in chosen.findings if one.status != "refuted"}
    for step in steps(text, path, chosen.fit.facts, codes)[:MOST_STEPS]:
        yield {**_told(step), "step": True}


def _layers(text: str, path: str, chosen: Chosen) -> Iterator[dict[str, Any]]:
    """Patches of layers that no remedy can change, since only the user's code builds them."""
    from goodfit.patch.steps import layer_steps

    if chosen.before is not None and chosen.before.model.config is not None:
        return
    open_ = [one for one in chosen.findings if one.status not in ("confirmed", "refuted")]
    for step in layer_steps(text, path, chosen.fit.facts, open_)[:MOST_STEPS]:
        yield _told(step)


def _told(step: Step) -> dict[str, Any]:
    return {
        "what": step.what,
        "diff": step.diff,
        "source": step.source,
        "instructions": [],
        "remedies": [],
    }


def _remedies(text: str, path: str, chosen: Chosen) -> Iterator[dict[str, Any]]:
    """Patches of the remedies left, each on top of what helped."""
    from goodfit.patch import patch
    from goodfit.remedies import BY_ID, DoesNotApplyError

    before, recipe = chosen.before, chosen.after or chosen.before
    if before is None or recipe is None:
        return
    number, seen = 0, {""}
    for remedy in _left(chosen, recipe):
        if number == MOST_REMEDIES:
            return
        try:
            after = BY_ID[remedy.id](recipe, **remedy.parameters)
        except DoesNotApplyError:
            continue
        edited = patch(text, path, chosen.fit.facts, before, after)
        if edited.source is None or not edited.complete or edited.diff in seen:
            continue
        seen.add(edited.diff)
        number += 1
        yield {
            "what": f"with {remedy.id}, of which the trials could not tell",
            "diff": edited.diff,
            "source": edited.source,
            "instructions": [],
            "remedies": after.remedies[len(before.remedies) :],
        }


def _left(chosen: Chosen, recipe: Recipe) -> Iterator[Remedy]:
    """Remedies that trials did not decide on: those that looked good first, then by rank."""
    from goodfit.remedies import BY_ID
    from goodfit.remedies.prescribe import prescribe

    known = {one.id for one in recipe.remedies}
    useless = [
        one.tried
        for one in chosen.findings
        if one.tried is not None and one.effect is not None and one.effect.difference <= 0
    ]
    open_ = [one for one in chosen.findings if one.status not in ("confirmed", "refuted")]
    promising = [one for one in open_ if one.effect is not None and one.effect.difference > 0]
    for finding in sorted(promising, key=lambda one: -_gain(one)):
        if finding.tried is not None:
            yield finding.tried
    for finding in open_:
        fitting = (one for one in prescribe(finding, recipe) if not BY_ID[one.id].resplits)
        left = [one for one in fitting if one.id not in known]
        yield from [one for one in left if not any(_same(one, tried) for tried in useless)][:EACH]


def _same(remedy: Remedy, tried: Remedy) -> bool:
    """Whether it was tried; what it says nothing of had its default."""
    given = remedy.parameters.items()
    return remedy.id == tried.id and all(tried.parameters.get(key) == value for key, value in given)


def _gain(finding: Finding) -> float:
    return finding.effect.difference if finding.effect is not None else 0.0
