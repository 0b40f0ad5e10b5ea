"""Images that show the same are found, images that look alike are not."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from goodfit.facts import ImageFacts
from goodfit.observe.images.hashes import agreements, averaging, difference_hashes
from goodfit.observe.images.look import image_facts
from goodfit.observe.images.sets import Part

DATA = Path(os.environ.get("GOODFIT_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))


def _looked(
    train: np.ndarray,
    validation: np.ndarray | None = None,
    labels: np.ndarray | None = None,
    whole: np.ndarray | None = None,
) -> ImageFacts:
    parts = {"train": Part(x=train, labels=labels)}
    if whole is not None:
        parts["train"] = Part(x=train, index=np.arange(0, 2 * len(train), 2), whole=whole)
    if validation is not None:
        parts["validation"] = Part(x=validation)
    found = image_facts(parts, {})
    assert found is not None
    assert found.missing == {}
    return found


def _cifar(rows: int) -> np.ndarray:
    path = DATA / "cifar10_subset.tar"
    if not path.exists():
        pytest.skip(f"no {path}")
    with tarfile.open(path) as archive:
        names = sorted(name for name in archive.getnames() if "/train/" in name and ".jpg" in name)
        chosen = names[:: len(names) // rows][:rows]
        files = (archive.extractfile(name) for name in chosen)
        return np.stack([np.asarray(Image.open(file)) for file in files if file is not None])


def _mnist() -> tuple[np.ndarray, np.ndarray]:
    path = DATA / "mnist_10k.npz"
    if not path.exists():
        pytest.skip(f"no {path}")
    with np.load(path) as found:
        return found["x"], found["y"]


def _saved(image: np.ndarray, quality: int) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def _shrunk(image: np.ndarray) -> np.ndarray:
    height, width = image.shape[:2]
    return np.asarray(Image.fromarray(image).resize((24, 24)).resize((width, height)))


def test_averages_keep_the_mean_whatever_the_sizes() -> None:
    for size, parts in ((32, 9), (8, 9), (28, 8), (9, 9)):
        weights = averaging(size, parts)
        assert weights.sum(axis=1) == pytest.approx(np.ones(parts), abs=1e-5)
        assert weights.sum(axis=0) == pytest.approx(np.full(size, parts / size), abs=1e-5)


def test_a_hash_says_where_an_image_grows_brighter() -> None:
    ramp = np.broadcast_to(
        np.linspace(0, 1, 18, dtype=np.float32)[None, None, :, None], (1, 16, 18, 1)
    )
    plain = np.full((1, 16, 18, 1), 0.5, np.float32)
    noise = plain + np.random.default_rng(0).uniform(-0.002, 0.002, plain.shape)
    rows = np.concatenate([ramp, ramp[:, :, ::-1], plain, noise.astype(np.float32)])
    hashes = difference_hashes(rows)

    assert hashes.tolist() == [2**64 - 1, 0, 0, 0]
    ((start, agree),) = agreements(hashes[:1], hashes)
    assert (start, agree.tolist()) == (0, [[64, -64, -64, -64]])


def test_no_two_real_images_pass_for_one() -> None:
    digits = load_digits()
    images = digits.images[..., None]
    found = _looked(images[:1200], images[1200:], digits.target[:1200])
    assert found.train is not None
    assert (found.train.near_identical, found.near_leaked, found.near_rows) == (0, 0, 597)
    x, y = _mnist()
    found = _looked(x[:2048], x[8000:9000], y[:2048])
    assert found.train is not None
    assert (found.train.near_identical, found.train.contradicting) == (0, 0)
    assert found.near_leaked == 0


def test_shapes_that_vary_in_two_ways_only_are_near_by_chance() -> None:
    rng, grid = np.random.default_rng(1), np.mgrid[:24, :24]
    middle = rng.uniform(8, 16, (1500, 2, 1, 1))
    distance = np.sqrt(np.square(grid[None] - middle).sum(axis=1))
    discs = (255 / (1 + np.exp(2 * (distance - 5)))).astype(np.uint8)
    found = _looked(discs[:1000], discs[1000:])
    assert found.train is not None
    assert (found.train.near_identical, found.near_leaked) == (0, 0)


def test_validation_images_saved_anew_or_resized_are_found() -> None:
    photos = _cifar(800)
    copies = [_saved(photos[place], 40) for place in range(0, 200, 5)]
    copies += [_shrunk(photos[place]) for place in range(200, 400, 5)]
    fresh = photos[600:]
    found = _looked(photos[:600], np.concatenate([np.stack(copies), fresh]))

    assert found.near_rows == 280
    assert found.near_leaked is not None
    assert 72 <= found.near_leaked <= 80
    assert all(held < 80 and train == 5 * held for held, train in found.near_examples)


def test_exact_copies_are_told_elsewhere() -> None:
    photos = _cifar(300)
    found = _looked(photos, photos[::3].copy())
    assert found.near_leaked == 0
    assert _looked(np.concatenate([photos, photos[:50]])).train.near_identical == 0  # type: ignore[union-attr]


def test_one_image_with_two_labels_contradicts_itself() -> None:
    photos, labels = _cifar(400), np.arange(400) % 7
    rows = np.concatenate([photos, np.stack([_saved(photo, 60) for photo in photos[:10]])])
    wrong = np.concatenate([labels, labels[:4], labels[4:10] + 1])
    train = _looked(rows, labels=wrong).train
    assert train is not None
    assert train.near_identical == 20  # both of each pair
    assert train.contradicting == 12
    assert train.examples[0] == (0, 400)
    assert _looked(rows).train.contradicting is None  # type: ignore[union-attr]


def test_arrays_are_searched_beyond_the_sample() -> None:
    photos = _cifar(800)
    held = np.stack([_saved(photos[place], 60) for place in (1, 3, 4, 301)])
    found = _looked(photos[::2], held, whole=photos)
    assert found.near_examples == ((0, 1), (1, 3), (2, 4), (3, 301))


def test_too_few_or_plain_images_say_nothing() -> None:
    assert _looked(_cifar(40)).train.near_identical is None  # type: ignore[union-attr]
    plain = np.full((100, 16, 16, 1), 200, np.uint8)
    plain[:, 3, 3] = np.arange(100)[:, None]
    assert _looked(plain, plain[:50] + np.uint8(1)).near_leaked == 0


def test_sets_of_unlike_size_are_looked_at_apart() -> None:
    photos = _cifar(100)
    found = _looked(photos, photos[:60, :24, :24])
    assert found.near_leaked is None
    assert found.validation is not None
    assert (found.validation.height, found.validation.width) == (24, 24)
