from __future__ import annotations

import copy
import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import samples

from goodfit import codec
from goodfit.report import from_json, schema, to_json
from goodfit.results import Report

VALIDATOR = jsonschema.Draft202012Validator(schema())
CASES = samples.SAMPLES | {"huge": lambda: samples.huge(epochs=50, layers=20, fits=2)}


def _errors(plain: Any) -> list[str]:
    return [f"{error.json_path}: {error.message[:100]}" for error in VALIDATOR.iter_errors(plain)]


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("name", CASES)
def test_reports_fit_the_schema(name: str) -> None:
    assert _errors(json.loads(to_json(CASES[name]()))) == []


@pytest.mark.parametrize("name", CASES)
def test_round_trip(name: str) -> None:
    report = CASES[name]()
    back = from_json(to_json(report))
    assert codec.to_plain(back) == codec.to_plain(report)
    assert to_json(back) == to_json(report)
    assert type(back) is Report
    assert back.fits == report.fits or name == "broken"  # nan is not equal to itself


def test_numbers_that_json_lacks_come_back_as_numbers() -> None:
    text = to_json(samples.broken())
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    evidence = from_json(text).findings[0].evidence
    assert math.isnan(evidence["loss"])
    assert evidence["lowest"] == -math.inf
    assert math.isnan(evidence["rows"][1])


def test_what_the_contract_promises_is_there() -> None:
    plain = json.loads(to_json(samples.overfitting()))
    assert next(iter(plain)) == "schema"
    assert plain["schema"] == "goodfit-report/1"
    assert plain["script"] == {
        "path": "train.py",
        "arguments": ["--epochs", "60"],
        "ended": "finished",
        "exit_code": 0,
        "signal": None,
    }
    assert plain["verdict"]["name"] == "overfitting"
    finding = plain["findings"][1]
    assert finding["code"] == "GF401"
    assert finding["where"]["line"] == 31
    assert finding["because_of"] == ["GF102"]
    assert finding["remedies"][0] == {"id": "early-stopping", "parameters": {"patience": 10}}
    assert set(plain["seconds"]) == {"total", "script", "monitor", "checks", "trials"}


def _broken() -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(to_json(samples.overfitting()))
    return plain


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (("schema",), "goodfit-report/2"),
        (("verdict", "name"), "great"),
        (("verdict", "confidence"), "high"),
        (("findings", 0, "severity"), "fatal"),
        (("findings", 0, "code"), "overfitting"),
        (("findings", 0, "where", "line"), "31"),
        (("outcomes", 0, "result"), "crashed"),
        (("fits", 0, "facts", "trace", "epochs", 1, "logs", "loss"), None),
        (("fits", 0, "facts", "model", "layers", 0, "path"), 3),
        (("script", "ended"), "exploded"),
        (("seconds", "total"), None),
    ],
)
def test_a_broken_report_does_not_fit(at: tuple[Any, ...], value: Any) -> None:
    plain = _broken()
    part = plain
    for key in at[:-1]:
        part = part[key]
    part[at[-1]] = value
    assert len(_errors(plain)) >= 1


@pytest.mark.parametrize("key", schema()["required"])
def test_a_report_without_a_promised_key_does_not_fit(key: str) -> None:
    plain = _broken()
    del plain[key]
    assert _errors(plain)


def test_every_field_of_the_results_is_in_the_contract() -> None:
    """A field added to a record must be added to schema.json, and to docs/json.md at top level."""
    plain, contract = _broken(), schema()
    parts = contract["$defs"]
    assert set(plain) == set(contract["properties"])
    for name, record in {
        "script": plain["script"],
        "verdict": plain["verdict"],
        "finding": plain["findings"][0],
        "where": plain["findings"][0]["where"],
        "remedy": plain["findings"][1]["remedies"][0],
        "outcome": plain["outcomes"][0],
        "seconds": plain["seconds"],
        "fit": plain["fits"][0],
        "facts": plain["fits"][0]["facts"],
        "gap": plain["fits"][0]["facts"]["trace"]["gap"],
    }.items():
        assert set(record) == set(parts[name]["properties"]), name
    page = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
    promised = (*contract["properties"], *parts["finding"]["properties"])
    assert [key for key in promised if f"`{key}`" not in page] == []


def test_unknown_fields_are_passed_over() -> None:
    plain = _broken()
    plain["later"] = 1
    plain["findings"][0]["later"] = {"x": 2}
    assert from_json(json.dumps(plain)).findings[0].code == "GF102"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "not a goodfit report"),
        ("{", "not a goodfit report"),
        (b"\xff\xfe\x00", "not a goodfit report"),
        ("[]", 'no "schema"'),
        ("{}", 'no "schema"'),
        ('{"schema": "goodfit-report/9"}', "goodfit-report/9"),
        ('{"schema": "goodfit-report/1"}', "verdict"),
        ('{"schema": "goodfit-report/1", "verdict": 3}', "verdict"),
    ],
)
def test_what_is_not_a_report_says_so(text: str | bytes, part: str) -> None:
    with pytest.raises(ValueError, match=part):
        from_json(text)


def test_half_characters_do_not_break_the_file() -> None:
    report = dataclasses.replace(samples.empty(), notes=("caf\udce9",))
    text = to_json(report)
    assert text.encode("utf-8")
    assert from_json(text).notes == ("caf\ufffd",)


def test_to_json_leaves_the_report_alone() -> None:
    report = samples.overfitting()
    before = copy.deepcopy(report)
    to_json(report)
    assert report == before
