"""The loop of a study on scripted trials: rounds, racing, resuming, Ctrl-C."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np
import pytest
from scripted import Scripted, proposal

from goodfit.recipe import Task
from goodfit.results import Protocol
from goodfit.study.held import Cutter, choosing_rows
from goodfit.study.run import Progress, run
from goodfit.study.store import Store, StoreError, Unkept

PROTOCOL = Protocol(seeds=(0, 1, 2, 3, 4), epochs=5)
SHARES = {"baseline": 0.7, "good": 0.8, "bad": 0.3}
ARMS = [proposal(name) for name in SHARES]


def told(ran) -> dict:
    """All of a result but how long it took."""
    found = asdict(ran)
    del found["seconds"]
    return found


def test_seeds_come_in_rounds_with_the_baseline_first_and_losers_stop():
    engine = Scripted(SHARES)
    ran = run(ARMS, PROTOCOL, engine, Unkept())
    assert engine.trained[:6] == [(name, seed) for seed in (0, 1) for name in SHARES]
    assert [len(arm.trials) for arm in ran.arms] == [5, 5, 3]
    assert ran.winner == "good"
    assert ran.arms[2].notes[0].startswith("Stopped after 3 of 5 seeds: clearly worse than 'good'")
    assert ran.arms[2].choosing.seeds == 3
    assert ran.arms[1].confirming.says == "helps"
    assert not ran.interrupted
    assert (ran.validation_rows, ran.test_rows) == (400, 400)


def test_the_baseline_stops_where_no_arm_is_left():
    ran = run(ARMS[:1] + ARMS[2:], PROTOCOL, Scripted(SHARES), Unkept())
    assert [len(arm.trials) for arm in ran.arms] == [3, 3]
    assert ran.winner == "baseline"


def test_a_baseline_alone_trains_every_seed():
    (arm,) = run(ARMS[:1], PROTOCOL, Scripted(SHARES), Unkept()).arms
    assert len(arm.trials) == 5


def test_neither_slots_nor_the_order_of_ending_changes_the_result():
    one = run(ARMS, PROTOCOL, Scripted(SHARES), Unkept())
    for slots in (2, 4, 20):
        for backwards in (False, True):
            engine = Scripted(SHARES, slots=slots, backwards=backwards)
            many = run(ARMS, PROTOCOL, engine, Unkept())
            np.testing.assert_equal(told(many), told(one))


def test_an_arm_that_fails_gets_no_more_seeds_and_stops_nobody():
    ran = run(ARMS, PROTOCOL, Scripted(SHARES | {"good": -1.0}), Unkept())
    failed = ran.arms[1]
    assert [trial.status for trial in failed.trials] == ["failed"] * 3
    assert failed.notes[0] == (
        "Stopped after 3 of 5 seeds: a trial did not finish, so this arm cannot win."
    )
    assert "3 of 3 trials failed: it burst" in failed.notes
    assert failed.choosing is None
    assert ran.winner == "baseline"


@pytest.mark.parametrize("after", range(0, 14, 3))
def test_a_study_that_was_interrupted_comes_to_the_same(tmp_path, after):
    whole = run(ARMS, PROTOCOL, Scripted(SHARES), Unkept())

    def stop(arm: str, seed: int) -> None:
        if len(first.trained) == after:
            raise KeyboardInterrupt

    first = Scripted(SHARES, before=stop)
    with Store(tmp_path, PROTOCOL) as store:
        part = run(ARMS, PROTOCOL, first, store)
    assert part.interrupted == (after < len(whole.arms) * 5 - 2)
    assert first.closed == part.interrupted
    if part.interrupted:
        assert part.notes[-1] == f"Interrupted after {after} of {15 if after < 9 else 13} trials."
    second = Scripted(SHARES)
    with Store(tmp_path, PROTOCOL) as store:
        again = run(ARMS, PROTOCOL, second, store)
    np.testing.assert_equal(told(again), told(whole))
    assert not set(first.trained) & set(second.trained)


def test_the_end_of_the_time_keeps_what_is_known():
    done: list[Progress] = []
    ran = run(
        ARMS,
        PROTOCOL,
        Scripted(SHARES),
        Unkept(),
        on_progress=done.append,
        over=lambda: bool(done) and done[-1].done >= 6,
    )
    assert ran.interrupted
    assert [len(arm.trials) for arm in ran.arms] == [2, 2, 2]


def test_no_time_at_all_leaves_nothing_known_and_nothing_broken():
    ran = run(ARMS, PROTOCOL, Scripted(SHARES), Unkept(), over=lambda: True)
    assert (ran.interrupted, ran.winner) == (True, "baseline")
    assert [arm.choosing for arm in ran.arms] == [None] * 3
    assert ran.notes == ("Interrupted after 0 of 15 trials.",)


def test_progress_counts_down_and_names_the_best():
    events: list[Progress] = []
    run(ARMS, PROTOCOL, Scripted(SHARES), Unkept(), on_progress=events.append)
    ends = [event for event in events if event.epoch is None]
    assert [event.done for event in ends] == list(range(1, 14))
    assert {event.total for event in ends} == {15, 13}
    assert events[0].seconds_left is None
    assert ends[0].seconds_left == pytest.approx(14.0)
    assert ends[-1].seconds_left == 0.0
    assert ends[-1].best == "good"
    assert events[0].epoch.index == 0


def test_another_recipe_in_the_store_is_refused(tmp_path):
    with Store(tmp_path, PROTOCOL) as store:
        run(ARMS, PROTOCOL, Scripted(SHARES), store)
        changed = [replace(ARMS[0], recipe=ARMS[1].recipe), *ARMS[1:]]
        with pytest.raises(StoreError, match="another recipe under the name 'baseline'"):
            run(changed, PROTOCOL, Scripted(SHARES), store)


@pytest.mark.parametrize(
    ("arms", "protocol", "said"),
    [
        ([], PROTOCOL, "no arms"),
        ([ARMS[0], ARMS[0]], PROTOCOL, "two arms are called 'baseline'"),
        (ARMS, replace(PROTOCOL, seeds=()), "seeds"),
        (ARMS, replace(PROTOCOL, seeds=(1, 1)), "different integers"),
        (
            [replace(ARMS[0], recipe=replace(ARMS[0].recipe, data=replace(
                ARMS[0].recipe.data, validation=None)))],
            PROTOCOL,
            "no validation rows",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_studied_is_refused(arms, protocol, said):
    with pytest.raises(ValueError, match=said):
        run(arms, protocol, Scripted(SHARES), Unkept())


def test_rows_that_confirm_are_never_shown_to_what_chooses():
    given = proposal("a", held=101).recipe
    cut = Cutter(PROTOCOL)
    data = cut(given).data
    chosen, confirming = set(data.validation.x[:, 0]), set(data.test.x[:, 0])
    assert not chosen & confirming
    assert len(chosen | confirming) == 101
    assert abs(len(chosen) - len(confirming)) <= 1
    # A second arm on the same arrays shares the parts too.
    assert cut(replace(given, notes=("b",))).data.validation.x is data.validation.x


def test_test_rows_confirm_where_there_are_any():
    given = proposal("a", held=100, test=60).recipe
    assert Cutter(PROTOCOL)(given) is given
    alone = proposal("a", held=100).recipe
    assert Cutter(replace(PROTOCOL, choosing_share=1.0))(alone) is alone


def test_the_split_is_the_same_every_time():
    np.testing.assert_array_equal(choosing_rows(1000, 0.3), choosing_rows(1000, 0.3))
    assert choosing_rows(1000, 0.3).sum() == 300


def test_both_parts_hold_rows_of_a_rare_class() -> None:
    classes = np.zeros(1001, dtype="int64")
    classes[np.random.default_rng(0).permutation(1001)[:13]] = 1
    chooses = choosing_rows(1001, 0.5, classes)
    assert chooses.sum() == 500
    assert sorted([classes[chooses].sum(), classes[~chooses].sum()]) == [6, 7]
    third = choosing_rows(1001, 0.3, classes)
    assert (third.sum(), classes[third].sum()) == (300, 4)
    # Rows of the frequent class are drawn, not taken by their order.
    assert 0.4 < chooses[:500].mean() < 0.6


def test_only_studies_that_count_classes_alike_are_cut_by_class() -> None:
    y = np.array([0] * 400 + [1] * 400 + [2] * 13)
    given = proposal("a", held=len(y)).recipe
    rows = replace(given.data.validation, y=y)
    given = replace(
        given, data=replace(given.data, validation=rows), task=Task(name="classes", classes=3)
    )
    plain = Cutter(PROTOCOL)(given).data.validation
    np.testing.assert_array_equal(plain.y, y[choosing_rows(len(y), 0.5)])
    balanced = replace(PROTOCOL, measure="balanced accuracy")
    cut = Cutter(balanced)
    chosen = cut(given).data.validation
    assert abs((chosen.y == 2).sum() - 6.5) == 0.5
    # An arm that writes the classes another way is cut alike.
    other = given.with_targets(lambda labels: 2 - labels)
    np.testing.assert_array_equal(cut(other).data.validation.x, chosen.x)
