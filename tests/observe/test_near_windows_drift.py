from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from goodfit.facts import SetFacts
from goodfit.observe.baselines.domain import area_under_curve, domain_auc
from goodfit.observe.data.drift import feature_drift, kolmogorov_smirnov, target_shift
from goodfit.observe.data.near import near_rows
from goodfit.observe.data.sets import set_facts
from goodfit.observe.data.windows import window_overlap


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_almost_equal_rows_are_found_with_their_numbers(rng) -> None:
    x, held = rng.normal(5, 100, (600, 12)), rng.normal(5, 100, (200, 12))
    held[[3, 60, 61]] = x[[500, 7, 8]] + rng.normal(0, 0.1, (3, 12))
    held[9] = x[100]
    found = near_rows(x, held)
    assert found is not None
    assert (found.count, found.rows) == (3, 200)
    assert found.examples == ((3, 500), (60, 7), (61, 8))
    moved = near_rows(x * np.arange(1, 13) * 1e3 - 7, held * np.arange(1, 13) * 1e3 - 7)
    assert moved is not None
    assert moved.examples == found.examples


@pytest.mark.parametrize("columns", [3, 8, 60])
def test_rows_of_their_own_are_near_no_other(columns: int, rng) -> None:
    x = rng.lognormal(sigma=2, size=(3000, columns)) * (1 + 99 * rng.integers(0, 2, (3000, 1)))
    assert near_rows(x[:2000], x[2000:]).count <= 1
    assert near_rows(x).count <= 1


def test_copies_with_a_little_noise_are_near_each_other(rng) -> None:
    rows = np.repeat(rng.normal(size=(200, 10)), 5, axis=0) + rng.normal(0, 1e-3, (1000, 10))
    rows = rng.permutation(rows)
    assert near_rows(rows).count > 990
    assert near_rows(rows[:800], rows[800:]).count > 190


def test_exact_copies_are_not_near(rng) -> None:
    x = rng.normal(size=(300, 6))
    assert near_rows(x, x[:50]).count == 0
    assert near_rows(np.concatenate([x, x])).count == 0


def test_neighbours_in_a_smooth_series_are_not_near(rng) -> None:
    steps = np.sin(np.arange(1500) / 30) + rng.normal(0, 1e-3, 1500)
    windows = rng.permutation(np.lib.stride_tricks.sliding_window_view(steps, 20))
    assert near_rows(windows[:1000], windows[1000:]).count == 0


@pytest.mark.parametrize(
    "x",
    [
        np.random.default_rng(0).integers(0, 17, (300, 20)),
        np.random.default_rng(0).normal(size=(300, 2)),
        np.random.default_rng(0).normal(size=(20, 9)),
        np.array([["a", "b"]] * 90),
        np.ones((90, 5)),
        np.full((90, 5), np.nan),
        np.zeros((0, 5)),
        None,
    ],
)
def test_where_nearness_means_nothing_none_is_told(x) -> None:
    assert near_rows(x) is None


def test_tokens_are_not_near(rng) -> None:
    assert near_rows(rng.integers(0, 9999, (300, 20)), kinds=("tokens",)) is None


def test_rows_out_of_all_range_stop_nothing(rng) -> None:
    x = rng.normal(size=(300, 6))
    x[0], x[1, 2], x[2, 3] = 1e6, np.inf, np.nan
    assert near_rows(x, x[:9] + 1e-12) is not None
    assert near_rows(x * 1e38) is None
    assert near_rows(x, x[:9] * 1e30) is not None
    assert feature_drift(x * 1e300, x[:90] * 1e300, ("features",))[1] == 6
    assert near_rows(x, rng.normal(size=(9, 7))) is None


# ---------------------------------------------------------------- windows


def test_windows_split_at_random_overlap_and_those_split_in_time_do_not(rng) -> None:
    series = rng.normal(size=(800, 2)).astype(np.float32).cumsum(axis=0)
    windows = np.lib.stride_tricks.sliding_window_view(series, 12, axis=0).swapaxes(1, 2)
    mixed = rng.permutation(windows)
    assert window_overlap(mixed[:600], mixed[600:], "sequence") > 0.8
    flat = mixed[..., 0]
    assert window_overlap(flat[:600], flat[600:].astype(np.float64), "features") > 0.8
    assert window_overlap(windows[:600], windows[612:], "sequence") == 0
    assert window_overlap(windows[:600], windows[600:], "sequence") < 0.02


def test_chance_is_no_overlap(rng) -> None:
    bits = rng.integers(0, 2, (3000, 8))
    assert window_overlap(bits[:2000], bits[2000:], "features") < 0.05
    periodic = np.lib.stride_tricks.sliding_window_view(np.tile(np.arange(7.0), 60), 9)
    assert window_overlap(periodic[:200], periodic[220:], "features") == 0


def test_what_are_no_windows_has_no_overlap(rng) -> None:
    x = rng.normal(size=(50, 3))
    assert window_overlap(x, x, "features") is None
    assert window_overlap([x, x], [x, x], "features") is None
    assert window_overlap(np.ones((50, 9)), np.ones((5, 9)), "features") is None
    assert window_overlap(rng.random((9, 8, 8, 3)), rng.random((9, 8, 8, 3)), "image") is None
    assert window_overlap(np.ones((0, 9)), np.ones((5, 9)), "features") is None


# ---------------------------------------------------------------- drift


