"""A study in words: what became of every arm, and how; shared by all renderers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean

from goodfit.report.effects import remedy_words
from goodfit.report.words import UNKNOWN, clean, count, duration
from goodfit.results import Arm, Effect, Remedy, StudyResult, Trial

POINTS = ("accuracy", "balanced accuracy")
"""Measures whose differences are told in percentage points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmRow:
    """One arm as text. `chosen` marks the winner, `cut_off` an arm that was still improving."""

    name: str
    changed: str
    score: str
    effect: str
    says: str
    epochs: str
    seeds: str
    seconds: str
    notes: tuple[str, ...]
    shown: Effect | None
    chosen: bool = False
    cut_off: bool = False


def cut_off(arm: Arm) -> bool:
    """Whether most of an arm's trials ended while their validation loss was still falling."""
    ended = [trial for trial in arm.trials if trial.status == "finished"]
    return 2 * sum(trial.still_improving for trial in ended) > len(ended) > 0


def scored(arm: Arm) -> list[Trial]:
    """The trials that count: those that finished."""
    return [trial for trial in arm.trials if trial.status == "finished"]


def rows(study: StudyResult) -> tuple[ArmRow, ...]:
    """Every arm, in the order of the study."""
    return tuple(_row(study, arm, at == 0) for at, arm in enumerate(study.arms))


def _row(study: StudyResult, arm: Arm, baseline: bool) -> ArmRow:
    shown = arm.choosing or arm.confirming
    if arm.name == study.winner and arm.confirming is not None:
        shown = arm.confirming
    if baseline:
        shown = None
    finished = scored(arm)
    return ArmRow(
        name=clean(arm.name, 80),
        changed=changed(arm.remedies) or UNKNOWN,
        score=score(mean_score(study, arm), study.protocol.measure),
        effect=_effect(shown) if shown else UNKNOWN,
        says="baseline" if baseline else (shown.says if shown else "not compared"),
        epochs=_epochs(finished),
        seeds=f"{len(finished)}/{len(study.protocol.seeds)}",
        seconds=duration(sum(trial.seconds for trial in arm.trials)),
        notes=_notes(arm),
        shown=shown,
        chosen=arm.name == study.winner and not baseline,
        cut_off=cut_off(arm),
    )


def changed(remedies: Iterable[Remedy]) -> str:
    """ "l2 (factor 0.001) + dropout"; empty for the baseline."""
    return " + ".join(remedy_words(remedy) for remedy in remedies)


def mean_score(study: StudyResult, arm: Arm) -> float | None:
    """Mean over seeds of the best weights' mean score: by the rows where those are at hand, else
    as the effects say, else as the best epoch measured it. None where unknown."""
    if scored(arm):
        by_rows = [float(t.validation.score.mean()) for t in scored(arm) if t.validation]
        if by_rows:
            return fmean(by_rows)
    shown = arm.choosing or arm.confirming
    if shown is not None:
        return shown.with_remedy
    if arm is study.arms[0]:
        for other in study.arms[1:]:
            effect = other.choosing or other.confirming
            if effect is not None:
                return effect.without
    known = [found for trial in scored(arm) if (found := trial_score(trial)) is not None]
    return fmean(known) if known else None


def trial_score(trial: Trial) -> float | None:
    """The validation score at the best epoch, by rows where they are at hand."""
    if trial.validation is not None:
        return float(trial.validation.score.mean())
    best = next((epoch for epoch in trial.epochs if epoch.index == trial.best_epoch), None)
    return best.score if best else None


def score(mean: float | None, measure: str) -> str:
    """A mean score as readers know it: a share in percent, a loss above 0."""
    if mean is None or not math.isfinite(mean):
        return UNKNOWN
    if measure in POINTS:
        return f"{100 * mean:.1f} %"
    mean = -mean if measure == "loss" else mean
    return f"{mean:.3f}" if 0.01 <= abs(mean) < 1000 or mean == 0 else f"{mean:.3g}"


def difference(effect: Effect) -> str:
    """ "+3.1 points", or "+0.0213" of a measure without them; above 0 is better."""
    if not math.isfinite(effect.difference):
        return UNKNOWN
    return f"{_signed(effect, effect.difference)}{' points' if in_points(effect) else ''}"


def interval(effect: Effect) -> str:
    """ "[+1.2, +5.0]"; a dash where too little was measured for one."""
    if not (math.isfinite(effect.low) and math.isfinite(effect.high)):
        return f"[{UNKNOWN}]"
    return f"[{_signed(effect, effect.low)}, {_signed(effect, effect.high)}]"


def in_points(effect: Effect) -> bool:
    """Whether the difference is told in percentage points."""
    return effect.measure in POINTS


