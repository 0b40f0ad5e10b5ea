"""What a study comes to, in one sentence, and what makes that doubtful."""

from __future__ import annotations

import math
from dataclasses import dataclass

from goodfit.report.study import summary
from goodfit.report.words import clean, count
from goodfit.results import Arm, Effect, StudyResult


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyVerdict:
    """The one answer. `tone` is "good", "quiet" or "unsure"."""

    text: str
    tone: str

    @property
    def headline(self) -> str:
        """The text with a capital letter, unless it begins with an arm's name."""
        ours = self.text.startswith(("cannot", "nothing"))
        return self.text[0].upper() + self.text[1:] if ours else self.text


def verdict(study: StudyResult) -> StudyVerdict:
    """What the study comes to, in one sentence that begins with the answer."""
    others = study.arms[1:]
    if not study.arms or not others:
        return StudyVerdict(text="cannot tell: nothing was compared", tone="unsure")
    winner = next((arm for arm in others if arm.name == study.winner), None)
    if winner is not None:
        return _of_winner(winner)
    effects = [arm.choosing or arm.confirming for arm in others]
    known = [effect for effect in effects if effect is not None]
    if not summary.scored(study.baseline):
        return StudyVerdict(
            text="cannot tell: the baseline has no finished trial to compare with", tone="unsure"
        )
    if not known:
        return StudyVerdict(
            text="cannot tell: no arm has finished enough trials to be compared", tone="unsure"
        )
    return _of_none(study, known)


def _of_winner(winner: Arm) -> StudyVerdict:
    name, shown = clean(winner.name, 80), winner.confirming or winner.choosing
    if shown is None:
        return StudyVerdict(text=f"{name} is recommended, unmeasured", tone="unsure")
    better = "loss lower by" if shown.measure == "loss" else shown.measure
    told = f"{better} {summary.difference(shown)} {summary.interval(shown)}"
    rows = "on rows that chose nothing"
    if winner.confirming is None:
        text = f"{name} looks best: {told}, not confirmed {rows}"
        return StudyVerdict(text=text, tone="unsure")
    if shown.says == "helps":
        return StudyVerdict(text=f"{name} helps: {told} {rows}", tone="good")
    if shown.says == "cannot tell":
        text = f"cannot tell: {name} looked best, but {rows} its effect is {told}"
        return StudyVerdict(text=text, tone="unsure")
    text = f"nothing helps beyond noise: {name} looked best, but {rows} its effect is {told}"
    return StudyVerdict(text=text, tone="quiet")


def _of_none(study: StudyResult, known: list[Effect]) -> StudyVerdict:
    unsure = [effect for effect in known if effect.says in ("cannot tell", "helps")]
    harms = sum(effect.says == "harms" for effect in known)
    missing = len(study.arms) - 1 - len(known)
    if not unsure and not missing:
        tail = f"; {_share(harms, len(known))}" if harms else ""
        return StudyVerdict(text=f"nothing helps beyond noise{tail}", tone="quiet")
    finite = [e for e in unsure if math.isfinite(e.low) and math.isfinite(e.high)]
    parts = []
    if finite:
        widest = max(finite, key=lambda effect: effect.high - effect.low)
        parts.append(
            f"{len(unsure)} of {count(len(known), 'arm')} could still help or harm (widest "
            f"interval {summary.interval(widest)}); more seeds or more validation rows would "
            "settle it"
        )
    elif unsure:
        parts.append(f"{count(len(unsure), 'arm')} on too few seeds or rows")
    if missing:
        parts.append(f"{count(missing, 'arm')} not compared")
    best = next((arm for arm in study.arms[1:] if arm.name == study.leader), None)
    if best is not None:
        parts.append(f"{clean(best.name, 80)} looks best so far{_so_far(best)}")
    return StudyVerdict(text=f"cannot tell: {'; '.join(parts)}", tone="unsure")


def _so_far(arm: Arm) -> str:
    """Its effect on rows that chose nothing, else on those that chose it."""
    shown = arm.confirming or arm.choosing
    if shown is None or not math.isfinite(shown.low):
        return ""
    better = "loss lower by" if shown.measure == "loss" else shown.measure
    return f", {better} {summary.difference(shown)} {summary.interval(shown)}"


def _share(some: int, all_: int) -> str:
    if some == all_:
        return "every arm harms"
    return f"{some} of {all_} arms harm{'s' if some == 1 else ''}"


def warnings(study: StudyResult) -> tuple[str, ...]:
    """What makes the ranking itself doubtful, said before the table."""
    cut = [clean(arm.name, 60) for arm in study.arms if summary.cut_off(arm)]
    if not cut:
        return ()
    patience, epochs = study.protocol.patience, study.protocol.epochs
    longer = f"a longer patience (now {patience}) or " if patience is not None else ""
    return (
        f"Still improving when stopped: {', '.join(cut)}. Scores there are too low; "
        f"{longer}more epochs (now {epochs}) may change the ranking.",
    )
