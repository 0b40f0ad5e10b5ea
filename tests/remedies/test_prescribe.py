"""Which remedies a finding leads to."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from written import dense, entry, recipe, sequential

import goodfit.checks
from goodfit.recipe import CallbackRecipe, FitRecipe, Recipe, Task
from goodfit.remedies import BY_ID
from goodfit.remedies.by_evidence import BY_NUMBERS, BY_TASK
from goodfit.remedies.prescribe import ALIASES, ALWAYS, prescribe
from goodfit.results import Finding, Remedy, Where

NOT_MECHANICAL = {"more-data", "validation-split", "threshold"}
"""What checks advise that no remedy can do: other rows, and what is done with the answers."""


def some(task: str = "classes", inputs: str = "tabular") -> Recipe:
    model = sequential(entry(3), dense("h", 4, "relu"), dense("out", 3, "softmax"))
    told = Task(name=task, classes=3, inputs=inputs)  # type: ignore[arg-type]
    return recipe(model, "sparse_categorical_crossentropy", [0, 1, 2], told)


def found(code: str, where: Where | None = None, **evidence: Any) -> Finding:
    return Finding(
        code=code,
        name="",
        severity="error",
        message="",
        advice="",
        evidence=evidence,
        where=where or Where(),
    )


def told(code: str, **evidence: Any) -> list[tuple[str, dict[str, Any]]]:
    remedies = prescribe(found(code, **evidence), some())
    return [(remedy.id, dict(remedy.parameters)) for remedy in remedies]


CODES = sorted({*ALWAYS, *BY_NUMBERS, *BY_TASK})


@pytest.mark.parametrize("code", CODES)
def test_every_prescription_names_remedies_and_parameters_that_exist(code: str) -> None:
    remedies = prescribe(found(code), some(inputs="image"))
    assert len(remedies) == len({(one.id, str(one.parameters)) for one in remedies})
    for remedy in remedies:
        known = {parameter.name for parameter in BY_ID[remedy.id].parameters}
        assert set(remedy.parameters) <= known, remedy


def test_every_remedy_that_a_check_names_can_be_tried() -> None:
    ids = {id_ for check in goodfit.checks.CHECKS for id_ in check.remedies} - NOT_MECHANICAL
    unknown = {id_ for id_ in ids if id_ not in BY_ID and id_ not in ALIASES}
    assert not unknown


def test_codes_are_those_of_checks() -> None:
    assert set(CODES) <= {check.code for check in goodfit.checks.CHECKS}


def test_evidence_that_is_read_is_evidence_that_checks_give() -> None:
    """A key that no check writes would be read in vain for ever."""
    root = Path(goodfit.checks.__file__).parent
    written = "".join(path.read_text() for path in root.rglob("*.py"))
    source = Path(BY_ID["l2"].function.__code__.co_filename).parent / "by_evidence.py"
    read = re.findall(r'(?:_number|_layers)\(finding, "(\w+)"', source.read_text())
    read += re.findall(r'(?:evidence|seen)\.get\("(\w+)"\)', source.read_text())
    assert len(read) > 10
    assert not [key for key in read if f'"{key}"' not in written]


def test_a_rate_that_was_tried_is_the_one_to_try() -> None:
    assert told("GF220", better="learning_rate=0.003") == [
        ("learning-rate", {"learning_rate": 0.003})
    ]


def test_a_rate_too_low_goes_up_and_one_too_high_down() -> None:
    low = {"first_loss": 2.0, "best_loss": 1.9, "last_loss": 1.9, "epochs_needed": 300}
    assert told("GF220", **low)[0] == ("learning-rate", {"factor": 10.0})
    high = {"first_loss": 2.0, "best_loss": 1.0, "last_loss": 5.0, "epochs_needed": None}
    assert told("GF220", **high)[0] == ("learning-rate", {"factor": 0.1})


def test_labels_out_of_range() -> None:
    assert told("GF107", minimum=1, maximum=3, units=3, units_needed=4)[0][0] == "label-encoding"
    wider = told("GF107", minimum=0, maximum=4, units=3, units_needed=5)
    assert wider[0] == ("output-units", {"units": 5})


def test_the_task_is_told_only_where_the_recipe_does_not_know_it() -> None:
    seen = found("GF202", kind="one-hot", loss="mean_squared_error")
    assert prescribe(seen, some("classes"))[0] == Remedy(id="loss")
    believed = prescribe(seen, some("regression"))[0]
    assert believed == Remedy(id="loss", parameters={"task": "classes"})


def test_layers_are_those_of_the_finding() -> None:
    assert told("GF205", layers=["a", "b"])[0] == (
        "activation",
        {"name": "relu", "layers": ["a", "b"]},
    )
    frozen = prescribe(found("GF216", where=Where(layer="base")), some())
    assert frozen[0].parameters == {"layers": ["base"]}
    assert told("GF208", layer="d", rate=0.9)[1] == ("less-dropout", {"rate": 0.1, "layers": ["d"]})


def test_augmentation_is_for_images() -> None:
    seen = found("GF401")
    assert "augmentation" not in [one.id for one in prescribe(seen, some())]
    assert "augmentation" in [one.id for one in prescribe(seen, some(inputs="image"))]


def test_what_a_check_worked_out_comes_first() -> None:
    exact = Remedy(id="batch-size", parameters={"batch_size": 16})
    crash = Finding(
        code="GF605", name="", severity="error", message="", advice="", remedies=(exact,)
    )
    assert prescribe(crash, some()) == (exact,)


def test_nothing_is_made_up_where_nothing_is_known() -> None:
    assert prescribe(found("GF113"), some()) == ()


def test_longer_first_where_training_was_short_and_faster_where_it_was_long() -> None:
    finding = found("GF223", more=4)
    short = replace(some("classes"), fit=FitRecipe(epochs=1))
    assert [one.id for one in prescribe(finding, short)] == [
        "whole-epochs", "epochs", "learning-rate",
    ]  # fmt: skip
    long = replace(short, fit=FitRecipe(epochs=60))
    assert [one.id for one in prescribe(finding, long)][1:] == ["learning-rate", "epochs"]
    stops = CallbackRecipe(name="EarlyStopping", arguments={"patience": 3})
    stopped = replace(short, fit=FitRecipe(epochs=1, callbacks=(stops,)))
    assert prescribe(finding, stopped)[1].parameters == {"epochs": 50}


def test_a_small_model_gets_a_usual_width() -> None:
    assert told("GF211", units=2)[0] == ("more-capacity", {"factor": 16.0})
    assert told("GF211", units=64)[0] == ("more-capacity", {"factor": 4.0})


def test_strong_augmentation_is_made_weaker_before_it_is_dropped() -> None:
    assert told("GF321") == [
        ("weaker-augmentation", {"factor": 0.3}),
        ("weaker-augmentation", {"factor": 0.1}),
        ("drop-augmentation", {}),
    ]


def test_a_bottleneck_gets_the_width_around_it() -> None:
    factors = [
        told("GF212", units=1, before=512, behind=10, layer="b")[0][1]["factor"],
        told("GF212", units=4, before=512, behind=128, layer="b")[0][1]["factor"],
        told("GF212", units=2, before=16, behind=10, layer="b")[0][1]["factor"],
    ]
    assert factors == [32.0, 32.0, 8.0]


def test_every_hidden_softmax_goes_and_the_answers_stay() -> None:
    model = sequential(
        entry(3),
        dense("a", 8, "softmax"),
        dense("b", 8, "relu"),
        dense("c", 8, "softmax"),
        dense("out", 3, "softmax"),
    )
    given = recipe(model, "sparse_categorical_crossentropy", [0, 1, 2], Task(name="classes"))
    (remedy,) = prescribe(found("GF206", first="a"), given)
    assert remedy.parameters == {"name": "relu", "layers": ["a", "c"]}
