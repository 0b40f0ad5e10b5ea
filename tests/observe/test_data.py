from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from goodfit import codec
from goodfit.facts import SetFacts
from goodfit.observe.data.sets import set_facts, split_facts

RNG = np.random.default_rng(0)
DATA = Path(__file__).parents[3] / "shared" / "data"


def facts_of(x: object, y: object = None, **more: object) -> SetFacts:
    return set_facts("train", x, y, source="numpy", rows=None, **more)  # type: ignore[arg-type]


@settings(deadline=None)
@given(
    hnp.arrays(
        st.sampled_from(["f2", "f4", "f8", "i1", "u8", "i8", "?", "O", "c8", "M8[s]", "U2"]),
        hnp.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=5),
    ),
    hnp.arrays(st.sampled_from(["f4", "i8", "?", "O"]), st.tuples(st.integers(0, 5))),
)
def test_no_array_is_too_odd(x: np.ndarray, y: np.ndarray) -> None:
    facts = facts_of(x, y)
    assert facts.rows_seen == len(x) == facts.inputs[0].rows_seen
    assert facts.inputs[0].shape == x.shape[1:]
    assert facts.targets[0].rows_seen == len(y)
    again = codec.decode(codec.encode(facts), SetFacts)
    assert codec.encode(again) == codec.encode(facts)
    if x.dtype.kind in "bui" and x.size:
        assert facts.inputs[0].whole_numbers
        assert facts.inputs[0].minimum == float(x.min())
    if facts.duplicates is not None:
        assert 0 <= facts.duplicates < len(x)
        assert (facts.conflicts or 0) <= facts.duplicates


@settings(deadline=None)
@given(
    hnp.arrays(
        np.int8, st.tuples(st.integers(1, 30), st.integers(1, 2)), elements={"max_value": 2}
    ),
    st.data(),
)
def test_duplicates_and_conflicts_are_those_of_a_plain_count(x: np.ndarray, data) -> None:
    y = data.draw(hnp.arrays(np.int8, len(x), elements=st.integers(0, 2)))
    first: dict[bytes, int] = {}
    duplicates = conflicts = 0
    for row, label in zip(x, y, strict=True):
        if row.tobytes() in first:
            duplicates += 1
            conflicts += label != first[row.tobytes()]
        first.setdefault(row.tobytes(), label)
    facts = facts_of(x, y, class_targets=True)
    assert (facts.duplicates, facts.conflicts) == (duplicates, conflicts)


def test_features_have_statistics_of_each_column() -> None:
    x = RNG.normal([0, 100], [1, 50], (1000, 2)).astype(np.float32)
    x[7, 1] = np.nan
    found = facts_of(x, RNG.integers(0, 2, 1000)).inputs[0]
    assert found.kind == "features"
    assert found.feature_mean == pytest.approx(np.nanmean(x, axis=0), rel=1e-5)
    assert found.feature_std == pytest.approx(np.nanstd(x, axis=0), rel=1e-5)
    assert (found.non_finite, found.first_non_finite) == (1, (7, 1))
    assert found.mean == pytest.approx(np.nanmean(x), rel=1e-5)


@pytest.mark.parametrize(
    ("x", "kind"),
    [
        (RNG.normal(size=(20, 5)), "features"),
        (RNG.normal(size=20), "features"),
        (RNG.integers(0, 90, (20, 5)), "features"),
        (RNG.integers(0, 256, (20, 784)), "features"),
        (np.stack([RNG.integers(0, 9, 50), RNG.integers(0, 90_000, 50)] * 4, axis=1), "tokens"),
        (np.stack([RNG.integers(0, 90, 50)] * 5 + [RNG.integers(0, 90_000, 50)], 1), "features"),
        (RNG.integers(0, 10_000, (20, 40)), "tokens"),
        (RNG.random((9, 16, 16, 3)), "image"),
        (RNG.random((9, 3, 16, 16)), "image"),
        (RNG.random((9, 16, 16, 7)), "other"),
        (RNG.integers(0, 256, (9, 28, 28)).astype(np.uint8), "image"),
        (RNG.integers(0, 256, (9, 28, 28)).astype("float32") / 255, "image"),
        (RNG.random((9, 28, 28)), "sequence"),
        (RNG.integers(0, 256, (9, 4, 4)).astype(np.uint8), "sequence"),
        (np.eye(26)[RNG.integers(0, 26, (9, 40))], "sequence"),
        (RNG.normal(size=(9, 30, 2)), "sequence"),
        (np.array(["a text", "another"]), "text"),
        (np.array([["a", "b"]], dtype=object), "text"),
        (np.array([{"a": 1}, None], dtype=object), "other"),
        (RNG.random((3, 4, 4, 4, 1)), "other"),
    ],
)
def test_the_kind_of_inputs(x: np.ndarray, kind: str) -> None:
    assert facts_of(x).inputs[0].kind == kind


def test_what_feeds_an_embedding_is_tokens_and_nothing_else_then() -> None:
    x = {"words": RNG.integers(0, 50, (9, 5)), "counts": RNG.integers(0, 9999, (9, 5))}
    kinds = {a.name: a.kind for a in facts_of(x, token_inputs=frozenset({"words"})).inputs}
    assert kinds == {"words": "tokens", "counts": "features"}


def test_sorted_labels_show_in_the_runs() -> None:
    x, y = RNG.normal(size=(300, 2)), np.repeat([0, 1, 2], 100)
    found = facts_of(x, y)
    assert found.label_runs == pytest.approx(297 / 299)
    assert found.label_runs_expected == pytest.approx(99 / 299)
    one_hot = facts_of(x, np.eye(3)[y])
    assert (one_hot.label_runs, one_hot.label_runs_expected) == (
        found.label_runs,
        found.label_runs_expected,
    )
    mixed = facts_of(x, RNG.permutation(y))
    assert abs(mixed.label_runs - mixed.label_runs_expected) < 0.12


