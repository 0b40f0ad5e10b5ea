"""The images of a fit: both sets, what they share, and the folders that they were read from.

Sets are looked at by the samples of their rows that the monitor holds, so that nothing is read
again; where rows are arrays, copies are looked for among more of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from goodfit.facts import ImageFacts, ImageSetFacts
from goodfit.observe.images import folders
from goodfit.observe.images.files import PILLOW_MISSING, pillow
from goodfit.observe.images.pixels import image_input
from goodfit.observe.images.properties import SHOWN, of_pixels, properties
from goodfit.observe.images.readers import Reader, readers
from goodfit.observe.images.sets import ImageSet, Part, image_set, set_facts
from goodfit.observe.images.twins import pool_of, sampled_pool, twins

FOLDER_SECONDS = 6.0
DECODING_SECONDS = 1.0
"""Of a fit that went well: its reader decoded the same files without complaint."""


class _Work:
    """What could not be looked at, and why."""

    def __init__(self) -> None:
        self.missing: dict[str, str] = {}

    def attempt(self, name: str, look: Callable[[], Any]) -> Any:
        """What `look` finds, or None with the reason noted."""
        try:
            return look()
        except Exception as error:  # one measurement that fails must not lose the others
            self.missing[name] = f"{type(error).__name__}: {error}"
        return None


def _part(facts: ImageFacts, role: str) -> ImageSetFacts | None:
    return facts.train if role == "train" else facts.validation


def _with(facts: ImageFacts, role: str, part: ImageSetFacts | None) -> ImageFacts:
    return replace(facts, train=part) if role == "train" else replace(facts, validation=part)


# ---------------------------------------------------------------- rows


def _sets(work: _Work, parts: Mapping[str, Part], name: str, closely: bool) -> dict[str, ImageSet]:
    """Both sets, in the range of the training images."""
    train = work.attempt("train", partial(image_set, parts["train"], name, None, closely=closely))
    if train is None:
        return {}
    held = None
    if "validation" in parts:
        limits = (train.pixels.low, train.pixels.high)
        look = partial(image_set, parts["validation"], name, limits, closely=closely)
        held = work.attempt("validation", look)
    return {"train": train} | ({"validation": held} if held is not None else {})


def _of_rows(work: _Work, parts: Mapping[str, Part], closely: bool) -> ImageFacts:
    """What the rows show; nothing where no input holds images."""
    facts = ImageFacts()
    name = image_input(parts["train"].x) if "train" in parts else None
    if name is None:
        return facts
    sets = _sets(work, parts, name, closely)
    for role, one in sets.items():
        facts = _with(facts, role, work.attempt(role, partial(set_facts, role, one)))
    if not closely:
        work.missing["copies"] = "images were looked at closely for the first fits only"
        return facts
    if sets:
        facts = work.attempt("copies", lambda: _copies(facts, sets, name)) or facts
        facts = work.attempt("properties", lambda: _telling(facts, sets)) or facts
    return facts


def _copies(facts: ImageFacts, sets: Mapping[str, ImageSet], name: str) -> ImageFacts:
    """The facts with what is there twice, within each set and across both."""
    pool = pool_of(sets["train"], name)
    for role, one in sets.items():
        own = pool if role == "train" else sampled_pool(one)
        found, part = twins(one, own, one, within=True), _part(facts, role)
        if found is None or part is None:
            continue
        part = replace(part, near_identical=found.count, contradicting=found.contradicting)
        facts = _with(facts, role, replace(part, examples=found.examples))
    if "validation" not in sets:
        return facts
    found = twins(sets["validation"], pool, sets["train"], within=False)
    if found is None:
        return facts
    return replace(
        facts, near_leaked=found.count, near_rows=found.rows, near_examples=found.examples
    )


def _telling(facts: ImageFacts, sets: Mapping[str, ImageSet]) -> ImageFacts:
    """The facts with the properties that tell the class of each set's images."""
    for role, one in sets.items():
        part, labels = _part(facts, role), one.part.labels
        if part is not None and labels is not None:
            found = properties(of_pixels(one.measures), labels)
            facts = _with(facts, role, replace(part, properties=found))
    return facts


# ---------------------------------------------------------------- folders


def _readers(handed: Mapping[str, Any]) -> list[tuple[str, Reader]]:
    """Readers with the set they fill; one that fills both is that of the training set."""
    found: list[tuple[str, Reader]] = []
    seen: set[int] = set()
    for role, data in handed.items():
        for reader in readers(data):
            if id(reader.paths) not in seen:
                seen.add(id(reader.paths))
                found.append((role, reader))
    return found


def _of_folders(
    work: _Work,
    facts: ImageFacts,
    found: Sequence[tuple[str, Reader]],
    seconds: float,
    decoding: float,
) -> ImageFacts:
    """The facts with the folders that the sets were read from."""
    if pillow() is None:
        work.missing["decoding"] = PILLOW_MISSING
    opened = folders.open_all(found, seconds=seconds, decoding=decoding)
    facts = replace(facts, folders=tuple(folders.folder_facts(one) for one in opened))
    for folder in opened:
        part, known = _part(facts, folder.role), folders.file_properties(folder)
        if part is not None and known is not None:
            both = (*part.properties, *properties(*known))
            best = tuple(sorted(both, key=lambda one: one.error)[:SHOWN])
            facts = _with(facts, folder.role, replace(part, properties=best))
    return folders.shared(facts, opened)


def image_facts(
    parts: Mapping[str, Part],
    handed: Mapping[str, Any],
    *,
    closely: bool = True,
    seconds: float = FOLDER_SECONDS,
    decoding: float = DECODING_SECONDS,
) -> ImageFacts | None:
    """Facts of a fit's images, without those of augmentation; None where no input holds images and
    no folder of images is read.

    Args:
        parts: the rows of each set, by role, where they were seen.
        handed: what was handed to fit as each set, by role.
        closely: whether to look for copies, for what tells the class, and into the folders.
        seconds, decoding: what opening files, and decoding them, may take.
    """
    work = _Work()
    facts = work.attempt("images", lambda: _of_rows(work, parts, closely)) or ImageFacts()
    found = work.attempt("folders", lambda: _readers(handed)) if closely else None
    if found:
        look = partial(_of_folders, work, facts, found, seconds, decoding)
        facts = work.attempt("folders", look) or facts
    known = found or facts != ImageFacts() or "train" in work.missing
    return replace(facts, missing=work.missing) if known else None
