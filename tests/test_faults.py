"""The fault corpus: every fault can be planted, and the halves and the judgement hold."""

from __future__ import annotations

import ast
import dataclasses
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from told import ROOT

FOLDER = ROOT / "benchmarks" / "faults"
sys.path.insert(0, str(FOLDER))

import backends  # noqa: E402
import corpus  # noqa: E402
import figures  # noqa: E402
import machine  # noqa: E402
import prove  # noqa: E402
import score  # noqa: E402
from operators import OPERATORS, edits  # noqa: E402
from operators.families import FAMILIES, family_of  # noqa: E402

BASE_NAMES = {base.name for base in corpus.BASES}


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_an_operator_breaks_each_of_its_bases(operator: corpus.Operator) -> None:
    bases = (*operator.bases, *operator.later_bases)
    assert set(bases) <= BASE_NAMES
    assert len(set(bases)) == len(bases) > 0
    for pair in corpus.PAIRS:
        if pair.operator == operator:
            faulty = pair.source()  # raises where it does not apply, parse or differ
            assert re.findall(r"^SEED = 0$", faulty, re.MULTILINE) == ["SEED = 0"]


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_an_operator_says_what_it_accepts_and_why(operator: corpus.Operator) -> None:
    assert operator.codes
    assert operator.why.endswith(".")
    assert all(re.fullmatch(r"GF[1-6]\d\d", code) for code in operator.codes)


def test_names_are_unique() -> None:
    assert len({pair.name for pair in corpus.PAIRS}) == len(corpus.PAIRS)
    assert len({operator.name for operator in OPERATORS}) == len(OPERATORS) >= 48


def test_exceptions_name_pairs() -> None:
    assert set(corpus.CODES) <= {pair.name for pair in corpus.PAIRS}


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_both_halves_have_their_share_of_every_operator(operator: corpus.Operator) -> None:
    halves = corpus.half_of(operator)

    count = Counter(halves[base] for base in operator.bases)
    assert set(halves) == {*operator.bases, *operator.later_bases}
    assert abs(count["tuning"] - count["scored"]) <= 1
    assert halves == corpus.half_of(operator)


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_a_later_base_leaves_the_others_in_their_half(operator: corpus.Operator) -> None:
    before = dataclasses.replace(operator, later_bases=operator.later_bases[:-1])
    halves = corpus.half_of(operator)

    assert corpus.half_of(before).items() <= halves.items()
    assert set(halves.values()) <= {"tuning", "scored"}


def test_the_lot_of_later_bases_falls_both_ways() -> None:
    later = [
        corpus.half_of(operator)[base] for operator in OPERATORS for base in operator.later_bases
    ]

    assert 0.25 < later.count("tuning") / len(later) < 0.75


def test_every_operator_is_in_one_family() -> None:
    named = [name for names in FAMILIES.values() for name in names]

    assert sorted(named) == sorted(operator.name for operator in OPERATORS)
    assert all(name in FAMILIES[family_of(name)] for name in named)
    with pytest.raises(KeyError):
        family_of("no such operator")


def test_families_are_planted_in_several_kinds_of_program() -> None:
    planted: dict[str, set[str]] = {family: set() for family in FAMILIES}
    for pair in corpus.PAIRS:
        planted[family_of(pair.operator.name)].add(pair.base)

    assert all(len(bases) >= prove.ENOUGH_BASES for bases in planted.values())


def test_harm_on_several_bases_is_shown_for_most_faults() -> None:
    judged = prove.verdicts()
    for of in (lambda pair: family_of(pair.operator.name), lambda pair: pair.operator.name):
        shown = prove.shown_bases(judged, of)
        assert sum(len(bases) >= prove.ENOUGH_BASES for bases in shown.values()) >= 45


@pytest.mark.parametrize("base", corpus.BASES, ids=lambda base: base.name)
def test_a_base_keeps_the_conventions(base: corpus.Program) -> None:
    source = base.source()
    tree = ast.parse(source)

    assert ast.get_docstring(tree)
    assert re.findall(r"^SEED = 0$", source, re.MULTILINE) == ["SEED = 0"]
    assert len(edits.calls(source, "model.compile")) == len(edits.calls(source, "model.fit")) == 1
    assert "goodfit" not in source.replace("GOODFIT_DATA", "")
    assert machine.needs(source) <= {"data", "tensorflow"}
    assert ("data" in machine.needs(source)) == ("GOODFIT_DATA" in source)
    last = [ast.unparse(statement) for statement in tree.body[-2:]]
    assert last[0].startswith("print(f'validation score: ")
    assert last[1].startswith("print(f'test score: ")


def test_an_edit_leaves_the_rest_as_it_is() -> None:
    source = 'é = 1\nmodel.compile(loss="mse", metrics=["mae"],)  # é\nmodel.fit(x)\n'

    assert edits.set_compile(source, loss='"é"') == source.replace('"mse"', '"é"')
    compile_call = edits.call(source, "model.compile")
    assert edits.without_keyword(source, compile_call, "loss") == source.replace('loss="mse", ', "")
    assert edits.set_fit(source, epochs="1").endswith("model.fit(x, epochs=1)\n")
    assert edits.before_fit(source, "y = 1").splitlines()[2:] == ["y = 1", "model.fit(x)"]


