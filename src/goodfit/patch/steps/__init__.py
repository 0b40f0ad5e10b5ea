"""Edits to be tried by running the edited script: of what a script does to its rows before it
trains, and of layers that no remedy reaches."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from goodfit.facts import Facts
from goodfit.patch import compiles, no_libcst, unified
from goodfit.patch.changes import CannotEditError
from goodfit.results import Finding

if TYPE_CHECKING:
    from goodfit.patch.script import Script

SHIFTED, DRY = "GF123", "GF610"
"""Codes of findings: the two sets are distributed otherwise; a generator ran dry."""
LEAKED = ("GF117", "GF118", "GF122", "GF503")
"""Where validation rows tell too much already, scores cannot say whether a step did harm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The script with one edit. `what` answers "what was done?"."""

    what: str
    source: str
    diff: str


def steps(source: str, path: str, facts: Facts, codes: Collection[str]) -> tuple[Step, ...]:
    """The edits to try, the likeliest first; () where none is understood.

    Args:
        source: text of the script that `facts` were observed on, lines unchanged since.
        path: its file, as in the facts' lines and for the diff's head.
        codes: of what was found in this fit.

    Raises:
        PatchError: LibCST is not installed.
    """
    try:
        from goodfit.patch.script import Script
    except ImportError as error:
        raise no_libcst(error) from error
    try:
        edited = dict(_edited(Script(source), path, facts, codes))
    except CannotEditError:
        return ()
    return _steps(source, path, edited)


def layer_steps(
    source: str, path: str, facts: Facts, findings: Sequence[Finding]
) -> tuple[Step, ...]:
    """The edits of layers to try, in the order of the findings, for a model that only the user's
    code can build. Arguments and errors as for `steps`."""
    try:
        from goodfit.patch.steps.layers import relayered
    except ImportError as error:
        raise no_libcst(error) from error
    try:
        edited = dict(relayered(source, path, facts, findings))
    except CannotEditError:
        return ()
    return _steps(source, path, edited)


def _steps(source: str, path: str, edited: Mapping[str, str]) -> tuple[Step, ...]:
    """What is Python and another script."""
    return tuple(
        Step(what=what, source=text, diff=unified(source, text, path))
        for text, what in edited.items()
        if text != source and compiles(text, path)
    )


def _edited(
    script: Script, path: str, facts: Facts, codes: Collection[str]
) -> Iterator[tuple[str, str]]:
    """(edited source, what was done) of every edit."""
    from goodfit.patch.steps.complete import completed, repeated
    from goodfit.patch.steps.undo import undone
    from goodfit.patch.steps.walk import walk

    if DRY in codes:
        yield from repeated(script, path, facts)
    if not set(LEAKED).isdisjoint(codes):
        return
    seen = walk(script, path, facts)
    if SHIFTED in codes:
        yield from completed(script, seen)
    yield from undone(script, seen, held=SHIFTED in codes)
