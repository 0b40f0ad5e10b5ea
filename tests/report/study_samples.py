"""Fixed studies that the renderers are tested on. Numbers follow formulas, never a random state."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import samples

from goodfit.results import (
    Arm,
    Effect,
    EffectName,
    Protocol,
    Remedy,
    RowScores,
    StudyResult,
    Trial,
    TrialEpoch,
    TrialStatus,
)

SEEDS = (0, 1, 2)


def effect(
    difference: float, reach: float, says: EffectName, without: float = 0.78, seeds: int = 3
) -> Effect:
    return Effect(
        measure="accuracy",
        difference=difference,
        low=difference - reach,
        high=difference + reach,
        without=without,
        with_remedy=without + difference,
        p=0.004 if says in ("helps", "harms") else 0.4,
        says=says,
        seeds=seeds,
        rows=200,
        comparisons=3,
    )


def rows(score: float, loss: float, is_loss: bool, many: int = 200) -> RowScores:
    if is_loss:
        return RowScores(score=np.full(many, -loss, "float32"), loss=np.full(many, loss, "float32"))
    right = np.zeros(many, "float32")
    right[: round(score * many)] = 1.0
    return RowScores(score=right, loss=np.full(many, loss, "float32"))


def trial(
    arm: str,
    seed: int,
    status: TrialStatus = "finished",
    *,
    epochs: int = 30,
    best: int = 12,
    level: float = 0.78,
    floor: float = 0.45,
    climb: float = 0.012,
    still_improving: bool = False,
    reason: str = "",
    diverged_at: int | None = None,
    is_loss: bool = False,
) -> Trial:
    """Validation falls towards `floor` until epoch `best`, then climbs."""
    course = []
    for at in range(epochs):
        fall = 0.6 * math.exp(-at / (0.35 * best + 1))
        validation = floor + 0.02 * seed + fall + climb * max(0, at - best)
        train = floor - 0.05 + 0.02 * seed + fall - 0.3 * (1 - math.exp(-at / 40))
        if diverged_at is not None and at >= diverged_at:
            validation = train = math.inf if at == diverged_at else math.nan
        course.append(
            TrialEpoch(
                index=at,
                train_loss=train,
                validation_loss=validation,
                score=-validation if is_loss else level - 0.2 * math.exp(-at / 5) + 0.005 * seed,
                learning_rate=0.001 / (1 + at / 10) if "decay" in arm else 0.001,
                seconds=0.25,
            )
        )
    finished = status == "finished"
    score = level - 0.2 * math.exp(-best / 5) + 0.005 * seed
    return Trial(
        arm=arm,
        seed=seed,
        status=status,
        reason=reason,
        epochs=tuple(course),
        best_epoch=best if finished else None,
        still_improving=still_improving,
        parameters=12_345,
        seconds=0.25 * epochs + 0.4,
        validation=rows(score, floor, is_loss) if finished else None,
        test=None,
    )


def usual() -> StudyResult:
    """Four arms, three seeds: one helps, one diverged on a seed, one is still improving, one was
    cut by racing."""
    protocol = Protocol(seeds=SEEDS, epochs=60, patience=10)
    baseline = Arm(name="baseline", trials=tuple(trial("baseline", seed) for seed in SEEDS))
    best = Arm(
        name="dropout + l2",
        remedies=(
            Remedy(id="dropout", parameters={"rate": 0.3}),
            Remedy(id="l2", parameters={"factor": 0.001}),
        ),
        trials=tuple(
            trial(
                "dropout + l2", s, epochs=60, best=58, level=0.83, floor=0.38, still_improving=s < 2
            )
            for s in SEEDS
        ),
        choosing=effect(0.038, 0.018, "helps"),
        confirming=effect(0.031, 0.019, "helps"),
    )
    diverged = Arm(
        name="learning-rate x10",
        remedies=(Remedy(id="learning-rate", parameters={"factor": 10.0}),),
        trials=(
            trial("rate", 0, level=0.77, best=5, epochs=15),
            trial("rate", 1, "diverged", reason="loss inf at epoch 7", diverged_at=6, epochs=8),
            trial("rate", 2, level=0.76, best=5, epochs=15),
        ),
        choosing=effect(-0.012, 0.06, "cannot tell", seeds=2),
    )
    cut = Arm(
        name="decay",
        remedies=(Remedy(id="schedule", parameters={"kind": "inverse_time"}),),
        trials=(
            trial("decay", 0, level=0.71, floor=0.6),
            trial("decay", 1, level=0.7, floor=0.6),
            trial(
                "decay",
                2,
                "cut",
                level=0.7,
                floor=0.6,
                epochs=4,
                reason="clearly worse than the best arm",
            ),
        ),
        choosing=effect(-0.07, 0.022, "harms"),
        notes=("stopped early by racing after 2 seeds: clearly worse than dropout + l2",),
    )
    return StudyResult(
        name="train.py",
        protocol=protocol,
        arms=(baseline, best, diverged, cut),
        winner="dropout + l2",
        validation_rows=400,
        notes=("augmentation was left out: the inputs are no images",),
        seconds=95.2,
        goodfit="0.1.0",
        keras="3.15.1",
        backend="jax",
        created="2026-11-20T18:30:00+00:00",
    )


def nothing_helps() -> StudyResult:
    study = usual()
    arms = (
        study.arms[0],
        Arm(name="l2", trials=study.arms[0].trials, choosing=effect(0.004, 0.01, "no effect")),
        study.arms[3],
    )
    return dataclasses.replace(study, arms=arms, winner="baseline", notes=())


def unsure() -> StudyResult:
    """Too few rows for one arm, an interval too wide for the other; a regression."""
    study = usual()
    wide = dataclasses.replace(effect(0.01, 0.05, "cannot tell"), measure="explained variance")
    none = dataclasses.replace(wide, low=-math.inf, high=math.inf)
    arms = (
        study.arms[0],
        Arm(name="l2", trials=study.arms[0].trials, choosing=wide),
        Arm(name="dropout", trials=study.arms[0].trials, choosing=none, notes=("only 20 rows",)),
    )
    protocol = dataclasses.replace(study.protocol, measure="explained variance", patience=None)
    return dataclasses.replace(
        study, arms=arms, winner="baseline", protocol=protocol, test_rows=150, notes=()
    )


def dozen() -> StudyResult:
    """Twelve arms, a loss, wide and narrow effects."""
    study = usual()
    names = (
        "tiny",
        "small",
        "medium",
        "large",
        "large + l2",
        "large + dropout",
        "large + l2 + dropout",
    )
    names += (
        "large + l1",
        "large + l1l2",
        "weight-decay",
        "batch-normalisation",
        "label-smoothing",
    )
    arms = []
    for at, name in enumerate(names):
        floor = 0.62 - 0.02 * at if at < 7 else 0.5 + 0.01 * at
        says: EffectName = "helps" if floor + 0.01 + 0.004 * at < 0.62 else "cannot tell"
        found = dataclasses.replace(
            effect(0.62 - floor, 0.01 + 0.004 * at, says), measure="loss", without=-0.62,
            with_remedy=-floor, comparisons=11,
        )  # fmt: skip
        trials = tuple(
            trial(
                name,
                s,
                epochs=20 + 3 * at,
                best=8 + 2 * at,
                floor=floor,
                still_improving=at < 2,
                is_loss=True,
            )
            for s in SEEDS
        )
        remedies = tuple(
            Remedy(id=part, parameters={"factor": 0.001} if part.startswith("l") else {})
            for part in name.split(" + ")[1:]
        )
        arms.append(
            Arm(
                name=name,
                remedies=remedies,
                trials=trials,
                choosing=found if at else None,
                confirming=dataclasses.replace(found, difference=0.11) if at == 6 else None,
            )
        )
    protocol = dataclasses.replace(study.protocol, measure="loss")
    return dataclasses.replace(
        study, name="higgs", arms=tuple(arms), winner=names[6], protocol=protocol, notes=()
    )


def interrupted() -> StudyResult:
    """Stopped before anything could be compared."""
    arms = (
        Arm(name="baseline", trials=(trial("baseline", 0, epochs=1, best=0),)),
        Arm(name="l2", remedies=(Remedy(id="l2"),)),
    )
    return StudyResult(
        name="", protocol=Protocol(seeds=SEEDS), arms=arms, winner="baseline", validation_rows=40
    )


def hostile() -> StudyResult:
    text = samples.HOSTILE
    study = usual()
    arms = tuple(
        dataclasses.replace(
            arm,
            name=f"{text}{at}",
            remedies=(Remedy(id=text, parameters={text: text, "x": math.nan}),) if at else (),
            trials=tuple(dataclasses.replace(t, arm=text, reason=text) for t in arm.trials),
            notes=(text,),
        )
        for at, arm in enumerate(study.arms)
    )
    return dataclasses.replace(
        study, name=text, arms=arms, winner=f"{text}1", notes=(text,), keras=text, created=text
    )


def empty() -> StudyResult:
    return StudyResult(name="", protocol=Protocol(), arms=(), winner="")


STUDIES = {
    made.__name__: made
    for made in (usual, nothing_helps, unsure, dozen, interrupted, hostile, empty)
}
