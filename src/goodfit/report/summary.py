"""The sentences all renderers say alike: a fit, its losses, its gap, the checks, the time."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from goodfit.facts import CrashFacts, Facts, GapFacts, HonestLoss, Trace
from goodfit.report.words import clean, count, duration, give_or_take, number, percent, short_path
from goodfit.results import Finding, FitResult, Outcome, Report, Seconds, Verdict

GAP_PARTS: tuple[tuple[str, str], ...] = (
    ("running_mean", "running mean"),
    ("train_mode", "dropout and noise"),
    ("augmentation", "augmentation"),
    ("weights", "class or sample weights"),
    ("penalties", "penalties"),
    ("rest", "rest"),
)
_ENDS = {
    "exit": "called sys.exit",
    "exception": "raised an exception",
    "interrupted": "was interrupted",
    "time limit": "reached the time limit",
    "killed": "was killed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """Outcomes counted, and the checks that crashed by name."""

    total: int
    counts: str
    failed: tuple[str, ...]


def confidence(verdict: Verdict) -> str:
    """ "confidence 93 %", or nothing where the verdict claims nothing."""
    if verdict.name == "cannot tell" or not 0 < verdict.confidence <= 1:
        return ""
    return f"confidence {percent(verdict.confidence)}"


def place(finding: Finding, script: str | None) -> str:
    """ "train.py:31", or nothing where no line is known."""
    where = finding.where
    if where.file is None:
        return ""
    path = short_path(where.file, script)
    return path if where.line is None else f"{path}:{where.line}"


def inside(finding: Finding) -> str:
    """ "layer dense_1, argument units", what is known of it."""
    where = finding.where
    named = (("layer", where.layer), ("argument", where.argument))
    return ", ".join(f"{kind} {clean(name, 80)}" for kind, name in named if name)


def of_fit(report: Report, index: int | None) -> tuple[Finding, ...]:
    """The findings of one fit, or of the script as a whole (None), best first. A finding of a fit
    that the report does not hold counts as the script's."""
    known = {fit.index for fit in report.fits}
    return tuple(
        finding
        for finding in report.findings
        if (finding.fit if finding.fit in known else None) == index
    )


def foremost(report: Report, most: int) -> tuple[FitResult, ...]:
    """At most `most` fits, those with the weightiest findings first to stay, in their own order."""
    rank = {finding.fit: at for at, finding in reversed(tuple(enumerate(report.findings)))}
    last = len(report.findings)
    kept = sorted(report.fits, key=lambda fit: (rank.get(fit.index, last), fit.index))[:most]
    return tuple(sorted(kept, key=lambda fit: fit.index))


def script_path(report: Report) -> str | None:
    """The script's path as it was given, if there was a script."""
    return report.script.path if report.script else None


def final(trace: Trace, role: str) -> HonestLoss | None:
    """The honest loss of the weights the user got, else of the last epoch that was probed."""
    last = trace.final_train if role == "train" else trace.final_validation
    if last is not None:
        return last
    course = trace.honest(role)
    return course[-1][1] if course else None


def fit_size(facts: Facts) -> str:
    """ "1,200 training rows, 300 validation rows, 60 of 100 epochs in 12 s"."""
    parts = []
    if facts.data is not None:
        parts.append(_rows(facts.data.train.rows, "training row"))
        validation = facts.data.validation
        parts.append(
            _rows(validation.rows, "validation row") if validation else "no validation rows"
        )
    if facts.model is not None:
        parts.append(count(facts.model.parameters, "parameter"))
    if facts.trace is not None:
        parts.append(_epochs(facts, facts.trace))
    return ", ".join(parts) or "nothing is known of its data and training"


def _rows(rows: int | None, what: str) -> str:
    return f"{what}s of unknown number" if rows is None else count(rows, what)


def _epochs(facts: Facts, trace: Trace) -> str:
    asked = facts.settings.epochs if facts.settings else None
    start = facts.settings.initial_epoch if facts.settings else 0
    short = asked is not None and trace.trained < asked - start
    text = f"{trace.trained:,} of {count(asked - start, 'epoch')}" if short and asked else ""
    text = text or count(trace.trained, "epoch")
    text += f" in {duration(trace.seconds)}" if 0 < trace.seconds < math.inf else ""
    return text + (f" (stopped by {clean(trace.stopped_by, 80)})" if trace.stopped_by else "")


