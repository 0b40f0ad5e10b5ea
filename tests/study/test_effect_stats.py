"""Effects of known size, and the coverage of their intervals."""

from __future__ import annotations

import numpy as np
import pytest

from goodfit.study.stats import effect, seed_noise


def scores(rng, seeds, rows, shift, seed_noise, row_noise):
    """Right answers of two arms whose means differ by `shift`."""
    of_rows = rng.normal(0, row_noise, rows)
    base = 0.7 + rng.normal(0, 0.3, (seeds, rows))
    change = shift + rng.normal(0, seed_noise, (seeds, 1)) + of_rows
    return list(base), list(base + change)


def test_a_plain_improvement_helps():
    without, with_remedy = scores(np.random.default_rng(0), 3, 400, 0.05, 0.002, 0.1)
    found = effect("accuracy", without, with_remedy)
    assert found.says == "helps"
    assert found.low > 0
    assert found.difference == pytest.approx(0.05, abs=0.02)
    assert (found.seeds, found.rows) == (3, 400)


def test_turned_round_it_harms_by_as_much():
    without, with_remedy = scores(np.random.default_rng(1), 3, 400, 0.05, 0.002, 0.1)
    there, back = (
        effect("accuracy", without, with_remedy),
        effect("accuracy", with_remedy, without),
    )
    assert back.says == "harms"
    assert (back.low, back.high) == pytest.approx((-there.high, -there.low))


def test_the_same_scores_have_no_effect():
    rows = np.random.default_rng(2).integers(0, 2, 200).astype("float32")
    found = effect("accuracy", [rows, rows], [rows, rows])
    assert (found.says, found.difference, found.p) == ("no effect", 0.0, 1.0)


def test_one_seed_cannot_tell():
    rows = np.zeros(200, "float32")
    assert effect("accuracy", [rows], [rows + 1]).says == "cannot tell"


def test_few_rows_cannot_tell():
    rows = np.zeros(20, "float32")
    assert effect("accuracy", [rows, rows], [rows + 1, rows + 1]).says == "cannot tell"


def test_a_score_that_is_not_finite_cannot_tell():
    rows = np.zeros(100, "float32")
    broken = rows.copy()
    broken[3] = -np.inf
    assert effect("loss", [rows, rows], [broken, broken]).says == "cannot tell"


def test_more_comparisons_widen_the_interval():
    without, with_remedy = scores(np.random.default_rng(3), 4, 300, 0.02, 0.01, 0.1)
    one = effect("accuracy", without, with_remedy)
    ten = effect("accuracy", without, with_remedy, comparisons=10)
    assert ten.low < one.low
    assert ten.high > one.high
    assert ten.p == pytest.approx(min(1.0, 10 * one.p))


def test_different_rows_are_refused():
    with pytest.raises(ValueError, match="rows"):
        effect("accuracy", [np.zeros(50)], [np.zeros(49)])


@pytest.mark.parametrize(("seed_noise", "row_noise"), [(0.03, 0.0), (0.0, 0.4), (0.03, 0.4)])
def test_intervals_of_no_effect_cover_zero_nine_times_in_ten_or_more(seed_noise, row_noise):
    rng = np.random.default_rng(4)
    wrong = 0
    for _ in range(300):
        found = effect("accuracy", *scores(rng, 4, 150, 0.0, seed_noise, row_noise))
        wrong += found.low > 0 or found.high < 0
    assert wrong <= 0.08 * 300


def test_a_twentieth_of_the_errors_is_nothing_and_of_a_loss_is_not() -> None:
    rng = np.random.default_rng(5)
    rows = rng.normal(0, 0.004, (3, 500))
    base = [np.full(500, 0.5)] * 3
    assert effect("accuracy", base, list(0.5 + 0.01 + rows)).says == "helps"
    noisy = rng.normal(0, 0.16, (3, 500))
    assert effect("accuracy", base, list(0.5 + noisy)).says == "no effect"
    assert effect("loss", list(np.negative(base)), list(-0.5 + noisy)).says == "cannot tell"


CLASSES = np.array([0] * 500 + [1] * 10)


