"""What was recorded is read back, whatever became of the process that wrote it."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest

from goodfit.facts import (
    CrashFacts,
    Epoch,
    HonestLoss,
    LayerFacts,
    ModelFacts,
    SettingsFacts,
    Trace,
)
from goodfit.observe.script.recorder import Recorder, read, read_json, write_json

MODEL = ModelFacts(
    name="net", kind="sequential", layers=(LayerFacts(path="dense", type="Dense"),), parameters=3
)
SETTINGS = SettingsFacts(epochs=5, batch_size=32)


def epoch(index: int, loss: float) -> Epoch:
    return Epoch(
        index=index,
        logs={"loss": loss},
        seconds=0.5,
        train=HonestLoss(mean=loss, standard_error=0.1, rows=64),
    )


def rows(role: str, which: str, at: int, losses: list[float]) -> dict[str, object]:
    return {"epoch": at, "role": role, "which": which, "losses": losses}


def test_a_whole_fit_comes_back(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, 1)
    recorder.write("backend", "jax")
    recorder.write("model", MODEL)
    recorder.write("settings", SETTINGS)
    for index in (-1, 0, 1):
        recorder.write("epoch", epoch(index, 2.0 - index))
    recorder.write("end", Trace(seconds=7.0, stopped_by="EarlyStopping", best_epoch=0))

    (facts,) = read(tmp_path)

    assert (facts.backend, facts.model, facts.settings) == ("jax", MODEL, SETTINGS)
    assert facts.trace == Trace(
        epochs=(epoch(-1, 3.0), epoch(0, 2.0), epoch(1, 1.0)),
        seconds=7.0,
        stopped_by="EarlyStopping",
        best_epoch=0,
    )
    assert set(facts.missing) == {"data"}


def test_a_killed_fit_is_unfinished_and_loses_only_the_cut_line(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, 1)
    recorder.write("model", MODEL)
    recorder.write("epoch", epoch(0, 2.0))
    recorder.write("epoch", epoch(1, 1.0))
    whole = recorder.path.read_bytes()
    recorder.path.write_bytes(whole[:-9])

    (facts,) = read(tmp_path)

    assert facts.trace is not None
    assert facts.trace.epochs == (epoch(0, 2.0),)
    assert not facts.trace.finished
    assert facts.trace.seconds == 0.5
    assert facts.settings is None
    assert "settings" in facts.missing


def test_an_epoch_told_twice_counts_once_as_told_last(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, 1)
    recorder.write("epoch", epoch(0, 2.0))
    recorder.write("epoch", epoch(0, 1.5))

    (facts,) = read(tmp_path)

    assert facts.trace is not None
    assert facts.trace.epochs == (epoch(0, 1.5),)


def test_rows_go_where_the_checks_look_for_them(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, 1)
    recorder.write("rows", rows("validation", "best", 2, [0.5, 0.25]))
    recorder.write("rows", rows("validation", "best", 3, [0.25, 0.125]))
    recorder.write("rows", rows("validation", "last", 9, [1.0, math.inf]))
    recorder.write("rows", rows("test", "last", 9, [1.0]))

    (facts,) = read(tmp_path)

    assert facts.trace is not None
    assert facts.trace.validation_rows_best == (0.25, 0.125)
    assert facts.trace.validation_rows_last == (1.0, math.inf)
    assert (facts.trace.best_epoch, facts.trace.last_epoch) == (3, 9)
    assert facts.trace.train_rows_last == ()


def test_a_diverged_loss_survives(tmp_path: Path) -> None:
    Recorder(tmp_path, 1).write("epoch", Epoch(index=0, logs={"loss": math.nan}))

    (facts,) = read(tmp_path)

    assert facts.trace is not None
    assert math.isnan(facts.trace.epochs[0].logs["loss"])


def test_a_crash_is_told_of_its_fit(tmp_path: Path) -> None:
    crash = CrashFacts(
        type="ValueError", message="é\udcff\n", during="fit", layers=(("d", "Dense", (None, 3)),)
    )
    Recorder(tmp_path, 1).write("model", MODEL)
    Recorder(tmp_path, 2).write("crash", crash)

    first, second = read(tmp_path)

    assert first.crash is None
    assert second.crash is not None
    assert second.crash.layers == crash.layers


def test_lines_of_another_version_are_left_out(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, 1)
    recorder.write("hologram", {"depth": 3})
    recorder.write("model", {"title": "a model without a name"})
    recorder.write("settings", SETTINGS)

    (facts,) = read(tmp_path)

    assert facts.model is None
    assert facts.settings == SETTINGS


def test_fits_come_in_the_order_they_began(tmp_path: Path) -> None:
    for number in (1, 2, 10):
        Recorder(tmp_path, number).write("backend", f"backend {number}")

    assert [facts.backend for facts in read(tmp_path)] == ["backend 1", "backend 2", "backend 10"]


def test_an_empty_folder_holds_no_fits(tmp_path: Path) -> None:
    assert read(tmp_path) == ()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # JAX dislikes forks
def test_a_fork_of_the_script_does_not_write(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, 1)
    recorder.write("backend", "jax")
    child = os.fork()
    if child == 0:
        recorder.write("backend", "the fork's")
        os._exit(0)
    os.waitpid(child, 0)

    assert read(tmp_path)[0].backend == "jax"


def test_json_files_are_written_whole_and_read_leniently(tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    write_json(file, {"script": "train.py", "rate": math.inf})

    assert read_json(file) == {"script": "train.py", "rate": "inf"}
    assert list(tmp_path.iterdir()) == [file]
    file.write_text('{"cut', encoding="utf-8")
    assert read_json(file) == {}
    assert read_json(tmp_path / "none.json") == {}
