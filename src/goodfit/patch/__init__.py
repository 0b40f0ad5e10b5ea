"""Two recipes and the user's source to the smallest edit of that source that leads from one to the
other."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass

from goodfit.facts import Facts
from goodfit.patch.changes import Change
from goodfit.patch.difference import difference
from goodfit.patch.words import instruction
from goodfit.recipe import Recipe

__all__ = ["Patch", "PatchError", "difference", "patch"]


class PatchError(Exception):
    """No patch can be written at all; the message says why, and how to fix it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """An edit of one file.

    Attributes:
        source: the edited text; None where nothing could be edited, or nothing differs.
        diff: the edit as a unified diff, "" where there is none.
        applied: the changes that the edit holds.
        instructions: a sentence for each change that it does not hold: where, what, why not.
    """

    source: str | None = None
    diff: str = ""
    applied: tuple[Change, ...] = ()
    instructions: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing is left to do by hand."""
        return not self.instructions


def patch(source: str, path: str, facts: Facts, before: Recipe, after: Recipe) -> Patch:
    """The smallest edit of `source` that makes the training of `before` that of `after`.

    Comments and formatting stay. Each change is edited in as a whole or told as an instruction.

    Args:
        source: text of the script that `facts` were observed on, lines unchanged since.
        path: its file, as in the facts' lines and for the diff's head.
        before, after: the user's own recipe, and the same with remedies.

    Raises:
        PatchError: LibCST is not installed.
    """
    changes = difference(before, after)
    if not changes:
        return Patch()
    try:
        from goodfit.patch.write import write
    except ImportError as error:
        raise no_libcst(error) from error
    edited, applied, told = write(source, path, facts, before, after, changes)
    if edited is not None and not compiles(edited, path):
        reason = "the edited source would not compile"
        told = tuple(instruction([change], facts, reason) for change in changes)
        edited, applied = None, ()
    if edited is None or edited == source:
        return Patch(applied=applied, instructions=told)
    return Patch(
        source=edited, diff=unified(source, edited, path), applied=applied, instructions=told
    )


def no_libcst(error: ImportError) -> ImportError | PatchError:
    """What to raise where the editing of sources cannot be imported."""
    if (error.name or "").partition(".")[0] != "libcst":
        return error
    return PatchError(
        "editing a script needs LibCST, which is not installed: pip install 'goodfit[fix]'"
    )


def compiles(source: str, path: str) -> bool:
    try:
        compile(source, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def unified(before: str, after: str, path: str) -> str:
    name = os.path.relpath(path) if os.path.isabs(path) else path
    if name.startswith(os.pardir):
        name = os.path.abspath(path).lstrip(os.sep)
    lines = difflib.unified_diff(
        before.splitlines(keepends=True),
        after.splitlines(keepends=True),
        fromfile=f"a/{name}",
        tofile=f"b/{name}",
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
