"""The report as JSON: the contract for CI jobs and other programs (docs/json.md, schema.json).

A report's records written as they are, without its pictures, under one more key, `schema`. Numbers
that JSON lacks are the strings "nan", "inf" and "-inf".
"""

from __future__ import annotations

import dataclasses
import json
import re
from functools import lru_cache
from importlib import resources
from typing import Any

from goodfit import codec
from goodfit.results import Report

SCHEMA = "goodfit-report/1"
_ORDER = ("goodfit", "keras", "backend", "created", "script", "verdict", "findings", "outcomes")
_NUMBERS = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")


def to_json(report: Report, *, indent: int | None = 2) -> str:
    """The report as strict JSON text that fits schema.json; `indent=None` gives one line.
    Half characters, left by names that are not UTF-8, become U+FFFD."""
    plain = codec.to_plain(dataclasses.replace(report, pictures=()))
    del plain["pictures"]
    ordered = {"schema": SCHEMA} | {key: plain[key] for key in _ORDER} | plain
    text = json.dumps(ordered, ensure_ascii=False, allow_nan=False, indent=indent)
    return whole(text)


def whole(text: str) -> str:
    """`text` with half characters, which no file can hold, as U+FFFD."""
    return _LONE_SURROGATES.sub("\ufffd", text)


def of_schema(text: str | bytes, wanted: str, what: str, expected: str, remedy: str) -> Any:
    """What goodfit wrote as JSON under the schema `wanted`.

    Args:
        what: "report" or "study", for the message.
        expected: the file that was expected.
        remedy: what else to do about a file of another version.

    Raises:
        ValueError: not JSON, nothing of goodfit's, or of another version of the contract.
    """
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not a goodfit {what}: {error}; expected {expected}") from error
    if not isinstance(plain, dict) or "schema" not in plain:
        raise ValueError(f'not a goodfit {what}: no "schema"; expected {expected}')
    if plain["schema"] != wanted:
        raise ValueError(
            f'a file written as {plain["schema"]!r}, but this goodfit reads "{wanted}"; '
            f"read it with the goodfit that wrote it, or {remedy}"
        )
    return plain


def from_json(text: str | bytes) -> Report:
    """The report that `to_json` wrote.

    Raises:
        ValueError: not JSON, not a report, or a report of another version of the contract.
    """
    plain = of_schema(text, SCHEMA, "report", "the file of --json", "run again")
    report = codec.from_plain(plain, Report)
    return dataclasses.replace(
        report,
        findings=tuple(
            dataclasses.replace(
                finding,
                evidence=numbers(finding.evidence),
                remedies=tuple(
                    dataclasses.replace(remedy, parameters=numbers(remedy.parameters))
                    for remedy in finding.remedies
                ),
            )
            for finding in report.findings
        ),
        outcomes=tuple(
            dataclasses.replace(outcome, evidence=numbers(outcome.evidence))
            for outcome in report.outcomes
        ),
    )


def numbers(value: Any) -> Any:
    """`value` with "nan", "inf" and "-inf" inside as numbers: evidence and parameters have no types
    of their own, so these are found by their spelling."""
    if isinstance(value, str):
        return _NUMBERS.get(value, value)
    if isinstance(value, dict):
        return {key: numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [numbers(item) for item in value]
    return value


@lru_cache(maxsize=1)
def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the contract."""
    text = resources.files("goodfit.report").joinpath("schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