def test_runs_are_not_told_of_samples_and_numbers() -> None:
    x, y = RNG.normal(size=(30, 2)), np.repeat([0, 1], 15)
    assert facts_of(x, y, sampled=True).label_runs is None
    assert facts_of(x, RNG.normal(size=30)).label_runs is None
    assert facts_of(x).label_runs is None


def test_conflicts_are_not_told_of_numbers() -> None:
    found = facts_of(np.ones((4, 2)), np.array([0.5, 0.7, 0.9, 1.1]))
    assert (found.duplicates, found.conflicts) == (3, None)


def test_rows_of_several_inputs_are_equal_only_if_all_parts_are() -> None:
    x = [np.array([1, 1, 1]), np.array([[1.0, 2.0], [1.0, 2.0], [1.0, 3.0]])]
    assert facts_of(x, np.array([0, 1, 1])).duplicates == 1


def test_beyond_the_budget_blocks_of_rows_are_looked_at() -> None:
    x = RNG.normal(size=(10_000, 10))
    found = facts_of(x, RNG.integers(0, 2, 10_000), budget_cells=20_000)
    assert found.sampled
    assert 1500 < found.rows_seen <= 2000
    assert found.inputs[0].rows_seen == found.targets[0].rows_seen == found.rows_seen


def test_frames_sparse_rows_and_lists_are_arrays_too() -> None:
    frame = pd.DataFrame({"a": [1, 2, 2], "b": [0.5, 1.5, 1.5]})
    of_frame = facts_of(frame, pd.Series([0, 1, 0]))
    assert of_frame.inputs[0].feature_max == (2.0, 1.5)
    assert (of_frame.duplicates, of_frame.conflicts) == (1, 1)
    assert facts_of(sparse.csr_matrix(np.eye(4))).inputs[0].feature_mean == (0.25,) * 4
    assert facts_of([[1.0, 2.0], [3.0, 4.0]], [0, 1]).inputs[0].shape == (2,)


def test_weights_that_are_not_finite_are_counted() -> None:
    found = set_facts(
        "train", np.ones((3, 1)), None, np.array([1.0, np.nan, np.inf]), source="numpy", rows=3
    )
    assert found.sample_weights
    assert found.non_finite_weights == 2


def test_leaked_rows_are_found_with_their_numbers() -> None:
    x, y = RNG.normal(size=(200, 4)), RNG.integers(0, 2, 200)
    x_val, y_val = RNG.normal(size=(50, 4)), RNG.integers(0, 2, 50)
    x_val[[3, 9, 40]] = x[[100, 5, 7]]
    y_val[[3, 9, 40]] = y[[100, 5, 7]] ^ np.array([0, 0, 1])
    found = split_facts(x, y, x_val, y_val, 0.0)
    assert (found.leaked, found.leaked_same_label, found.rows_compared) == (3, 2, 50)
    assert found.leaked_expected == 0
    assert found.examples == ((3, 100), (9, 5), (40, 7))


def test_rows_that_repeat_by_nature_are_expected() -> None:
    """Ten truth values: with 2,000 rows of 1,024 possible ones, most new rows were seen before."""
    x, x_val = RNG.integers(0, 2, (2000, 10)), RNG.integers(0, 2, (500, 10))
    found = split_facts(x, None, x_val, None, None)
    assert found.leaked_same_label is None
    assert found.leaked == pytest.approx(found.leaked_expected, rel=0.07)


def test_rows_are_compared_across_types_and_libraries() -> None:
    x = RNG.normal(size=(50, 3))
    assert split_facts(x, None, x[:5].astype(np.float32), None).leaked == 5
    assert split_facts(x, None, pd.DataFrame(x[:5]), None).leaked == 5
    whole = RNG.integers(0, 10_000, (50, 3))
    assert split_facts(whole, None, whole[:5].astype(np.float64), None).leaked == 5
    assert split_facts({"a": x, "b": whole}, None, {"b": whole[:5], "a": x[:5]}, None).leaked == 5
    labels = RNG.integers(0, 2, 50)
    assert split_facts(x, labels, x[:5], labels[:5, None]).leaked_same_label == 5


@pytest.mark.parametrize(
    ("train", "validation"),
    [
        (np.ones((5, 2)), np.ones((5, 3))),
        (np.ones((0, 2)), np.ones((5, 2))),
        (np.ones((5, 2)), np.ones((0, 2))),
        (np.ones((5, 2)), np.full((5, 2), "a")),
        (np.ones((5, 2)), [np.ones((5, 2)), np.ones((5, 2))]),
        (None, None),
    ],
)
def test_what_cannot_be_compared_is_not(train: object, validation: object) -> None:
    assert split_facts(train, None, validation, None).leaked is None


def test_real_sets_have_the_duplicates_they_are_known_for() -> None:
    if not DATA.exists():
        pytest.skip("the data folder is not here")
    wine = pd.read_csv(DATA / "wine_quality_red.csv")
    x, y = wine.drop(columns="quality"), wine["quality"]
    found = facts_of(x, y)
    assert found.duplicates == int(x.duplicated().sum())
    assert found.targets[0].kind == "classes"
    sms = pd.read_csv(DATA / "sms_spam.tsv.gz", sep="\t", header=None, quoting=3)
    texts = facts_of(sms[1], sms[0])
    assert texts.duplicates == int(sms[1].duplicated().sum())
    assert texts.targets[0].class_counts == sms[0].value_counts().to_dict()