def test_what_is_not_there_once_is_refused() -> None:
    with pytest.raises(edits.DoesNotApply):
        edits.call("model.fit(x)\nmodel.fit(x)\n", "model.fit")
    with pytest.raises(edits.DoesNotApply):
        edits.set_compile("model.fit(x)\n", loss="None")


def record(*tests: float, **more: Any) -> dict[str, Any]:
    return {
        "seeds": [
            {"seed": seed, "test": test, "validation": 0.9, **more}
            for seed, test in enumerate(tests)
        ]
    }


HEALTHY = record(0.90, 0.91, 0.92, 0.91, 0.90)


def test_a_lower_score_counts_and_noise_does_not() -> None:
    worse = prove.judge("worse", HEALTHY, record(0.70, 0.72, 0.70, 0.73, 0.71))
    noise = prove.judge("worse", HEALTHY, record(0.92, 0.90, 0.91, 0.92, 0.90))
    constant = prove.judge("worse", HEALTHY, record(0.80, 0.81, 0.82, 0.81, 0.80))

    assert worse.counts
    assert worse.drop == pytest.approx(0.196)
    assert not noise.counts
    assert constant.counts
    assert not prove.judge("worse", HEALTHY, HEALTHY).counts


def test_a_diverged_seed_does_not_drown_the_test() -> None:
    assert prove.judge("worse", HEALTHY, record(-1e9, -3.0, -1e30, -50.0, -2.5)).counts


def test_only_a_crash_in_every_seed_is_one() -> None:
    crash = {"seeds": [{"seed": s, "exception": "ValueError"} for s in range(5)]}
    once = {"seeds": [*crash["seeds"][:1], *HEALTHY["seeds"][1:]]}
    late = {"seeds": [{"seed": s, "exception": "TimeoutError"} for s in range(5)]}

    assert prove.judge("worse", HEALTHY, crash).effect == "crash"
    assert prove.judge("crash", HEALTHY, crash).counts
    assert not prove.judge("crash", HEALTHY, HEALTHY).counts
    assert not prove.judge("worse", HEALTHY, once).counts
    assert not prove.judge("crash", HEALTHY, late).counts
    assert not prove.judge("crash", crash, crash).counts
    assert not prove.judge("crash", None, crash).counts


def test_a_gap_is_one_beyond_the_base() -> None:
    wider = record(0.80, 0.81, 0.80, 0.79, 0.80)

    assert prove.judge("gap", HEALTHY, wider).counts
    assert not prove.judge("gap", wider, HEALTHY).counts


def test_a_metric_lies_only_where_the_base_does_not() -> None:
    right = record(*[0.9] * 5, metrics={"val_accuracy": 0.91})
    lies = record(*[0.9] * 5, metrics={"val_accuracy": 0.1})
    other = record(*[0.9] * 5, metrics={"val_mae": 0.1})

    assert prove.judge("metric", right, lies).counts
    assert prove.judge("metric", other, lies).counts
    assert not prove.judge("metric", lies, lies).counts
    assert not prove.judge("metric", right, right).counts
    assert not prove.judge("metric", right, HEALTHY).counts


def test_scores_are_read_from_the_last_lines() -> None:
    printed = "test score: 0.1\nvalidation score: nan\ntest score: -inf\n"

    assert prove.scores(printed) == {"validation": -1e9, "test": -1e9}
    assert prove.scores("Traceback") == {}


def test_records_survive_an_interrupted_line(tmp_path: Path) -> None:
    path = tmp_path / "harm.jsonl"
    machine.append_line(path, {"name": "a"})
    path.write_text(path.read_text() + '{"name": "b', encoding="utf-8")
    machine.append_line(path, {"name": "c"})

    assert [line["name"] for line in machine.read_lines(path)] == ["a", "c"]


def test_harm_is_recorded_in_lines_of_json() -> None:
    for line in prove.HARM.read_text(encoding="utf-8").splitlines():
        assert [seed["seed"] for seed in json.loads(line)["seeds"]] == list(prove.SEEDS)


def answer(pair: corpus.Pair | None, *findings: tuple[str, str]) -> figures.Scored:
    return figures.Scored(
        name=pair.name if pair else "bases/a",
        pair=pair,
        findings=tuple(figures.Finding(code, severity) for code, severity in findings),
        report=True,
        failed=(),
        plain=2.0,
        seconds=3.0,
    )


def test_a_tip_is_no_detection() -> None:
    pair = corpus.PAIRS[0]
    wanted = pair.codes[0]

    tip = answer(pair, ("GF000", "error"), (wanted, "tip"))
    second = answer(pair, ("GF000", "error"), (wanted, "warning"))

    assert (tip.detected, tip.within(1), tip.within(3)) == (False, False, True)
    assert (second.detected, second.within(1), second.within(3)) == (True, False, True)


