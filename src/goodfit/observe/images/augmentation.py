"""What random changes do to the training images: to the pixels, and to what can be told from them.

A simple learner, fitted on other unchanged images, is asked about the same images before and after
the change. Everything is drawn from a seed of its own, and the user's pipeline is not read.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

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
AT_ONCE = 64
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
    if source.apart is not None and labels is not None:
        return _apart(facts, images, labels, source.apart)
    before = source.plain(images)
    after = source.change(images, SEED) if source.change is not None else None
    if after is not None and after.shape == before.shape:
        spread = max(float(before.std()), 1e-9)
        facts = replace(facts, change=float(np.abs(after - before).mean()) / spread)
    if labels is None or len(images) < LEAST or len(np.unique(labels)) < 2:
        return facts
    names, labels = np.unique(labels, return_inverse=True)
    return _answered(facts, before, after, labels, [str(name) for name in names.tolist()])


def _some(source: Source, images: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """The images that are looked at with their classes, reduced where that changes nothing."""
    order = np.random.default_rng(SEED).permutation(len(images))
    most = MOST if source.scalable else augment_generator.affordable(images[:1].size, MOST)
    chosen = order[:most]
    labels = None if source.labels is None else source.labels[chosen]
    if not source.scalable:
        return images[chosen], labels
    parts = np.array_split(chosen, -(-len(chosen) // AT_ONCE))
    return np.concatenate([moves.reduced(images[part], SIDE) for part in parts]), labels


def _unchanged(
    facts: AugmentationFacts, images: np.ndarray, labels: np.ndarray, names: list[str], **more: Any
) -> tuple[AugmentationFacts, dict[str, np.ndarray]]:
    """The facts with what a simple learner answers to unchanged images, mirrored and turned ones;
    and all its answers, those to `more` versions among them."""
    asked = {"plain": images, "mirrored": moves.mirror(images), "upended": moves.upend(images)}
    answers = moves.out_of_fold(images, labels, asked | {"turned": moves.turn(images)} | more)
    plain = answers["plain"]

    def carried(name: str) -> tuple[ClassMove, ...]:
        return moves.class_moves(labels, plain, answers[name], names)

    told = replace(
        facts,
        rows=len(labels),
        learner=moves.LEARNER,
        accuracy_before=float((plain == labels).mean()),
        accuracy_prior=float(np.bincount(labels).max() / len(labels)),
        mirrored=carried("mirrored"),
        upended=carried("upended"),
        turned=carried("turned"),
    )
    return told, answers


def _answered(
    facts: AugmentationFacts,
    before: np.ndarray,
    after: np.ndarray | None,
    labels: np.ndarray,
    names: list[str],
) -> AugmentationFacts:
    """The facts with what a simple learner answers before and after the change."""
    if after is None:
        return _unchanged(facts, before, labels, names)[0]
    facts, answers = _unchanged(facts, before, labels, names, after=after)
    again = moves.out_of_fold(after, labels, {"again": after})["again"]
    right = {name: a == labels for name, a in (("after", answers["after"]), ("again", again))}
    plain = answers["plain"]
    best = max(right.values(), key=np.mean)
    return replace(
        facts,
        accuracy_after=float(right["after"].mean()),
        accuracy_again=float(right["again"].mean()),
        accuracy_se=moves.standard_error(plain == labels, best),
        moves=moves.class_moves(labels, plain, again, names),
    )


def _apart(
    facts: AugmentationFacts,
    images: np.ndarray,
    labels: np.ndarray,
    changed: tuple[np.ndarray, np.ndarray],
) -> AugmentationFacts:
    """The facts where changed images are of other rows, and perhaps of another scale."""
    grey = images.shape[-1] != changed[0].shape[-1]
    before, after = (_alike(one, grey=grey) for one in (images, changed[0][:MOST]))
    names = np.unique([*labels, *changed[1]])
    mine, other = (np.searchsorted(names, one) for one in (labels, changed[1][:MOST]))
    enough = min(len(mine), len(other)) >= LEAST and min(len(set(mine)), len(set(other))) > 1
    if before.shape[1:] != after.shape[1:] or not enough:
        return facts
    facts, _ = _unchanged(facts, before, mine, [str(name) for name in names.tolist()])
    answers = moves.Learner(before, mine, len(names))(after)
    again = moves.out_of_fold(after, other, {"again": after})["again"]
    assert facts.accuracy_before is not None
    shares = (facts.accuracy_before, len(mine)), (float((again == other).mean()), len(other))
    return replace(
        facts,
        accuracy_after=float((answers == other).mean()),
        accuracy_again=shares[1][0],
        accuracy_se=math.sqrt(sum(max(p * (1 - p), 1 / n) / n for p, n in shares)),
    )


def _alike(images: np.ndarray, *, grey: bool) -> np.ndarray:
    """Small images whose values have mean 0 and standard deviation 1; of one channel if `grey`."""
    found = moves.reduced(images.mean(axis=-1, keepdims=True) if grey else images)
    standard: np.ndarray = (found - found.mean()) / max(float(found.std()), 1e-9)
    return standard
