"""What the trials of a study come to: an effect for every arm, a winner, and what stays unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from goodfit.results import Arm, Effect, Protocol, Remedy, Trial
from goodfit.study.balance import FEWEST, MIN_CLASSES, counted, recalls
from goodfit.study.stats import MIN_SEEDS, SeedNoise, effect, seed_noise

MIN_ROWS = 50
"""Below, an interval over rows rests on too few of them to be trusted."""

Part = Literal["validation", "test"]
Classes = Mapping[Part, np.ndarray | None]
"""The class of every held-out row, where the measure counts classes alike."""


def scores_of(trial: Trial, part: Part) -> np.ndarray | None:
    """Scores by row; None where the trial failed or was not scored on that part."""
    found = trial.validation if part == "validation" else trial.test
    return None if found is None or trial.status in ("failed", "cut") else found.score


def compared(
    measure: str,
    part: Part,
    without: Arm,
    arm: Arm,
    comparisons: int,
    classes: np.ndarray | None = None,
    noise: SeedNoise | None = None,
) -> tuple[Effect | None, str]:
    """The effect of an arm on one part of the held-out rows over the seeds that both have, and a
    clause where it is missing or too thin, else ""."""
    told = _paired(measure, part, without, arm)
    if not told:
        return None, "no seed has a scored trial of both this arm and the baseline"
    if {x.shape for x, *_ in told} != {y.shape for _, y, *_ in told}:
        return None, "its held-out rows are others than the baseline's, so no effect is given"
    base, seconds = sum(s for *_, s, _ in told), sum(t for *_, t in told)
    found = effect(
        measure,
        [x for x, *_ in told],
        [y for _, y, *_ in told],
        classes=classes,
        noise=noise,
        comparisons=comparisons,
        seconds_ratio=seconds / base if base > 0 else None,
    )
    if found.rows < MIN_ROWS:
        why = f"{found.rows} rows are too few to tell; at least {MIN_ROWS} are needed"
        return replace(found, says="cannot tell"), why
    return found, "" if classes is None else _uncounted(classes)


def _paired(
    measure: str, part: Part, without: Arm, arm: Arm
) -> list[tuple[np.ndarray, np.ndarray, float, float]]:
    """Scores by row without and with the arm's remedies, and the seconds of both trainings, of
    every seed that has both."""
    found = []
    ours = {trial.seed: trial for trial in arm.trials}
    for trial in without.trials:
        other = ours.get(trial.seed)
        if other is None:
            continue
        x, y = _bounded(measure, scores_of(trial, part)), scores_of(other, part)
        if x is not None and y is not None:
            found.append((x, y, training_seconds(trial), training_seconds(other)))
    return found


def noise_of(measure: str, part: Part, arms: Sequence[Arm]) -> SeedNoise | None:
    """What all arms tell of the variance over seeds on one part of the held-out rows; the baseline
    is the first."""
    pairs = []
    for arm in _able(arms):
        told = _paired(measure, part, arms[0], arm)
        if all(x.shape == y.shape for x, y, *_ in told):
            pairs.append(([x for x, *_ in told], [y for _, y, *_ in told]))
    return seed_noise(pairs)


def _uncounted(classes: np.ndarray) -> str:
    """A clause on the classes that are left out of the mean over classes, "" where none is."""
    values, counts = np.unique(classes, return_counts=True)
    few = [f"{v} ({n})" for v, n in zip(values, counts, strict=True) if n < FEWEST]
    if not few:
        return ""
    left = (
        "are not counted" if len(counted(classes)[0]) >= MIN_CLASSES else "leave nothing to compare"
    )
    which = "class" if len(few) == 1 else "classes"
    return (
        f"too few rows of {which} {', '.join(few[:6])}{' and more' if len(few) > 6 else ''} to "
        f"tell how they fare, so they {left}; at least {FEWEST} are needed"
    )


def training_seconds(trial: Trial) -> float:
    """What the epochs took, by their median: the first one also compiles, which trials after the
    first of an arm are spared."""
    if len(trial.epochs) < 2:
        return trial.seconds
    return len(trial.epochs) * float(np.median([epoch.seconds for epoch in trial.epochs]))


def _bounded(measure: str, scores: np.ndarray | None) -> np.ndarray | None:
    """A baseline that diverged explains nothing of the variance; that is generous to it."""
    if scores is None or measure != "explained variance":
        return scores
    return np.where(np.isfinite(scores), scores, 0.0).astype("float32")


def judge(
    arms: Sequence[Arm], protocol: Protocol, classes: Classes | None = None
) -> tuple[tuple[Arm, ...], str, tuple[str, ...]]:
    """The arms with their effects, the winner's name, and notes on the study as a whole.

    The winner has the best effect among the arms that help on the choosing rows. Where those are
    too few to show any, the arm that looks best wins if it helps on the confirming ones. No other
    arm's effect is measured on these, so they need no correction. An arm of which any trial failed
    or diverged cannot win.

    Args:
        arms: the baseline first.
    """
    baseline, comparisons, known = arms[0], max(1, len(arms) - 1), classes or {}
    chose = known.get("validation")
    judged = [with_notes(baseline)]
    thin: set[str] = set()
    noise = noise_of(protocol.measure, "validation", arms)
    for arm in arms[1:]:
        found, why = compared(
            protocol.measure, "validation", baseline, arm, comparisons, chose, noise
        )
        if found is not None and why:
            thin.add(f"Choosing rows: {why}.")
        notes = (*arm.notes, why) if found is None and arm.trials else arm.notes
        judged.append(with_notes(replace(arm, choosing=found, notes=notes)))
    winner = _winner(judged)
    best = winner if winner != baseline.name else _nominee(judged)
    if best != baseline.name:
        at = next(i for i, arm in enumerate(judged) if arm.name == best)
        confirmed = known.get("test")
        noise = noise_of(protocol.measure, "test", arms)
        found, why = compared(protocol.measure, "test", baseline, judged[at], 1, confirmed, noise)
        if why:
            thin.add(f"Confirming rows: {why}.")
        judged[at] = replace(judged[at], confirming=found)
        winner = best if found is not None and found.says == "helps" else winner
        part: Part = "validation" if found is None else "test"
        for place in (0, at) if winner == best else ():
            judged[place] = with_recalls(judged[place], part, known.get(part))
    if len(protocol.seeds) < 2:
        thin.add("One seed cannot tell a remedy from chance; give at least two.")
    return tuple(judged), winner, tuple(sorted(thin))


def with_recalls(arm: Arm, part: Part, classes: np.ndarray | None) -> Arm:
    """The arm with its recall of every class on these rows, by its finished trials."""
    told = [scores_of(trial, part) for trial in arm.trials]
    right = [scores > 0 for scores in told if scores is not None]
    if classes is None or not right:
        return arm
    return replace(arm, recall=recalls(np.stack(right), classes))


def _winner(arms: Sequence[Arm]) -> str:
    helped = {
        arm.name: arm.choosing.difference
        for arm in _able(arms)
        if arm.choosing is not None and arm.choosing.says == "helps"
    }
    return max(helped, key=lambda name: helped[name], default=arms[0].name)


def _nominee(arms: Sequence[Arm]) -> str:
    """The one arm that is measured on the confirming rows where none helps on the choosing ones:
    what looks best on them; the baseline where none looks better."""
    looks = {
        arm.name: believed(arm, arm.choosing.difference)
        for arm in _able(arms)
        if arm.choosing is not None and arm.choosing.rows >= MIN_ROWS
    }
    best = max(looks, key=lambda name: looks[name], default=arms[0].name)
    return best if looks.get(best, 0.0) > 0 else arms[0].name


def _able(arms: Sequence[Arm]) -> list[Arm]:
    """The arms that may be recommended: at least two seeds, and all trials finished."""
    return [
        arm
        for arm in arms[1:]
        if len(arm.trials) >= MIN_SEEDS and all(trial.status == "finished" for trial in arm.trials)
    ]


def believed(arm: Arm, difference: float) -> float:
    """A difference, as if one seed more had shown none: of many arms that were looked at under few
    seeds, the best looks better than it is."""
    return difference * len(arm.trials) / (len(arm.trials) + 1)


def leader(arms: Sequence[Arm], winner: str, measure: str, classes: Classes | None = None) -> str:
    """What to take where something has to be taken: the winner; else what looks best on all
    held-out rows together, for nothing is claimed of it. The baseline where none looks better; an
    arm that harms on the confirming rows never leads."""
    baseline, known = arms[0], classes or {}
    if winner != baseline.name:
        return winner
    best, most = baseline, 0.0
    for arm in _able(arms):
        confirmed, _ = compared(measure, "test", baseline, arm, 1, known.get("test"))
        parts = [part for part in (arm.choosing, confirmed) if part is not None]
        rows = sum(part.rows for part in parts)
        mean = sum(part.rows * part.difference for part in parts) / max(1, rows)
        mean = believed(arm, mean)
        harms = confirmed is not None and confirmed.says == "harms"
        if rows >= MIN_ROWS and mean > most and not harms:
            best, most = arm, mean
    return best.name


def with_notes(arm: Arm) -> Arm:
    """The arm with notes on its trials that did not finish, and on the threshold they came to."""
    ended = Counter((trial.status, trial.reason) for trial in arm.trials)
    notes = [
        f"{count} of {len(arm.trials)} trials {status}: {reason}"
        for (status, reason), count in ended.items()
        if status in ("diverged", "failed")
    ]
    fitted = [trial.threshold for trial in arm.trials if trial.threshold is not None]
    if fitted:
        mean, low, high = (float(x) for x in (np.mean(fitted), min(fitted), max(fitted)))
        notes.append(f"fitted on validation rows: {mean:.3g} ({low:.3g} to {high:.3g} over seeds)")
    return replace(arm, notes=(*arm.notes, *notes))


def arm_of(
    name: str, remedies: tuple[Remedy, ...], trials: Mapping[int, Trial], seeds: Sequence[int],
    note: str = "",
) -> Arm:  # fmt: skip
    """An arm with the trials of these seeds, in their order."""
    found = tuple(trials[seed] for seed in seeds if seed in trials)
    return Arm(name=name, remedies=remedies, trials=found, notes=(note,) if note else ())