def rare(
    rng: np.random.Generator, classes: np.ndarray, chances: tuple[float, float], gain: float
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Balanced scores of five seeds of two arms; of the rare class the second finds more by `gain`.
    Rows are hard or easy for all seeds alike."""
    from goodfit.study.balance import row_weights

    rarely = classes == 1
    first = np.where(rarely, chances[1], chances[0])
    second = first + gain * rarely
    hard = rng.random(len(classes))

    def right(chance: np.ndarray) -> np.ndarray:
        return (0.8 * hard + 0.2 * rng.random(len(classes)) < chance) * row_weights(classes)

    return [right(first) for _ in range(5)], [right(second) for _ in range(5)]


def test_intervals_over_classes_cover_the_truth_where_one_class_has_ten_rows() -> None:
    rng = np.random.default_rng(6)
    missed = pooled = 0
    for _ in range(200):
        scores = rare(rng, CLASSES, (0.98, 0.8), 0.1)
        found = effect("balanced accuracy", *scores, classes=CLASSES)
        missed += not found.low <= 0.05 <= found.high
        found = effect("balanced accuracy", *scores)
        pooled += not found.low <= 0.05 <= found.high
    assert missed <= 0.05 * 200
    assert pooled > 0.1 * 200, "rows of all classes together promise too much, as expected"


def test_rows_of_a_rare_class_decide_and_too_few_of_them_cannot() -> None:
    rng = np.random.default_rng(7)
    classes = np.array([0] * 500 + [1] * 40)
    scores = rare(rng, classes, (0.98, 0.3), 0.5)
    assert effect("balanced accuracy", *scores, classes=classes).says == "helps"
    few = np.array([0] * 531 + [1] * 9)
    assert effect("balanced accuracy", *scores, classes=few).says == "cannot tell"


def test_where_ten_rows_of_a_class_did_not_change_nothing_is_known_of_it() -> None:
    base = [np.ones(510)] * 3
    found = effect("balanced accuracy", base, base, classes=CLASSES)
    assert found.says == "cannot tell"
    assert found.high - found.low > 0.1


def arms_without_effect(rng, arms: int, seeds: int) -> list[tuple[list, list]]:
    """Arms that change nothing but by chance, all against the same trainings of the baseline."""
    base = [rng.normal(0.7, 0.02) + rng.normal(0, 0.2, 400) for _ in range(seeds)]
    noise = rng.normal(0, 0.02, (arms, seeds))
    return [(base, [a + by for a, by in zip(base, arm, strict=True)]) for arm in noise]


def test_few_seeds_lean_on_what_other_arms_tell_of_their_noise() -> None:
    rng = np.random.default_rng(8)
    wrong, shorter = 0, []
    for _ in range(60):
        pairs = arms_without_effect(rng, 10, 2)
        noise = seed_noise(pairs)
        found = [effect("accuracy", *pair, noise=noise, comparisons=10) for pair in pairs]
        alone = [effect("accuracy", *pair, comparisons=10) for pair in pairs]
        wrong += any(one.low > 0 or one.high < 0 for one in found)
        shorter.append(np.median([one.high for one in found]) / np.median([x.high for x in alone]))
    assert wrong <= 0.1 * 60
    assert np.median(shorter) < 0.2


def test_noise_of_arms_is_found_again_and_unlike_arms_share_little() -> None:
    rng = np.random.default_rng(9)
    alike = seed_noise(arms_without_effect(rng, 40, 4))
    assert alike is not None
    assert alike.variance**0.5 == pytest.approx(0.02, rel=0.25)
    assert alike.freedom > 10
    unlike = [
        ([np.zeros(50)] * 4, [np.full(50, x) for x in rng.normal(0, spread, 4)])
        for spread in np.geomspace(0.001, 1, 40)
    ]
    found = seed_noise(unlike)
    assert found is not None
    assert found.freedom < 2
    assert seed_noise(unlike[:2]) is None


def test_the_interval_ends_at_zero_where_chance_is_one_in_twenty() -> None:
    without, with_remedy = scores(np.random.default_rng(10), 4, 200, 0.0, 0.01, 0.2)
    base = effect("accuracy", without, with_remedy)
    shift = (base.high - base.low) / 2 - base.difference
    found = effect("accuracy", without, [row + shift for row in with_remedy])
    assert found.low == pytest.approx(0.0, abs=1e-9)
    assert found.p == pytest.approx(0.05, rel=1e-6)
