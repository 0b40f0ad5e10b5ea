"""A crash, and the fix that was seen to pass on a copy of what failed, to the edit of the user's
source."""

from __future__ import annotations

from goodfit.facts import Facts
from goodfit.patch import Patch, compiles, no_libcst, unified
from goodfit.patch.changes import DataChange


def mend_crash(source: str, path: str, facts: Facts) -> Patch:
    """The smallest edit of `source` that holds the fix of the crash, where one is proven; a fix
    that cannot be edited in, or that might hide a mistake, becomes an instruction.

    Args:
        source: text of the script that `facts` were observed on, lines unchanged since.
        path: its file, as in the facts' lines and for the diff's head.

    Returns:
        An empty patch where there is no crash, or no fix of it passed.

    Raises:
        PatchError: LibCST is not installed.
    """
    proof = facts.crash.proof if facts.crash is not None else None
    if proof is None or not proof.passed:
        return Patch()
    try:
        from goodfit.patch.crashes.write import told, write
    except ImportError as error:
        raise no_libcst(error) from error
    edited, instruction = write(source, path, facts)
    if edited is None or edited == source:
        left = instruction or told(facts, "the source says so already")
        return Patch(instructions=(left,))
    if not compiles(edited, path):
        return Patch(instructions=(told(facts, "the edited source would not compile"),))
    return Patch(
        source=edited,
        diff=unified(source, edited, path),
        applied=(DataChange(remedy=proof.fix, parameters=proof.parameters),),
    )
