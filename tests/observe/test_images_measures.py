"""Measures, outliers and telling properties of images, on images made for it and on real ones."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

from goodfit.observe.images.measures import laplacian, measures
from goodfit.observe.images.outliers import outliers
from goodfit.observe.images.pixels import (
    Pixels,
    extremes,
    image_input,
    upright,
    value_range,
)
from goodfit.observe.images.properties import of_pixels, properties

DATA = Path(os.environ.get("GOODFIT_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
RNG = np.random.default_rng(0)


def _pixels(rows: np.ndarray) -> Pixels:
    standing = upright(rows)
    assert standing is not None
    return Pixels(standing, *value_range(*extremes(standing), standing.dtype))


def _photos(count: int, side: int) -> np.ndarray:
    """Smooth shapes with fine grain over them: what a sharp photograph has, bytes in colour."""
    grid = np.linspace(0, 6, side)
    phase = RNG.uniform(0, 6, (count, 2, 1, 1))
    waves = np.sin(grid[None, :, None] + phase[:, 0]) * np.cos(grid[None, None, :] + phase[:, 1])
    grain = RNG.normal(0, 20, (count, side, side, 3))
    return np.clip(110 + 70 * waves[..., None] + grain, 0, 255).astype(np.uint8)


def test_values_are_shares_of_the_range_they_fit_into() -> None:
    def limits(*values: float, dtype: str = "float32") -> tuple[float, float]:
        rows = np.resize(np.array(values, dtype), (2, 8, 8, 1))
        return value_range(*extremes(rows), rows.dtype)

    assert limits(0, 1) == (0.0, 1.0)
    assert limits(-1, 1) == (-1.0, 1.0)
    assert limits(0, 200) == (0.0, 255.0)
    assert limits(0, 16) == (0.0, 16.0)
    assert limits(0, 16, dtype="uint8") == (0.0, 255.0)
    assert limits(-124, 151) == (-124.0, 151.0)
    assert limits(3, 3) == (0.0, 255.0)
    assert limits(np.nan, 0.5) == (0.0, 1.0)


def test_images_are_found_among_inputs_in_any_order_of_channels() -> None:
    picture = RNG.integers(0, 256, (20, 3, 16, 12)).astype("uint8")
    assert image_input({"table": RNG.normal(size=(20, 4)), "photo": picture}) == "photo"
    assert image_input([RNG.normal(size=(20, 4))]) is None
    assert image_input(RNG.normal(size=(20, 30, 5))) is None
    standing = upright(picture)
    assert standing is not None
    assert standing.shape == (20, 16, 12, 3)
    assert upright(np.zeros((5, 4, 4, 3))) is None


def test_measures_of_an_image_that_can_be_reckoned_by_hand() -> None:
    rows = np.zeros((2, 8, 8, 3), np.uint8)
    rows[0, 2:6, 2:6] = 255  # a white square of 16 of 64 pixels
    rows[1] = (255, 0, 0)
    found = measures(_pixels(rows))

    assert found.brightness == pytest.approx([0.25, 1 / 3])
    assert found.contrast == pytest.approx([np.sqrt(0.25 * 0.75), 0], abs=1e-6)
    assert found.border == pytest.approx([0, 1 / 3])
    assert found.colour[1] == pytest.approx([2 / 3, -1 / 3, -1 / 3])
    assert found.grey.tolist() == [True, False]
    assert found.means.mean(axis=0) == pytest.approx([0.625, 0.125, 0.125])
    # inside, each corner of the square has two dark neighbours, each edge one; outside, one light
    middle = laplacian(rows[:1, :, :, 0] / 255.0)
    assert sorted(middle.ravel().tolist()) == [-2.0] * 4 + [-1.0] * 8 + [0.0] * 8 + [1.0] * 16
    assert found.sharpness[0] == pytest.approx(middle.var())


def test_a_chunk_at_a_time_gives_what_all_at_once_gives() -> None:
    rows = RNG.integers(0, 256, (40, 96, 96, 3)).astype("uint8")  # more than one chunk
    whole, alone = measures(_pixels(rows)), measures(Pixels(rows[37:38], 0.0, 255.0))
    assert whole.sharpness[37] == pytest.approx(alone.sharpness[0])
    assert whole.brightness == pytest.approx(rows.mean(axis=(1, 2, 3)) / 255, rel=1e-5)


def test_what_is_blank_dark_bright_or_blurred_stands_out() -> None:
    rows = _photos(200, 80)
    rows[3] = 90
    rows[5], rows[7] = 1, 254
    rows[5, :10, :10], rows[7, :10, :10] = 120, 135  # a lamp at night, a fly on snow
    kernel = np.ones(15) / 15
    for axis in (0, 1):
        rows[9] = np.apply_along_axis(np.convolve, axis, rows[9], kernel, mode="same")
    found = measures(_pixels(rows))
    odd, counts = outliers(found, 80, np.arange(1000, 1200))

    assert counts == {"blank": 1, "dark": 1, "bright": 1, "blurred": 1}
    assert {one.kind: one.row for one in odd} == {
        "blank": 1003,
        "dark": 1005,
        "bright": 1007,
        "blurred": 1009,
    }
    assert outliers(found, 80, None)[0][0].row is None
    assert "blurred" not in outliers(found, 32, None)[1]


def test_what_many_images_are_like_is_no_outlier() -> None:
    rows = _photos(200, 32)
    rows[:40] = 90
    assert outliers(measures(_pixels(rows)), 32, None) == ((), {})
    assert outliers(measures(_pixels(rows[38:70])), 32, None) == ((), {})  # too few to say


def test_healthy_sets_have_no_outliers() -> None:
    digits = load_digits().images
    assert outliers(measures(_pixels(digits)), 8, None) == ((), {})
    path = DATA / "mnist_10k.npz"
    if not path.exists():
        pytest.skip(f"no {path}")
    mnist = np.load(path)["x"][:2048]
    assert outliers(measures(_pixels(mnist)), 28, None) == ((), {})
    assert outliers(measures(_pixels(mnist.astype("float32") / 255)), 28, None) == ((), {})


def test_a_property_that_tells_the_class_comes_first() -> None:
    rows = _photos(300, 16)
    labels = np.arange(300) % 3
    for side in (0, -1):  # a frame of the same grey gives one class away
        rows[labels == 1, side] = rows[labels == 1, :, side] = 110
    found = properties(of_pixels(measures(_pixels(rows))), labels)

    assert found[0].name == "border"
    assert found[0].prior_error == pytest.approx(2 / 3)
    assert found[0].error < 0.5
    assert found[0].rows == 300
    assert all(one.error >= found[0].error for one in found)


def test_random_labels_are_told_by_nothing_and_one_class_by_no_question() -> None:
    known = of_pixels(measures(_pixels(_photos(400, 16))))
    for one in properties(known, RNG.integers(0, 2, 400)):
        assert one.error > 0.4
    assert properties(known, np.zeros(400, int)) == ()
    assert properties({n: v[:20] for n, v in known.items()}, np.arange(20) % 2) == ()