def _signed(effect: Effect, amount: float) -> str:
    """With as many decimals as the interval leaves of meaning, the same for all three numbers."""
    times = 100.0 if in_points(effect) else 1.0
    reach = times * (effect.high - effect.low) / 2
    if not (math.isfinite(reach) and reach > 0):
        return f"{times * amount:+.3g}"
    decimals = 1 - math.floor(math.log10(reach))
    return f"{times * amount:+,.{min(8, max(1 if times > 1 else 0, decimals))}f}"


def legend(study: StudyResult) -> str:
    """What the columns of the table mean."""
    measure = study.protocol.measure
    if measure == "loss":
        what = "loss of the baseline less the arm's own"
    else:
        what = f"{measure} less the baseline's" + (", in points" if measure in POINTS else "")
    compared = max((e.comparisons for a in study.arms if (e := a.choosing)), default=1)
    corrected = f", corrected for {compared} comparisons" if compared > 1 else ""
    winner = next((arm for arm in study.arms[1:] if arm.name == study.winner), None)
    apart = "; the winner's on rows that chose nothing" if winner and winner.confirming else ""
    return f"effect: {what}, paired by seed and row, with its 95 % interval{corrected}{apart}"


def recall_words(study: StudyResult, most: int = 8) -> str:
    """ "class 1 61.0 % to 90.2 %, class 0 99.1 % to 97.0 %", what changed most first: recall of
    the baseline and of the winner; "" where they are not known."""
    winner = next((arm for arm in study.arms[1:] if arm.name == study.winner), None)
    if winner is None or not winner.recall:
        return ""
    before, after = study.baseline.recall, winner.recall
    known = sorted(set(before) & set(after), key=lambda one: -abs(after[one] - before[one]))
    told = [
        f"class {clean(c, 40)} {100 * before[c]:.1f} % to {100 * after[c]:.1f} %" for c in known
    ]
    more = f", and of {len(told) - most} more classes" if len(told) > most else ""
    rows = "on rows that chose nothing" if winner.confirming else "on the rows that chose"
    return f"{', '.join(told[:most])}{more}, {rows}"


def setting(study: StudyResult) -> str:
    """ "5 seeds, at most 100 epochs with patience 10; 400 validation rows, half of which chose"."""
    protocol = study.protocol
    text = f"{count(len(protocol.seeds), 'seed')}, at most {count(protocol.epochs, 'epoch')}"
    if protocol.patience is not None:
        text += f" with patience {protocol.patience}"
    text += f"; {count(study.validation_rows, 'validation row')}"
    if study.test_rows:
        return f"{text} chose, {count(study.test_rows, 'test row')} confirmed"
    if protocol.choosing_share < 1:
        text += f", {100 * protocol.choosing_share:.0f} % of them chose, the others confirmed"
    return text


def _effect(effect: Effect) -> str:
    if not math.isfinite(effect.difference):
        return UNKNOWN
    return f"{_signed(effect, effect.difference)} {interval(effect)}"


def _epochs(trials: list[Trial]) -> str:
    """ "12/40": the mean best epoch, counted from 1, and the mean number trained."""
    if not trials:
        return UNKNOWN
    best = [trial.best_epoch + 1 for trial in trials if trial.best_epoch is not None]
    ran = fmean(len(trial.epochs) for trial in trials)
    return f"{fmean(best):.0f}/{ran:.0f}" if best else f"{UNKNOWN}/{ran:.0f}"


def _notes(arm: Arm) -> tuple[str, ...]:
    notes = []
    if cut_off(arm):
        improving = sum(trial.still_improving for trial in scored(arm))
        notes.append(f"was still improving when stopped ({improving} of {len(scored(arm))} seeds)")
    for status, words in (("diverged", "diverged"), ("failed", "failed")):
        found = [trial for trial in arm.trials if trial.status == status]
        if found:
            seeds = ", ".join(str(trial.seed) for trial in found[:8])
            why = f": {clean(found[0].reason, 160)}" if found[0].reason else ""
            notes.append(f"{words} on seed{'s' if len(found) > 1 else ''} {seeds}{why}")
    cut = [trial for trial in arm.trials if trial.status == "cut"]
    if cut and not arm.notes:
        notes.append(f"stopped early by racing{': ' + cut[0].reason if cut[0].reason else ''}")
    return tuple(clean(note, 300) for note in (*notes, *arm.notes))


def made_by(study: StudyResult) -> str:
    """ "goodfit 0.1.0, Keras 3.15 on jax, 2026-11-20"."""
    text = f"goodfit {clean(study.goodfit, 40)}".strip()
    text += f", Keras {clean(study.keras, 40)}" if study.keras else ""
    text += f" on {clean(study.backend, 40)}" if study.backend else ""
    return text + (f", {clean(study.created, 40)}" if study.created else "")