def test_the_page_keeps_its_history() -> None:
    runs = [answer(corpus.PAIRS[0]), answer(None, ("GF401", "error"))]
    first = figures.page(runs, about="a", row=figures.history_row(runs, "one", "x"), earlier="")
    row = figures.history_row(runs, "two", "y")
    second = figures.page(runs, about="a", row=row, earlier=first)

    assert [line.split(" | ")[0] for line in figures.earlier_history(second)] == ["| one", "| two"]
    assert "`bases/a`: GF401" in second
    assert "found nothing" in second


def test_the_smoke_programs_are_there_and_of_the_tuning_half() -> None:
    tuning = {pair.name for pair in corpus.PAIRS if pair.half == "tuning"}

    assert set(score.SMOKE_BASES) <= BASE_NAMES
    assert set(score.SMOKE_PAIRS) <= tuning
    assert len(score.SMOKE_BASES) + len(score.SMOKE_PAIRS) == 24


def test_a_seed_is_set_where_the_program_sets_it() -> None:
    assert corpus.with_seed("SEED = 0\nx = SEED = 0\n", 3) == "SEED = 3\nx = SEED = 0\n"


def test_the_page_by_family_counts_the_pairs_of_its_operators() -> None:
    family = "learning rate far too high"
    pairs = [pair for pair in corpus.PAIRS if family_of(pair.operator.name) == family]
    runs = [answer(pair, (pair.codes[0], "error")) for pair in pairs]

    text = figures.page(runs, about="a", row="| a |", earlier="")

    assert len({pair.operator.name for pair in pairs}) > 1
    assert f"| {family} | {len(pairs)}/{len(pairs)} (100 %)" in text


def on_backends(
    pair: corpus.Pair | None, *told: tuple[str, ...], seeds: tuple[tuple[str, ...], ...] = ()
) -> dict[backends.Setting, figures.Scored]:
    settings = [*backends.BACKENDS, *backends.CONTROL[1:]]
    return {
        setting: answer(pair, *((code, "warning") for code in codes))
        for setting, codes in zip(settings, [*told, *seeds], strict=False)
    }


def test_agreement_is_of_all_the_backends() -> None:
    pair = next(pair for pair in corpus.PAIRS if pair.codes[0] == "GF102")
    found = {
        pair.name: on_backends(pair, ("GF102", "GF401"), ("GF102",), ("GF102",)),
        "other": on_backends(pair, ("GF102",), (), ("GF102",)),
        "bases/a": on_backends(None, (), (), ()),
    }

    table = backends.agreement(found, control=False)

    rows = {line.split(" | ")[0].strip("| "): line for line in table.splitlines()}
    assert rows["all three backends"].endswith("| 1/2 (50 %) | 1/3 (33 %) | 2/3 (67 %) |")
    assert "| 2/2 (100 %) | 2/3 (67 %) | 3/3 (100 %) |" in rows["jax and torch"]
    assert "| 2/2 (100 %) |" not in rows["jax and tensorflow"]
    assert "| torch | 2/2 (100 %) |" in backends.detections(found)
    assert "| tensorflow | 1/2 (50 %) |" in backends.detections(found)


def test_a_difference_that_seeds_make_too_is_said_to_be_one() -> None:
    by_seed = on_backends(None, ("GF102",), (), ("GF102",), seeds=((), ("GF102",)))
    by_backend = on_backends(None, ("GF401",), ("GF401",), (), seeds=(("GF401",), ("GF401",)))
    same = on_backends(None, ("GF401",), ("GF401",), ("GF401",), seeds=((), ()))

    said = backends.differences({"a": by_seed, "b": by_backend, "c": same}, control=True)

    first, second = said.splitlines()
    assert "GF102 on jax and torch only; on jax GF102 comes and goes with the seed" in first
    assert "Not looked into" not in first
    assert "GF401 on jax and tensorflow only" in second
    assert "seed" not in second
    assert "Not looked into" in second


def test_a_run_without_a_report_is_a_difference() -> None:
    runs = on_backends(None, (), (), ())
    torch = backends.BACKENDS[2]
    runs[torch] = dataclasses.replace(runs[torch], report=False)

    assert "no report on torch" in backends.differences({"a": runs}, control=False)


def test_more_programs_keep_the_fewer_and_none_is_of_the_scored_half() -> None:
    few, many = backends.drawn(4, 2), backends.drawn(9, 3)

    assert {task.name for task in few} < {task.name for task in many}
    assert [task.pair is None for task in many] == [False] * 9 + [True] * 3
    assert {task.pair.half for task in many if task.pair} == {"tuning"}
    assert set(backends.KNOWN) <= {f"bases/{name}" for name in BASE_NAMES} | {
        pair.name for pair in corpus.PAIRS if pair.half == "tuning"
    }
