"""The door for patches: run a script, try what is suspected, write the patch, run it again patched.

A patch is called verified when the patched script was run to its end and answers its validation
rows better than the script as it was; of a script that crashed, when it runs to its end at all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

from goodfit.errors import CannotRunError
from goodfit.observe.script.recorder import read_json
from goodfit.results import Report
from goodfit.run import Request, Run, run_script
from goodfit.run.folder import PATCH, PATCHED


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The patched script against the script as it was: error of the validation rows (see
    `BaselineFacts.model_error`), None where it is not known; `sentence` says what that means."""

    verified: bool
    sentence: str
    before: float | None = None
    after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """What came of it.

    Attributes:
        run: of the script as it was, with its report.
        diff: the patch as a unified diff; "" where there is none.
        instructions: what is left to do by hand, a sentence each.
        check: of the patched script; None where there is no patch.
        reason: why there is no patch, where there is none.
    """

    run: Run
    diff: str = ""
    instructions: tuple[str, ...] = ()
    check: Check | None = None
    reason: str = ""


def fix_script(request: Request) -> Fixed:
    """Run the script, and write and verify the patch that trials bore out. No file of the user's is
    changed.

    Raises:
        CannotRunError: see `run_script`; or the patch cannot be written.
    """
    run = run_script(replace(request, fix=True, quiet_stdout=True))
    found = read_json(run.folder / PATCH)
    if not found:
        return Fixed(run=run, reason=_why_not(run.report))
    diff, left = str(found.get("diff", "")), tuple(found.get("instructions", ()))
    if found.get("error"):
        raise CannotRunError(str(found["error"]))
    if not diff:
        return Fixed(run=run, instructions=left, reason="" if left else _why_not(run.report))
    again = run_script(
        replace(
            request,
            out=str(run.folder / "patched"),
            source=str(run.folder / PATCHED),
            budget=0.0,
            quiet_stdout=True,
            overwrite=True,
        )
    )
    check = compared(run.report, again.report, int(found.get("fit", 0)))
    return Fixed(run=run, diff=diff, instructions=left, check=check)


def _why_not(report: Report) -> str:
    """Why there is nothing to patch."""
    if not _ended(report):
        proofs = (one.facts.crash.proof for one in report.fits if one.facts.crash is not None)
        tried = next((proof.reason for proof in proofs if proof is not None and proof.reason), "")
        told = f": {tried}" if tried else ""
        return f"the script did not run to its end, and no fix of that was shown to pass{told}"
    suspected = [one for one in report.findings if one.severity != "tip"]
    if not suspected:
        return "nothing is suspected that a change of the script would mend"
    reasons = {one.status_reason for one in suspected if one.status_reason and not one.because_of}
    told = f": {'; '.join(sorted(reasons))}" if reasons else ""
    return f"no remedy was shown to help{told}"


def compared(before: Report, after: Report, fit: int) -> Check:
    """The patched script against the script as it was, by the fit that was mended."""
    ended = after.script.ended if after.script else "killed"
    if ended not in ("finished", "exit") or (after.script and after.script.exit_code != 0):
        return Check(verified=False, sentence=f"the patched script did not run to its end: {ended}")
    old, new = (_error(report, fit) for report in (before, after))
    if not _ended(before):
        score = f", validation error {new:.3g}" if new is not None else ""
        sentence = f"the patched script ran to its end{score}; the script as it was did not"
        return Check(verified=True, sentence=sentence, after=new)
    if new is None:
        sentence = "the patched script ran, but its answers could not be scored"
        return Check(verified=False, sentence=sentence, before=old)
    if old is None:
        sentence = (
            f"the patched script ran, validation error {new:.3g}; the script as it was gave no "
            "answers that could be scored"
        )
        return Check(verified=True, sentence=sentence, after=new)
    word = "better" if new < old else "no better"
    return Check(
        verified=new < old,
        sentence=f"{word}: validation error {old:.3g} before, {new:.3g} with the patch",
        before=old,
        after=new,
    )


def _ended(report: Report) -> bool:
    """Whether the script ran to its end, as far as is known."""
    return report.script is None or report.script.ended in ("finished", "exit")


def _error(report: Report, fit: int) -> float | None:
    """Error of the validation rows in a fit; None where it is unknown or not finite."""
    found = next((one.facts.baselines for one in report.fits if one.index == fit), None)
    error = found.model_error if found is not None else None
    return error if error is not None and math.isfinite(error) else None


def apply(script: str, patched: Path) -> Path:
    """Replace the script's text by the patched one, keeping the old text beside it.

    Returns:
        The backup's path.

    Raises:
        CannotRunError: a file cannot be written.
    """
    path = Path(script)
    names = (path.with_name(f"{path.name}.bak{number or ''}") for number in range(1000))
    try:
        backup = next(name for name in names if not name.exists())
        backup.write_bytes(path.read_bytes())
        path.write_bytes(patched.read_bytes())
    except OSError as error:
        raise CannotRunError(f"the patch cannot be applied: {error}") from error
    return backup
