"""Where the training images come from, and what changes them at random on their way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from goodfit.augmented.dataset import AugmentedImages
from goodfit.augmented.draw import changed
from goodfit.augmented.policy import KINDS, USUAL
from goodfit.facts import AugmentationFacts, DataFacts
from goodfit.observe.baselines.tasks import Task
from goodfit.observe.data.arrays import to_numpy
from goodfit.observe.images import augment_generator, augment_layers, augment_pipeline
from goodfit.observe.images.classes import class_task
from goodfit.observe.images.pixels import image_input, input_called, upright

if TYPE_CHECKING:
    from goodfit.observe.training.analyse import Analysis

SAME_LABELS, CHANGED = 0.99, 0.5
"""From where on two passes are of the same rows, in their order, and of rows that were changed."""
Change = Callable[[np.ndarray, int], np.ndarray]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Unchanged training images (rows, height, width, channels) with their classes, None where they
    are not known. `change` draws changed ones from a seed, None where nothing changes them;
    `plain` is what the changed ones are to be held against. `scalable` says that smaller images are
    changed alike. `apart` are changed images of other rows with their classes, where the change
    itself is not known."""

    facts: AugmentationFacts
    images: np.ndarray | None = None
    labels: np.ndarray | None = None
    change: Change | None = None
    plain: Callable[[np.ndarray], np.ndarray] = lambda images: images
    scalable: bool = True
    apart: tuple[np.ndarray, np.ndarray] | None = None


@dataclass(frozen=True, slots=True)
class _Seen:
    """The training sample's first input of images, (rows, height, width, channels), its name, and
    the classes to be told apart, None where there are none."""

    name: str
    rows: np.ndarray
    task: Task | None


def source_of(work: Analysis, data: DataFacts | None, most: int, seed: int) -> Source | None:
    """The training images of a fit, at most `most` where they must be read; None where no input
    holds images."""
    seen = _seen(work)
    if seen is None:
        return None
    generator = augment_generator.generator_of(work.fit.get("x"))
    if generator is not None:
        return _of_generator(work.fit["x"], seen.task, generator, most, seed)
    if isinstance(work.fit.get("x"), AugmentedImages):
        return _of_feed(work.fit["x"], seen.task)
    source = _of_model(work, seen, _random_stream(work, data))
    if source.facts.place == "pipeline" and seen.task is not None:
        return _of_pipeline(work.fit.get("x"), seen, source, most, seed)
    return source


def _seen(work: Analysis) -> _Seen | None:
    sample = work.watched.samples.get("train")
    name = image_input(sample.x) if sample is not None else None
    if sample is None or name is None:
        return None
    rows = upright(to_numpy(input_called(sample.x, name)))
    return None if rows is None else _Seen(name, rows, class_task(work))


def _classes(task: Task, y: np.ndarray) -> np.ndarray:
    """The class of each target; numbers stay what they are where the model is given columns."""
    if y.ndim == 1 and task.target in ("one-hot", "probabilities"):
        return y.astype(np.int64)
    return task.like(y).labels


def _of_pipeline(x: Any, seen: _Seen, source: Source, most: int, seed: int) -> Source:
    """With what the pipeline starts from, where that is known, beside what came out of it."""
    found = augment_pipeline.unchanged(x, most, seed)
    if found is None or seen.task is None:
        return source
    images, y = found
    labels = _classes(seen.task, y)
    return replace(source, images=images, labels=labels, apart=(seen.rows, seen.task.labels))


def _of_generator(stream: Any, task: Task | None, generator: Any, most: int, seed: int) -> Source:
    kinds = augment_generator.random_options(generator)
    facts = AugmentationFacts(
        place="generator" if kinds else "none",
        kinds=kinds,
        random=bool(kinds),
        flips=augment_generator.flips(generator),
        rotation=augment_generator.rotation(generator),
    )
    found = augment_generator.unchanged(stream, most, seed)
    if found is None:
        return Source(facts=facts)
    images, y = found
    return Source(
        facts=facts,
        images=images,
        labels=_classes(task, y) if task is not None else None,
        change=(lambda x, drawn: augment_generator.changed(generator, x, drawn)) if kinds else None,
        scalable=not augment_generator.counts_pixels(generator),
    )


def _of_feed(feed: AugmentedImages, task: Task | None) -> Source:
    policy = feed.policy
    asked = {name: getattr(policy, name) for name in USUAL if name in KINDS and policy.asks(name)}
    flips = {"none": (), "both": ("horizontal", "vertical")}
    facts = AugmentationFacts(
        place="pipeline" if asked else "none",
        kinds=tuple(f"{name}={value}" for name, value in asked.items()),
        random=bool(asked),
        flips=flips.get(policy.flip, (policy.flip,)),
        rotation=360 * min(max(map(abs, policy.between("rotation"))), 0.5),
    )
    images, y = feed.x, feed.y
    return Source(
        facts=facts,
        images=images,
        labels=task.like(y).labels if task is not None and isinstance(y, np.ndarray) else None,
        change=(lambda x, drawn: changed(x, policy, np.random.default_rng(drawn)))
        if asked
        else None,
    )


def _of_model(work: Analysis, seen: _Seen, random: bool) -> Source:
    layers = augment_layers.random_layers(work.model) if work.model is not None else ()
    facts = AugmentationFacts(
        place="model" if layers else "pipeline" if random else "none",
        kinds=tuple(augment_layers.in_words(one) for one in layers),
        layers=tuple(one.path for one in layers),
        random=random or bool(layers),
        flips=augment_layers.flips(layers),
        rotation=augment_layers.rotation(layers),
    )
    if random:
        return Source(facts=facts)
    labels = seen.task.labels if seen.task is not None else None
    if not layers or work.model is None:
        return Source(facts=facts, images=seen.rows, labels=labels)
    chain = augment_layers.chain(work.watched.model, work.model, seen.name)
    if chain is None:
        work.missing["augmentation"] = "what stands before the random layers is not known"
        return Source(facts=facts)
    if chain.slow and not work.remains.unlimited:
        work.missing["augmentation"] = "JAX would compile these layers for many seconds"
        return Source(facts=facts)
    return Source(
        facts=facts,
        images=seen.rows,
        labels=labels,
        change=chain,
        plain=lambda images: chain(images, seed=0, training=False),
        scalable=chain.scalable,
    )


def _random_stream(work: Analysis, data: DataFacts | None) -> bool:
    """Whether another pass over the training rows gives other images of the same rows."""
    passes = data.train.passes if data is not None else None
    if passes is None or 1 - passes.same_rows < CHANGED:
        return False
    in_order = passes.same_labels is not None and passes.same_labels >= SAME_LABELS
    return in_order or work.fit.get("steps_per_epoch") is None
