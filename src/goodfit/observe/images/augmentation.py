"""What random changes do to the training images: to the pixels, and to what can be told from them.

A simple learner, fitted on other unchanged images, is asked about the same images before and after
the change. Everything is drawn from a seed of its own, and the user's pipeline is not read.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from goodfit.facts import AugmentationFacts, ClassMove, DataFacts
from goodfit.observe.images import augment_generator, moves
from goodfit.observe.images.augment_source import Source, source_of

if TYPE_CHECKING:
    from goodfit.observe.training.analyse import Analysis

MOST = 1536
"""Images looked at: the learner is fitted on one half, and asked about the other."""
LEAST = 60
SIDE = 64
"""Larger images are reduced to this first, where the changes do not count pixels."""
MOST_CELLS = 60_000_000
SEED = 20_240_611


def augmentation(work: Analysis, data: DataFacts | None) -> AugmentationFacts | None:
    """What random changes do to the training images; None where no input holds images.

    Args:
        data: facts of the rows, for what two passes over them showed.
    """
    source = source_of(work, data, MOST, SEED)
    if source is None:
        return None
    facts = source.facts
    held = augment_generator.generator_of(work.fit.get("val_x"))
    if held is not None:
        facts = replace(facts, validation_kinds=augment_generator.random_options(held))
    if source.images is None or not len(source.images):
        return facts
    images, labels = _some(source, source.images)
    before = source.plain(images)
    after = source.change(images, SEED) if source.change is not None else None
    if after is not None and after.shape == before.shape:
        spread = max(float(before.std()), 1e-9)
        facts = replace(facts, change=float(np.abs(after - before).mean()) / spread)
    if labels is None or len(images) < LEAST:
        return facts
    return _answered(facts, before, after, labels)


def _some(source: Source, images: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """The images that are looked at with their classes, reduced where that changes nothing."""
    cells = int(np.prod(images.shape[1:]))
    if source.scalable:
        cells = min(cells, SIDE**2 * images.shape[-1])
    wanted = min(MOST, max(LEAST, MOST_CELLS // cells))
    chosen = np.random.default_rng(SEED).permutation(len(images))[:wanted]
    labels = None if source.labels is None else source.labels[chosen]
    return moves.reduced(images[chosen], SIDE) if source.scalable else images[chosen], labels


def _answered(
    facts: AugmentationFacts,
    before: np.ndarray,
    after: np.ndarray | None,
    labels: np.ndarray,
) -> AugmentationFacts:
    """The facts with what a simple learner answers."""
    found, labels = np.unique(labels, return_inverse=True)
    if len(found) < 2:
        return facts
    names = [str(label) for label in found.tolist()]
    asked = {"plain": before, "mirrored": moves.mirror(before), "upended": moves.upend(before)}
    asked |= {"turned": moves.turn(before)} | ({} if after is None else {"after": after})
    answers = moves.out_of_fold(before, labels, asked)
    plain = answers["plain"]

    def moved(name: str) -> tuple[ClassMove, ...]:
        return moves.class_moves(labels, plain, answers[name], names)

    facts = replace(
        facts,
        rows=len(labels),
        learner=moves.LEARNER,
        accuracy_before=float((plain == labels).mean()),
        accuracy_prior=float(np.bincount(labels).max() / len(labels)),
        mirrored=moved("mirrored"),
        upended=moved("upended"),
        turned=moved("turned"),
    )
    if after is None:
        return facts
    again = moves.out_of_fold(after, labels, {"again": after})["again"]
    right = {name: a == labels for name, a in (("after", answers["after"]), ("again", again))}
    best = max(right.values(), key=np.mean)
    return replace(
        facts,
        accuracy_after=float(right["after"].mean()),
        accuracy_again=float(right["again"].mean()),
        accuracy_se=moves.standard_error(plain == labels, best),
        moves=moves.class_moves(labels, plain, again, names),
    )
