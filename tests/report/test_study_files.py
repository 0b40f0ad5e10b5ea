from __future__ import annotations

import csv
import dataclasses
import io
import json
import math
import struct
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import study_samples

from goodfit import codec
from goodfit.report import (
    study_csv,
    study_frame,
    study_from_json,
    study_json,
    study_schema,
    write_study_csv,
    write_study_html,
    write_study_json,
    write_tensorboard,
)
from goodfit.report.study import json as study_json_module
from goodfit.results import Arm, Remedy, StudyCurve, StudyPoint, StudyResult, Trial


def _shorn(study: StudyResult) -> Any:
    arms = tuple(
        dataclasses.replace(
            arm,
            trials=tuple(dataclasses.replace(t, validation=None, test=None) for t in arm.trials),
        )
        for arm in study.arms
    )
    return codec.to_plain(dataclasses.replace(study, arms=arms))


@pytest.mark.parametrize("name", study_samples.STUDIES)
def test_json_and_back(name: str) -> None:
    study = study_samples.STUDIES[name]()
    back = study_from_json(study_json(study))
    assert type(back) is StudyResult
    assert codec.to_plain(back) == _shorn(study)


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(study_schema())


@pytest.mark.parametrize("name", study_samples.STUDIES)
def test_studies_fit_the_schema(name: str) -> None:
    assert _errors(json.loads(study_json(study_samples.STUDIES[name]()))) == []


def test_the_schema_knows_every_field_and_no_other() -> None:
    plain = json.loads(study_json(study_samples.dozen()))
    schema = study_schema()
    arm = plain["arms"][1]
    told = {
        "": plain,
        "protocol": plain["protocol"],
        "arm": arm,
        "effect": arm["choosing"],
        "trial": arm["trials"][0],
        "epoch": arm["trials"][0]["epochs"][0],
        "rows": arm["trials"][0]["validation"],
    }
    for name, record in told.items():
        part = schema["$defs"][name] if name else schema
        assert set(part["properties"]) == set(record), name
    for name, record_type in (("curve", StudyCurve), ("point", StudyPoint)):
        fields = {field.name for field in dataclasses.fields(record_type)}
        assert set(schema["$defs"][name]["properties"]) == fields


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (("winner",), None),
        (("protocol", "measure"), "F1"),
        (("arms", 1, "choosing", "says"), "rocks"),
        (("arms", 1, "trials", 0, "seed"), "zero"),
        (("arms", 1, "trials", 0, "epochs", 0, "train_loss"), "much"),
    ],
)
def test_the_schema_refuses(at: tuple[Any, ...], value: Any) -> None:
    plain = json.loads(study_json(study_samples.dozen()))
    part = plain
    for key in at[:-1]:
        part = part[key]
    part[at[-1]] = value
    assert len(_errors(plain)) == 1


def test_the_page_names_every_key_of_the_schema() -> None:
    page = Path(__file__).parents[2].joinpath("docs", "study-json.md").read_text(encoding="utf-8")
    example = json.loads(page.partition("```json\n")[2].partition("```")[0])
    assert _errors(example) == []
    schema = study_schema()
    for part in (schema, schema["$defs"]["arm"]):
        assert [key for key in part["properties"] if f"`{key}`" not in page] == []


def _errors(plain: Any) -> list[str]:
    validator = jsonschema.Draft202012Validator(study_schema())
    return [f"{error.json_path}: {error.message[:100]}" for error in validator.iter_errors(plain)]


def test_json_is_strict_and_leaves_scores_by_row_out() -> None:
    study = study_samples.usual()
    text = study_json(study)
    plain = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert plain["schema"] == "goodfit-study/1"
    told = plain["arms"][0]["trials"][0]["validation"]
    assert told["rows"] == 200
    assert set(told) == {"rows", "score", "loss"}
    assert study_from_json(text).arms[2].trials[1].epochs[6].train_loss == math.inf
    assert len(study_json(study, indent=None)) < 300 * sum(
        len(t.epochs) for a in study.arms for t in a.trials
    )