def best(trace: Trace) -> tuple[int, HonestLoss] | None:
    """(epochs trained, honest validation loss) at the best epoch."""
    if trace.best_epoch is None:
        return None
    loss = dict(trace.honest("validation")).get(trace.best_epoch)
    return None if loss is None else (trace.best_epoch + 1, loss)


def loss_sentence(trace: Trace) -> str:
    """The honest losses at the end and at the best epoch, or why there are none."""
    train, validation = final(trace, "train"), final(trace, "validation")
    if train is None and validation is None:
        why = f": {clean(trace.honest_missing)}" if trace.honest_missing else ""
        return f"no honest loss could be measured{why}"
    parts = []
    for role, loss in (("training", train), ("validation", validation)):
        if loss is not None:
            parts.append(f"{role} {give_or_take(loss.mean, loss.standard_error)}")
    text = "honest loss: " + ", ".join(parts)
    peak = best(trace)
    if peak and validation and peak[1].mean < validation.mean - validation.standard_error:
        text += f"; best validation {number(peak[1].mean)} at epoch {peak[0]:,}"
    return text


def gap_parts(gap: GapFacts) -> tuple[tuple[str, float], ...]:
    """(words, value) of the parts between the printed and the true gap that were measured."""
    values = ((words, getattr(gap, name)) for name, words in GAP_PARTS)
    return tuple((words, part) for words, part in values if part is not None)


def gap_sentence(gap: GapFacts | None) -> str:
    """The printed gap taken apart, or nothing where it says what the true gap says."""
    if gap is None or not math.isfinite(gap.printed_gap) or not math.isfinite(gap.true_gap):
        return ""
    off = abs(gap.printed_gap - gap.true_gap)
    if off <= max(2 * gap.true_gap_se, 0.1 * abs(gap.printed_gap), 1e-9):
        return ""
    floor = 0.02 * max(abs(gap.printed_gap), abs(gap.true_gap), off)
    terms = [("true gap", gap.true_gap)]
    terms += [(words, part) for words, part in gap_parts(gap) if abs(part) >= floor]
    text = f"printed gap {number(gap.printed_gap)} = {number(terms[0][1])} {terms[0][0]}"
    for words, part in terms[1:]:
        text += f" {'-' if part < 0 else '+'} {number(abs(part))} {words}"
    return text


def checks(outcomes: tuple[Outcome, ...]) -> Checks:
    """ "31 checks passed, 2 skipped, 1 not applicable", and what failed."""
    counts = Counter(outcome.result for outcome in outcomes)
    parts = [f"{count(counts['passed'], 'check')} passed"]
    parts.append(count(counts["finding"], "finding") if counts["finding"] else "no finding")
    parts += [f"{counts[kind]:,} {kind}" for kind in ("skipped", "not applicable") if counts[kind]]
    failed = [outcome for outcome in outcomes if outcome.result == "failed"]
    return Checks(
        total=len(outcomes),
        counts=", ".join(parts) if outcomes else "no check was run",
        failed=tuple(f"{clean(o.code)} {clean(o.name)}: {clean(o.reason, 200)}" for o in failed),
    )


def time_sentence(seconds: Seconds) -> str:
    """ "14 s in all: script 13 s, monitor 0.3 s, checks 0.8 s"; nothing where nothing was timed."""
    if not seconds.total:
        return ""
    named = ("script", "monitor", "checks", "trials")
    parts = [f"{n} {duration(getattr(seconds, n))}" for n in named if getattr(seconds, n)]
    return f"{duration(seconds.total)} in all" + (": " + ", ".join(parts) if parts else "")


def script_sentence(report: Report) -> str:
    """How the script ended; nothing where it ended as it should."""
    script = report.script
    if script is None or (script.ended == "finished" and script.exit_code == 0):
        return ""
    how = _ENDS.get(script.ended, clean(script.ended) or "ended")
    signal = f" by {clean(script.signal)}" if script.signal else ""
    name = short_path(script.path, script.path)
    return f"{name} {how}{signal} (exit code {script.exit_code})"


def crash_sentence(crash: CrashFacts, script: str | None) -> str:
    """ "ValueError during fit at train.py:12: Input 0 of layer ..."."""
    at = ""
    if crash.where is not None:
        at = f" at {short_path(crash.where.file, script)}:{crash.where.line}"
    message = clean(crash.message, 300)
    return f"{clean(crash.type)} during {clean(crash.during)}{at}" + (
        f": {message}" if message else ""
    )


def fit_title(fit: FitResult) -> str:
    """ "Fit 2, digits_net"."""
    title = clean(fit.title, 120)
    return f"Fit {fit.index + 1}" + (f", {title}" if title else "")
