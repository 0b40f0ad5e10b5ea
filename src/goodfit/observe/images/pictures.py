"""Pictures for the report: what each class looks like, what augmentation makes of it, which images
the model is wrong about, and those that are doubtful: copies, labels, odd ones.

Rows live in the process that trained, so the thumbnails are made there. Which images are shown is
fixed by the rows: nothing is drawn at random.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from goodfit.facts import Facts, FitPictures, PictureGroup
from goodfit.observe.baselines.quality import log_probabilities
from goodfit.observe.images.album import ROLES, Album, NoImagesError, Role
from goodfit.observe.images.augment_source import source_of
from goodfit.observe.images.files import PILLOW_MISSING, pillow
from goodfit.observe.images.measures import measures
from goodfit.observe.images.outliers import outliers
from goodfit.observe.images.pixels import Pixels, extremes, value_range
from goodfit.observe.images.thumbnails import Shot, ShotRow, as_bytes, pictured

if TYPE_CHECKING:
    from goodfit.observe.training.analyse import Analysis

CLASSES, OF_CLASS, WRONG, PAIRS, SUSPECTS, ODD = 10, 12, 24, 12, 24, 24
READ, AUGMENTED, VERSIONS, SEED = 64, 5, 6, 0
LIMIT = 280_000
"""Characters of all thumbnails of a fit, of which each group has its share."""
_SHARES = {
    "samples": 0.4,
    "augmentation": 0.15,
    "wrong": 0.15,
    "copies": 0.1,
    "labels": 0.12,
    "odd": 0.08,
}
Rows = tuple[str, str, Sequence[ShotRow]]  # title, sentence, rows


def fit_pictures(work: Analysis, facts: Facts) -> FitPictures:
    """The pictures of a fit; none where no input holds images. A group that cannot be made is left
    out, with the reason noted."""
    try:
        album = Album(work, facts)
    except NoImagesError:
        return FitPictures()
    if pillow() is None:
        return FitPictures(note=f"there are no pictures: {PILLOW_MISSING}")
    made = (work.attempt(f"pictures ({name})", partial(_group, album, name)) for name in _GROUPS)
    return FitPictures(groups=tuple(group for group in made if group is not None))


def _group(album: Album, name: str) -> PictureGroup | None:
    found = _GROUPS[name](album)
    if found is None:
        return None
    title, sentence, rows = found
    shown = pictured(rows, int(LIMIT * _SHARES[name]))
    if not any(row.pictures for row in shown):
        return None
    return PictureGroup(name=name, title=title, sentence=sentence, rows=shown)  # type: ignore[arg-type]


def _in_rows(shots: Sequence[Shot], most: int) -> list[ShotRow]:
    """Pictures without a name of their own, a dozen a row."""
    shown = shots[:most]
    return [ShotRow(shown[i : i + OF_CLASS]) for i in range(0, len(shown), OF_CLASS)]


def _share(probability: float) -> str:
    return (
        "over 99\N{NO-BREAK SPACE}%"
        if probability > 0.99
        else f"{100 * probability:.0f}\N{NO-BREAK SPACE}%"
    )


# Groups ----------------------------------------------------------------------


def _samples(album: Album) -> Rows | None:
    labels = album.labels("train")
    if labels is None:
        shots = album.sampled("train", range(OF_CLASS))
        return "Training images", "As the model is given them.", [ShotRow(shots)]
    known = np.unique(labels).tolist()
    shown = _hardest(album, known) if len(known) > CLASSES else known
    rows = [
        ShotRow(
            album.sampled("train", np.flatnonzero(labels == label)[:OF_CLASS].tolist()),
            name=album.called(label),
            detail=_count(album, label),
        )
        for label in shown
    ]
    some = f" {len(shown)} of {len(known)} classes, those that are answered worst." * (
        len(shown) < len(known)
    )
    return "Training images by class", f"As the model is given them.{some}", rows


def _hardest(album: Album, labels: Sequence[int]) -> list[int]:
    trace = album.facts.trace
    recall = trace.predictions.recall if trace is not None and trace.predictions else {}
    return sorted(sorted(labels, key=lambda c: recall.get(str(c), 1.0))[:CLASSES])


def _count(album: Album, label: int) -> str:
    data = album.facts.data
    target = data.train.targets[0] if data is not None and data.train.targets else None
    count = target.class_counts.get(str(label)) if target is not None else None
    return f"{count:,} images" if count else ""


def _augmentation(album: Album) -> Rows | None:
    source = source_of(album.work, album.facts.data, READ, SEED)
    if source is None or source.images is None or source.change is None:
        return None
    places = _one_of_each(source.labels, len(source.images))
    plain = source.plain(source.images[:READ])
    limits = value_range(*extremes(plain), source.images.dtype)
    versions = [source.plain(source.images[places])]
    versions += [source.change(source.images[places], SEED + i) for i in range(VERSIONS)]
    seen = [as_bytes(Pixels(one, *limits).shares(one)) for one in versions]
    names = None if source.labels is None else source.labels[places].tolist()
    rows = [
        ShotRow(
            [
                Shot(one[row], where=f"changed at random, version {i}" if i else "unchanged")
                for i, one in enumerate(seen)
            ],
            name=album.called(names[row]) if names else "",
        )
        for row in range(len(places))
    ]
    done = f": {', '.join(source.facts.kinds)}" if source.facts.kinds else ""
    sentence = (
        f"Each image unchanged, then as training may see it{done}. "
        "Would you still give them the class that stands before them?"
    )
    return "What augmentation makes of them", sentence, rows


def _one_of_each(labels: np.ndarray | None, count: int) -> list[int]:
    """Places of a few images, of different classes where there are some."""
    if labels is None:
        return list(range(min(AUGMENTED, count)))
    first = np.unique(labels, return_index=True)[1].tolist()
    return sorted(first, key=lambda place: int(labels[place]))[:AUGMENTED]


def _wrong(album: Album) -> Rows | None:
    answers, labels = album.work.answers.get("validation"), album.labels("validation")
    if answers is None or answers.predictions is None or labels is None or album.task is None:
        return None
    answer = answers.predictions
    logits = log_probabilities(answer, album.task, *album.loss)
    if logits is None:
        return None
    labels = labels[: len(logits)]
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    said, sure = shares.argmax(axis=1), shares.max(axis=1)
    wrong = np.flatnonzero(said != labels)
    order = wrong[np.argsort(-sure[wrong], kind="stable")][:WRONG].tolist()
    shots = [
        replace(
            shot,
            label=album.called(int(labels[place])),
            detail=f"taken for {album.called(int(said[place]))}, {_share(float(sure[place]))}",
        )
        for place, shot in zip(order, album.sampled("validation", order), strict=True)
    ]
    sentence = (
        f"The model is wrong about {len(wrong):,} of {len(labels):,} validation images looked at; "
        "of these it is surest, below each its class, and what it is taken for. Are the labels "
        "right? What do the images have in common?"
    )
    return "Wrong answers, the surest first", sentence, _in_rows(shots, WRONG)


def _copies(album: Album) -> Rows | None:
    pairs = list(dict.fromkeys(_pairs(album)))[:PAIRS]
    rows = []
    for words, first, second in pairs:
        shots = [shot for role, n in (first, second) for shot in album.numbered(role, [n])]
        if len(shots) == 2:
            differ = shots[0].label != shots[1].label
            rows.append(ShotRow(shots, name=words, detail="labels differ" if differ else ""))
    sentence = (
        "Pairs that show the same. A validation image that is also trained on tells nothing of new "
        "images; two labels for one image cannot both be learnt."
    )
    return "Copies side by side", sentence, rows


Place = tuple[Role, int]


def _pairs(album: Album) -> Iterator[tuple[str, Place, Place]]:
    """What is known of images that are alike, a few of each kind: (in words, the two)."""
    data, images, each = album.facts.data, album.facts.images, PAIRS // 2
    split = data.split if data is not None else None
    across = list(split.examples[:each]) if split is not None else []
    for held, train in across:
        yield "equal", ("validation", held), ("train", train)
    near = list(images.near_examples) if images is not None else []
    near += list(split.near_examples) if split is not None else []
    for held, train in near[:each]:
        yield "nearly equal", ("validation", held), ("train", train)
    for role in ROLES:
        own = getattr(images, role, None)
        for one, other in own.examples[:each] if own is not None else ():
            yield "nearly equal", (role, one), (role, other)


def _labels(album: Album) -> Rows | None:
    found = album.work.suspects
    if found is None or not found.examples:
        return None
    examples = found.examples[:SUSPECTS]
    shots = [
        replace(
            shot,
            label=f"given {album.called(int(given))}",
            detail=f"looks like {album.called(int(seen))}",
        )
        for (_, given, seen), shot in zip(
            examples, album.sampled("train", [row for row, _, _ in examples]), strict=True
        )
    ]
    sentence = (
        f"{found.agreed:,} of {found.rows:,} training images that a simple learner and their "
        "nearest neighbours take for another class than the one given, the plainest first. "
    )
    if found.agreed <= found.expected:
        sentence += "As many are to be expected where classes overlap, with every label right."
        return "Hard training images", sentence, _in_rows(shots, OF_CLASS)
    sentence += "Some labels may be wrong; hard images look like this too."
    return "Labels to look at", sentence, _in_rows(shots, SUSPECTS)


def _odd(album: Album) -> Rows | None:
    shots = [shot for role in ROLES for shot in _odd_of(album, role)]
    sentence = "Images far darker, brighter, emptier or more blurred than the others of their set."
    return "Odd images", sentence, _in_rows(shots, ODD)


def _odd_of(album: Album, role: Role) -> list[Shot]:
    own = getattr(album.facts.images, role, None)
    if own is None or not own.outliers:
        return []
    found = own.outliers
    if all(one.row is not None for one in found):
        shots = album.numbered(role, [one.row for one in found])
    else:  # images of a stream have no numbers: they are looked for again
        pixels = album.pixels(role)
        assert pixels is not None
        places = np.arange(len(pixels.rows))
        found, _ = outliers(measures(pixels), min(pixels.rows.shape[1:3]), places)
        shots = album.sampled(role, [one.row for one in found if one.row is not None])
    named = zip(found, shots, strict=True)
    return [replace(shot, label=one.kind, detail=one.path or shot.where) for one, shot in named]


_GROUPS: dict[str, Callable[[Album], Rows | None]] = {
    "wrong": _wrong,
    "samples": _samples,
    "augmentation": _augmentation,
    "labels": _labels,
    "copies": _copies,
    "odd": _odd,
}
