"""A study as JSON and back: its records as they are under one more key, `schema`; the contract
stands in docs/study-json.md and schema.json.

Scores by row are left out, for they would make most of the file; their means stand in their place,
and a study that is read back has none.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any, NotRequired, TypedDict

from goodfit import codec
from goodfit.report.json import numbers, of_schema, whole
from goodfit.results import (
    Arm,
    Effect,
    Protocol,
    Remedy,
    RowScores,
    StudyCurve,
    StudyResult,
    Trial,
    TrialEpoch,
    TrialStatus,
)

SCHEMA = "goodfit-study/1"


class _Trial(TypedDict):
    """`Trial` without scores by row."""

    arm: str
    seed: int
    status: TrialStatus
    reason: str
    epochs: tuple[TrialEpoch, ...]
    best_epoch: int | None
    still_improving: bool
    parameters: int | None
    seconds: float
    threshold: NotRequired[float | None]


class _Arm(TypedDict):
    name: str
    remedies: tuple[Remedy, ...]
    trials: tuple[_Trial, ...]
    choosing: Effect | None
    confirming: Effect | None
    notes: tuple[str, ...]
    recall: NotRequired[Mapping[str, float]]


class _Study(TypedDict):
    name: str
    protocol: Protocol
    arms: tuple[_Arm, ...]
    winner: str
    leader: NotRequired[str]
    validation_rows: int
    test_rows: int
    notes: tuple[str, ...]
    curves: NotRequired[tuple[StudyCurve, ...]]
    seconds: float
    goodfit: str
    keras: str
    backend: str
    created: str


@lru_cache
def study_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of what `study_json` writes."""
    text = resources.files("goodfit.report.study").joinpath("schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def study_json(study: StudyResult, *, indent: int | None = 2) -> str:
    """The study as strict JSON text; `indent=None` gives one line. Numbers that JSON lacks are the
    strings "nan", "inf" and "-inf"; half characters become U+FFFD."""
    shorn = dataclasses.replace(study, arms=tuple(_without_rows(arm) for arm in study.arms))
    plain = codec.to_plain(shorn)
    for arm, told in zip(study.arms, plain["arms"], strict=True):
        for trial, record in zip(arm.trials, told["trials"], strict=True):
            record["validation"] = codec.to_plain(_means(trial.validation))
            record["test"] = codec.to_plain(_means(trial.test))
    plain = {"schema": SCHEMA} | plain
    text = json.dumps(plain, ensure_ascii=False, allow_nan=False, indent=indent)
    return whole(text)


def _without_rows(arm: Arm) -> Arm:
    trials = (dataclasses.replace(trial, validation=None, test=None) for trial in arm.trials)
    return dataclasses.replace(arm, trials=tuple(trials))


def _means(rows: RowScores | None) -> dict[str, float] | None:
    if rows is None or not len(rows.score):
        return None
    return {
        "rows": len(rows.score),
        "score": float(rows.score.mean()),
        "loss": float(rows.loss.mean()),
    }


def study_from_json(text: str | bytes) -> StudyResult:
    """The study that `study_json` wrote, without scores by row.

    Raises:
        ValueError: not JSON, not a study, or a study of another version of the contract.
    """
    plain = of_schema(text, SCHEMA, "study", "a study's JSON file", "run the study again")
    told = codec.from_plain(plain, _Study)
    return StudyResult(**(told | {"arms": tuple(_arm(arm) for arm in told["arms"])}))  # type: ignore[arg-type]


def _arm(told: _Arm) -> Arm:
    trials = tuple(Trial(**trial) for trial in told["trials"])
    remedies = tuple(
        dataclasses.replace(remedy, parameters=numbers(remedy.parameters))
        for remedy in told["remedies"]
    )
    return Arm(**(told | {"trials": trials, "remedies": remedies}))  # type: ignore[arg-type]