def test_infinite_intervals_and_parameters_come_back_as_numbers() -> None:
    assert study_from_json(study_json(study_samples.unsure())).arms[2].choosing.low == -math.inf  # type: ignore[union-attr]
    back = study_from_json(study_json(study_samples.hostile()))
    assert math.isnan(back.arms[1].remedies[0].parameters["x"])


def test_every_field_of_the_results_is_in_the_contract() -> None:
    rows = {"validation", "test"}
    for told, record in (
        (study_json_module._Trial, Trial),
        (study_json_module._Arm, Arm),
        (study_json_module._Study, StudyResult),
    ):
        fields = {field.name for field in dataclasses.fields(record)}
        assert set(told.__annotations__) == fields - (rows if record is Trial else set())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "not a goodfit study"),
        ("[]", 'no "schema"'),
        ('{"schema": "goodfit-report/1"}', "a file written as 'goodfit-report/1'"),
        ('{"schema": "goodfit-study/1", "name": 3}', "as goodfit writes it"),
    ],
)
def test_what_is_no_study_is_refused(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        study_from_json(text)


def test_csv_has_a_row_a_trial_and_a_row_an_epoch() -> None:
    study = study_samples.usual()
    trials = list(csv.DictReader(io.StringIO(study_csv(study))))
    epochs = list(csv.DictReader(io.StringIO(study_csv(study, "epochs"))))
    assert len(trials) == 12
    assert len(epochs) == sum(len(t.epochs) for arm in study.arms for t in arm.trials)
    assert trials[3] | {"score": ""} == {
        "arm": "dropout + l2",
        "changed": "dropout (rate 0.3) + l2 (factor 0.001)",
        "seed": "0",
        "status": "finished",
        "reason": "",
        "measure": "accuracy",
        "score": "",
        "validation_loss": trials[3]["validation_loss"],
        "best_epoch": "59",
        "epochs": "60",
        "still_improving": "True",
        "parameters": "12345",
        "seconds": "15.4",
    }
    assert trials[7]["status"] == "diverged"
    assert trials[7]["score"] == ""
    assert {row["epoch"] for row in epochs if row["arm"] == "baseline"} == {
        str(i) for i in range(1, 31)
    }


def test_frames_are_the_same_rows() -> None:
    study = study_samples.usual()
    frame = study_frame(study, "epochs")
    assert list(frame.columns)[:3] == ["arm", "seed", "epoch"]
    assert len(frame) == study_csv(study, "epochs").count("\n") - 1
    best = study_frame(study).groupby("arm")["score"].mean()
    assert best["dropout + l2"] == pytest.approx(0.835, abs=0.003)
    with pytest.raises(ValueError, match='expected "trials" or "epochs"'):
        study_frame(study, "rows")  # type: ignore[arg-type]


def test_hostile_names_stay_on_one_line_of_csv() -> None:
    text = study_csv(study_samples.hostile())
    assert text.count("\n") == 13
    assert "\x1b" not in text


def test_files_are_whole_and_not_overwritten_silently(tmp_path: Path) -> None:
    study = study_samples.usual()
    page = write_study_html(study, tmp_path / "a" / "study.html")
    data = write_study_json(study, tmp_path / "study.json")
    trials, epochs = write_study_csv(study, tmp_path)
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert codec.to_plain(study_from_json(data.read_bytes())) == _shorn(study)
    assert trials.read_text() == study_csv(study)
    assert epochs.read_text() == study_csv(study, "epochs")
    for write, path in ((write_study_html, page), (write_study_json, data)):
        with pytest.raises(FileExistsError, match="exists already"):
            write(study, path)
        write(study, path, overwrite=True)


def test_half_characters_can_be_written(tmp_path: Path) -> None:
    study = dataclasses.replace(study_samples.usual(), name="caf\udce9")
    assert write_study_html(study, tmp_path / "s.html").exists()
    assert study_from_json(write_study_json(study, tmp_path / "s.json").read_bytes())
    assert write_study_csv(study, tmp_path)


# TensorBoard


def _events(run: Path) -> list[Any]:
    """The events of a run's one file: records of length, checksum, data, checksum."""
    from tensorboardX.proto.event_pb2 import Event

    files = list(run.glob("events.out.tfevents.*"))
    assert len(files) == 1
    data, at, found = files[0].read_bytes(), 0, []
    while at < len(data):
        (length,) = struct.unpack_from("<Q", data, at)
        found.append(Event.FromString(data[at + 12 : at + 12 + length]))
        at += 16 + length
    return found


def _scalars(run: Path, tag: str) -> list[tuple[int, float]]:
    return [
        (event.step, value.simple_value)
        for event in _events(run)
        for value in event.summary.value
        if value.tag == tag
    ]


def test_event_files_hold_curves_and_hyperparameters(tmp_path: Path) -> None:
    pytest.importorskip("tensorboardX")
    from tensorboardX.proto.plugin_hparams_pb2 import HParamsPluginData

    study = study_samples.usual()
    runs = write_tensorboard(study, tmp_path / "tb")
    assert len(set(runs)) == 12
    run = tmp_path / "tb" / "dropout-+-l2" / "seed-1"
    assert run in runs
    trial = study.arms[1].trials[1]
    told = _scalars(run, "loss/validation")
    assert [step for step, _ in told] == list(range(1, 61))
    assert [v for _, v in told] == pytest.approx([e.validation_loss for e in trial.epochs])
    assert _scalars(run, "best/accuracy")[0][0] == 60
    diverged = tmp_path / "tb" / "learning-rate-x10" / "seed-1"
    assert [step for step, _ in _scalars(diverged, "loss/training")] == [1, 2, 3, 4, 5, 6]
    content = {
        value.tag: HParamsPluginData.FromString(value.metadata.plugin_data.content)
        for event in _events(run)
        for value in event.summary.value
        if value.tag.startswith("_hparams_")
    }
    given = content["_hparams_/session_start_info"].session_start_info.hparams
    assert given["arm"].string_value == "dropout + l2"
    assert given["dropout.rate"].number_value == pytest.approx(0.3)
    assert given["seed"].number_value == 1
    columns = {info.name for info in content["_hparams_/experiment"].experiment.hparam_infos}
    assert {"arm", "seed", "l2.factor", "schedule.kind", "learning-rate.factor"} <= columns
    metrics = content["_hparams_/experiment"].experiment.metric_infos
    assert "best/validation_loss" in {metric.name.tag for metric in metrics}


def test_a_parameter_that_is_a_text_in_one_arm_is_a_text_in_all(tmp_path: Path) -> None:
    pytest.importorskip("tensorboardX")
    from tensorboardX.proto.plugin_hparams_pb2 import HParamsPluginData

    study = study_samples.usual()
    rates = (0.1, "cosine")
    arms = tuple(
        Arm(
            name=f"rate {rate}",
            remedies=(Remedy(id="rate", parameters={"to": rate}),),
            trials=study.arms[0].trials[:1],
        )
        for rate in rates
    )
    runs = write_tensorboard(dataclasses.replace(study, arms=arms), tmp_path)
    given = [
        HParamsPluginData.FromString(value.metadata.plugin_data.content)
        .session_start_info.hparams["rate.to"]
        .string_value
        for run in runs
        for event in _events(run)
        for value in event.summary.value
        if value.tag == "_hparams_/session_start_info"
    ]
    assert given == ["0.1", "cosine"]


def test_event_files_of_hostile_names_stay_in_their_folder(tmp_path: Path) -> None:
    pytest.importorskip("tensorboardX")
    study = study_samples.hostile()
    names = ("../../out", "..", "a/b", "A/B")
    arms = tuple(
        dataclasses.replace(arm, name=name) for arm, name in zip(study.arms, names, strict=True)
    )
    runs = write_tensorboard(dataclasses.replace(study, arms=arms), tmp_path / "tb")
    assert [run.resolve().parent.parent for run in runs] == [tmp_path / "tb"] * 12
    assert len({str(run).lower() for run in runs}) == 12
    assert [path.name for path in tmp_path.iterdir()] == ["tb"]
    with pytest.raises(FileExistsError, match="holds TensorBoard files already"):
        write_tensorboard(study, tmp_path / "tb")


def test_without_tensorboardx_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(ModuleNotFoundError, match=r"goodfit\[tensorboard\]"):
        write_tensorboard(study_samples.usual(), tmp_path)
    assert list(tmp_path.iterdir()) == []
