"""The door for patches: run a script, try what is suspected, write the patch, run it again patched.

A patch is called verified when the patched script was run to its end and answers its validation
rows better than the script as it was; of a script that crashed, when it runs to its end at all.
Where trials bore nothing out, or what they bore out does not verify, other patches are tried by
running them: steps of the data left out or completed, and remedies of which trials could not tell.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from goodfit.errors import CannotRunError
from goodfit.observe.script.recorder import read_json, write_json
from goodfit.results import Report
from goodfit.run import Request, Run, run_script
from goodfit.run.folder import PATCH, PATCHED
from goodfit.verify import Check, compared, has_ended

MOST_RUNS = 4
"""Patched scripts that are run at most."""
CLEARLY = 0.9
"""Share of the best patch's error that a later one has to come down to, to be preferred to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """What came of it.

    Attributes:
        run: of the script as it was, with its report.
        diff: the patch as a unified diff; "" where there is none.
        instructions: what is left to do by hand, a sentence each.
        check: of the patched script; None where there is no patch.
        reason: why there is no patch, where there is none.
        what: what the patch does, where that is no remedy that trials bore out.
    """

    run: Run
    diff: str = ""
    instructions: tuple[str, ...] = ()
    check: Check | None = None
    reason: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tried:
    """A patch and how its run compares. `told` is what the run's folder keeps of it."""

    told: Mapping[str, Any]
    check: Check


def fix_script(request: Request) -> Fixed:
    """Run the script, and write and verify the patch that trials bore out, or another that running
    it shows to help. No file of the user's is changed.

    Raises:
        CannotRunError: see `run_script`; or the patch cannot be written.
    """
    run = run_script(replace(request, fix=True, quiet_stdout=True))
    found = read_json(run.folder / PATCH)
    if not found:
        return Fixed(run=run, reason=_why_not(run.report))
    if found.get("error"):
        raise CannotRunError(str(found["error"]))
    best = _best(request, run, found)
    left = tuple(found.get("instructions", ()))
    if best is None:
        (run.folder / PATCHED).unlink(missing_ok=True)
        return Fixed(run=run, instructions=left, reason="" if left else _why_not(run.report))
    told = best.told
    (run.folder / PATCHED).write_text(str(told["source"]), encoding="utf-8")
    write_json(run.folder / PATCH, {**found, **told, "others": []})
    return Fixed(
        run=run,
        diff=str(told["diff"]),
        instructions=tuple(told.get("instructions", ())),
        check=best.check,
        what=str(told.get("what", "")),
    )


def _best(request: Request, run: Run, found: Mapping[str, Any]) -> _Tried | None:
    """The patch that does best when it is run; None where there is none. One that trials bore out
    is told of even if it does not verify, others only if they do."""
    best: _Tried | None = None
    tried = _candidates(run, found)
    began, longest = time.perf_counter(), 0.0
    for number, told in enumerate(tried[:MOST_RUNS]):
        started = time.perf_counter()
        if number > 0 and started - began + longest > max(request.budget, 1.0):
            break
        done = best is not None and best.check.verified
        if done and not told.get("step"):
            continue
        check = _checked(request, run, told, int(found.get("fit", 0)), len(tried[:MOST_RUNS]))
        longest = max(longest, time.perf_counter() - started)
        better = check.verified and (not done or _lower(check, best))
        if better or (best is None and told.get("proven")):
            best = _Tried(told=told, check=check)
    return best


def _lower(check: Check, best: _Tried | None) -> bool:
    """Whether the error is clearly lower than that of the best patch so far."""
    if best is None or best.check.after is None or check.after is None:
        return best is None
    return check.after < CLEARLY * best.check.after


def _candidates(run: Run, found: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The patch that trials bore out, then the others."""
    others = list(found.get("others", ()))
    if not found.get("diff"):
        return others
    first = {name: found.get(name) for name in ("diff", "instructions", "remedies", "crash")}
    text = (run.folder / PATCHED).read_text(encoding="utf-8")
    return [{**first, "source": text, "proven": True}, *others]


def _checked(request: Request, run: Run, told: Mapping[str, Any], fit: int, attempts: int) -> Check:
    """Run a patched script and compare it with the script as it was."""
    path = run.folder / "candidate.py"
    path.write_text(str(told["source"]), encoding="utf-8")
    again = run_script(
        replace(
            request,
            out=str(run.folder / "patched"),
            source=str(path),
            budget=0.0,
            pictures=False,
            quiet_stdout=True,
            overwrite=True,
        )
    )
    path.unlink()
    proven = bool(told.get("proven"))
    return compared(run.report, again.report, fit, proven=proven, attempts=attempts)


def _why_not(report: Report) -> str:
    """Why there is nothing to patch."""
    if not has_ended(report):
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
