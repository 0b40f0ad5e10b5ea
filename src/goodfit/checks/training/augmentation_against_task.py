"""GF322 augmentation-against-task: mirrors or turns make images of one class into another's.

Sees: training that mirrors images, or turns them by half a turn, and two classes that just this
carries into each other: a simple learner, fitted on unchanged images, takes a good part of each,
so changed, for the other. A 6 that is turned round is a 9; b mirrored is d.
Why it matters: the changed images carry wrong labels. The model learns to doubt both classes, most
of all where it should be sure.
Evidence: for the worst pair, the share of each class that is taken for the other before and after,
and how often the model itself takes them for each other: a tip where it tells them apart all the
same.
Remedies: drop-augmentation of a mirror, weaker-augmentation of a rotation.
Source: docs/evidence/images.md; Shorten & Khoshgoftaar, "A survey on Image Data Augmentation for
Deep Learning" (2019), section "Safety": 6 versus 9.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from goodfit.checks.check import (
    Answer,
    CannotTell,
    Check,
    NotApplicable,
    Passed,
    Suspicion,
    Threshold,
    place,
)
from goodfit.facts import (
    AugmentationFacts,
    ClassMove,
    ImageFacts,
    ModelFacts,
    PredictionFacts,
    SettingsFacts,
    Trace,
)
from goodfit.results import Remedy, Where

EACH = Threshold(0.30, source="docs/evidence/images.md")
BOTH = Threshold(0.40, source="docs/evidence/images.md")
MIN_Z = Threshold(3.0, source="docs/evidence/generalization.md")
HALF_TURN = Threshold(150.0, source="degrees; docs/evidence/images.md")
CONFUSED = Threshold(0.04, source="docs/evidence/images.md")
LEAST = Threshold(3, source="rows taken for the wrong one, beyond a chance or two")
GENTLE = 0.05
"""Share of a full turn that a rotation is made to reach."""


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two classes that a change carries into each other."""

    change: str
    one: ClassMove
    other: ClassMove

    @property
    def each(self) -> float:
        return min(_jump(self.one), _jump(self.other))

    @property
    def both(self) -> float:
        return (_jump(self.one) + _jump(self.other)) / 2

    @property
    def z(self) -> float:
        return min(_jump(move) / _noise(move) for move in (self.one, self.other))

    @property
    def clear(self) -> bool:
        strong = self.each >= EACH.value and self.both >= BOTH.value
        return strong and self.z >= MIN_Z.value


def _jump(move: ClassMove) -> float:
    return move.after - move.before


def _noise(move: ClassMove) -> float:
    rows = max(move.rows, 1)
    shares = ((share * rows + 1) / (rows + 2) for share in (move.before, move.after))
    return math.sqrt(sum(share * (1 - share) for share in shares) / rows)


def _pairs(facts: AugmentationFacts) -> Iterator[_Pair]:
    """What the training does to whole images, with the pairs of classes that it mixes up."""
    done = [("mirrored", facts.mirrored)] if "horizontal" in facts.flips else []
    done += [("upended", facts.upended)] if "vertical" in facts.flips else []
    if facts.rotation >= HALF_TURN.value or len(facts.flips) > 1:
        done.append(("turned", facts.turned))
    for change, moves in done:
        for one, other in zip(moves[::2], moves[1::2], strict=False):
            yield _Pair(change, one, other)


def _confused(pair: _Pair, predictions: PredictionFacts | None) -> float | None:
    """Of the rows of both classes that the model takes for one of the two, the share that it takes
    for the wrong one; None where unknown, or where it hardly ever names either."""
    found = predictions.confusion if predictions is not None else {}
    told = [(found.get(m.true, {}), m) for m in (pair.one, pair.other)]
    right = sum(counts.get(move.true, 0) for counts, move in told)
    wrong = sum(counts.get(move.taken_for, 0) for counts, move in told)
    if wrong >= LEAST.value:
        return wrong / (right + wrong)
    return 0.0 if 2 * right > sum(sum(counts.values()) for counts, _ in told) else None


def augmentation_against_task(
    images: ImageFacts,
    trace: Trace | None = None,
    model: ModelFacts | None = None,
    settings: SettingsFacts | None = None,
) -> Answer:
    facts = images.augmentation
    if facts is None or facts.place == "none":
        return NotApplicable("nothing changes the training images at random, as far as was seen")
    if not facts.flips and facts.rotation < HALF_TURN.value:
        return NotApplicable("images are neither mirrored nor turned round")
    if facts.accuracy_before is None:
        return CannotTell("the training images before the change, or their classes, are not known")
    pairs = [pair for pair in _pairs(facts) if pair.clear]
    if not pairs:
        return Passed("no two classes look like each other where images are mirrored or turned")
    predictions = trace.predictions if trace is not None else None
    worst = max(pairs, key=lambda pair: (_confused(pair, predictions) or 0.0, pair.each))
    confused = _confused(worst, predictions)
    one, other = (images.name_of(move.true) or move.true for move in (worst.one, worst.other))
    copes = confused is not None and confused < CONFUSED.value
    evidence = {
        "change": CHANGES[worst.change],
        "kinds": ", ".join(facts.kinds),
        "one": one,
        "other": other,
        "one_taken": worst.one.after,
        "other_taken": worst.other.after,
        "one_before": worst.one.before,
        "other_before": worst.other.before,
        "rows": worst.one.rows + worst.other.rows,
        "confused": confused,
        "yet": " The model tells them apart all the same." if copes else "",
    }
    return Suspicion(
        evidence=evidence,
        severity="tip" if copes else None,
        where=_where(facts, worst.change, model, settings),
        remedies=_remedies(facts, worst.change),
    )


def _by_rotation(facts: AugmentationFacts, change: str) -> bool:
    return change == "turned" and facts.rotation >= HALF_TURN.value


def _where(
    facts: AugmentationFacts,
    change: str,
    model: ModelFacts | None,
    settings: SettingsFacts | None,
) -> Where:
    """The layer that does it, else the call of fit."""
    kind = "RandomRotation" if _by_rotation(facts, change) else "RandomFlip"
    layers = [model.layer(path) for path in facts.layers] if model is not None else []
    for layer in layers:
        if layer is not None and layer.type == kind:
            return place(layer.where, layer=layer.path)
    return place(settings.fit_where if settings else None)


def _remedies(facts: AugmentationFacts, change: str) -> tuple[Remedy, ...]:
    gentle = Remedy(
        id="weaker-augmentation",
        parameters={"kind": "rotation", "factor": 360 * GENTLE / max(facts.rotation, 1.0)},
    )
    if _by_rotation(facts, change):
        return (gentle,)
    flip = {"mirrored": "horizontal-flip", "upended": "vertical-flip", "turned": "vertical-flip"}
    return (Remedy(id="drop-augmentation", parameters={"kind": flip[change]}),)


CHANGES = {
    "mirrored": "mirrored left to right",
    "upended": "mirrored top to bottom",
    "turned": "turned upside down",
}

CHECK = Check(
    code="GF322",
    name="augmentation-against-task",
    severity="warning",
    function=augmentation_against_task,
    message="Training images are changed by {kinds}, but {change}, images of class {one} look like "
    "class {other} ({one_taken:.0%} of them to a simple learner, {one_before:.0%} as they are), "
    "and the reverse ({other_taken:.0%}).{yet}",
    advice="Leave this change out, or make it so small that {one} stays {one}: the changed images "
    "carry wrong labels.",
    remedies=("drop-augmentation", "weaker-augmentation"),
)