def test_statistics_are_those_of_scipy(rng) -> None:
    one, two = rng.normal(size=(300, 5)), rng.normal(0.2, 1, (120, 5))
    one[:, 4], two[:, 4] = rng.integers(0, 4, 300), rng.integers(0, 4, 120)
    one[:30, 3] = np.nan
    statistic, p_value, shift = kolmogorov_smirnov(one, two)
    for column in range(5):
        first = one[np.isfinite(one[:, column]), column]
        known = stats.ks_2samp(first, two[:, column])
        assert statistic[column] == pytest.approx(known.statistic)
        assert p_value[column] == pytest.approx(known.pvalue, rel=0.25, abs=0.02)
        away = (two[:, column].mean() - first.mean()) / first.std()
        assert shift[column] == pytest.approx(away)


def test_the_moved_feature_comes_first_and_order_does_not_matter(rng) -> None:
    x, held = rng.normal(size=(900, 30)), rng.normal(size=(300, 30))
    held[:, 17] += 0.6
    found, tested = feature_drift(x, held, ("features",))
    assert (found[0].input, found[0].feature, tested, len(found)) == (0, 17, 30, 5)
    assert found[0].p_value < 1e-9
    assert found[0].shift == pytest.approx(0.6, abs=0.2)
    assert found[1].p_value > 1e-3 / 30
    mixed = feature_drift(rng.permutation(x), rng.permutation(held), ("features",))[0]
    assert [one.feature for one in mixed] == [one.feature for one in found]
    assert mixed[0].statistic == pytest.approx(found[0].statistic)


def test_images_are_compared_by_channel_and_sequences_by_feature(rng) -> None:
    x, held = rng.random((200, 8, 8, 3)), rng.random((90, 8, 8, 3))
    held[..., 2] *= 0.8
    found, tested = feature_drift(x, held, ("image",))
    assert (found[0].feature, tested) == (2, 3)
    first = feature_drift(np.moveaxis(x, -1, 1), np.moveaxis(held, -1, 1), ("image",))[0][0]
    assert first.statistic == pytest.approx(found[0].statistic)
    found, tested = feature_drift(x[:, 0], held[:, 0], ("sequence",))
    assert (found[0].feature, tested) == (2, 3)
    assert feature_drift(x[:, 0, 0], held[:, 0, 0], ("tokens",)) == ((), 0)


def targets(y) -> SetFacts:
    x = np.zeros((len(y), 1))
    return set_facts("train", x, y, source="numpy", rows=len(y), class_targets=None)


def test_classes_and_numbers_that_differ_between_the_sets_are_seen(rng) -> None:
    y, held = rng.integers(0, 3, 900), rng.integers(0, 3, 300)
    assert target_shift(targets(y), targets(held), y, held)[1] > 1e-3
    ordered = np.sort(y)
    table = np.array([np.bincount(part, minlength=3) for part in (ordered[:600], ordered[600:])])
    statistic, p_value = target_shift(targets(ordered[:600]), targets(ordered[600:]), None, None)
    assert p_value < 1e-50
    assert statistic == pytest.approx(stats.contingency.association(table))
    values, more = rng.normal(size=(400, 2)), rng.normal(size=(300, 2))
    assert target_shift(targets(values), targets(more), values, more)[1] > 1e-3
    more[:, 1] += 0.7
    assert target_shift(targets(values), targets(more), values, more)[1] < 1e-9


def test_a_class_too_rare_to_be_expected_is_no_shift() -> None:
    y, held = np.array([0] * 500 + [1] * 500 + [2]), np.array([0] * 50 + [1] * 50)
    assert target_shift(targets(y), targets(held), y, held)[1] > 0.5
    one = np.zeros(40, int)
    assert target_shift(targets(one), targets(one), one, one) is None


def test_the_area_is_that_of_all_pairs_and_its_error_that_of_repeats(rng) -> None:
    one, two = rng.integers(0, 9, 40) * 1.0, rng.integers(2, 12, 30) * 1.0
    pairs = (two[:, None] > one).mean() + 0.5 * (two[:, None] == one).mean()
    assert area_under_curve(one, two)[0] == pytest.approx(pairs)
    found = [area_under_curve(rng.normal(size=60), rng.normal(0.5, 1, 40)) for _ in range(300)]
    areas, errors = np.array(found).T
    assert errors.mean() == pytest.approx(areas.std(), rel=0.2)


def test_a_classifier_tells_sets_apart_only_if_they_differ(rng) -> None:
    x, held = rng.normal(size=(900, 6)), rng.normal(size=(600, 6))
    area, error = domain_auc(x, held)
    assert abs(area - 0.5) < 3.5 * error
    held[:, 1] = held[:, 0] + rng.normal(0, 0.1, 600)  # no single feature shows it
    area, error = domain_auc(x, held)
    assert area - 0.5 > 5 * error
    assert domain_auc(x, held) == (area, error)
    assert domain_auc(x, held[:20]) is None


def test_copies_within_a_set_do_not_tell_it_apart(rng) -> None:
    x, held = np.repeat(rng.normal(size=(150, 10)), 8, axis=0), rng.normal(size=(200, 10))
    area, error = domain_auc(x, held)
    assert abs(area - 0.5) < 3.5 * error


def test_values_written_with_fewer_digits_are_no_drift() -> None:
    rng = np.random.default_rng(5)
    steps = rng.choice([0.0, 1.0865, 2.1731], (1200, 2))
    rows = np.concatenate([rng.normal(size=(1200, 4)), steps], axis=1)
    rounded, full = np.round(rows[:600], 3), rows[600:]
    assert kolmogorov_smirnov(rounded, full)[1].min() < 1e-9
    assert min(one.p_value for one in feature_drift(rounded, full, ("features",))[0]) > 1e-4
    found = domain_auc(rounded, full)
    assert found is not None
    assert abs(found[0] - 0.5) < 4 * found[1] + 0.02
