"""An exception becomes facts: what, where, during what, in which layers, with which shapes."""

from __future__ import annotations

import runpy
import traceback
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from goodfit.facts import CrashFacts
from goodfit.observe.script import crash


def caught(source: str, folder: Path) -> BaseException:
    """What a user's script with this text raises."""
    script = folder / "train.py"
    script.write_text(source, encoding="utf-8")
    with pytest.raises(BaseException) as raised:  # noqa: PT011  whatever it is
        runpy.run_path(str(script))
    return raised.value


def test_the_line_is_the_innermost_of_the_users_own(tmp_path: Path) -> None:
    error = caught("import json\n\ndef load():\n    return json.loads('[1,')\n\nload()\n", tmp_path)

    facts = crash.crash_facts(error)

    assert facts.type == "JSONDecodeError"
    assert facts.where is not None
    assert (Path(facts.where.file).name, facts.where.line) == ("train.py", 4)
    assert facts.where.text == "return json.loads('[1,')"


def test_what_was_going_on_is_worked_out(tmp_path: Path) -> None:
    assert crash.crash_facts(caught("import no_such_module", tmp_path)).during == "import"
    assert crash.crash_facts(caught("1 / 0", tmp_path)).during == "script"
    assert crash.crash_facts(caught("1 / 0", tmp_path), during="fit").during == "fit"


def test_a_message_is_shown_without_colours_and_in_bounds() -> None:
    assert crash.crash_facts(ValueError("\x1b[1mtoo long\x1b[0m\n")).message == "too long"
    assert len(crash.crash_facts(ValueError("x" * 10**6)).message) == 4000


def test_an_exception_that_cannot_be_printed_is_still_an_exception() -> None:
    class Mute(Exception):  # noqa: N818
        def __str__(self) -> str:
            raise RuntimeError("no")

    facts = crash.crash_facts(Mute())

    assert (facts.type, facts.message) == ("Mute", "")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.zeros((4, 2)), ((4, 2),)),
        ([np.zeros((4, 2)), np.zeros(4)], ((4, 2), (4,))),
        ({"a": np.zeros((4, 2)), "b": {"c": np.zeros((1,))}}, ((4, 2), (1,))),
        (None, ()),
        ([1.0] * 10**6, ()),
        ("text", ()),
        (iter([]), ()),
    ],
)
def test_shapes_of_what_was_handed_over(value: Any, expected: Any) -> None:
    assert crash.shapes(value) == expected


def test_facts_stay_with_the_exception_and_with_what_is_raised_from_it() -> None:
    facts = CrashFacts(type="ValueError", message="m", during="fit")
    inner = ValueError("m")
    crash.keep(inner, facts)
    outer = RuntimeError("training failed")
    outer.__cause__ = inner

    assert crash.kept(outer) is facts
    assert crash.kept(ValueError("m")) is None


def test_a_chain_that_bites_its_tail_ends() -> None:
    first, second = ValueError("1"), ValueError("2")
    first.__cause__, second.__cause__ = second, first

    assert list(crash.chain(first)) == [first, second]


@pytest.fixture
def keras(monkeypatch: pytest.MonkeyPatch) -> Any:
    keras = pytest.importorskip("keras")
    from keras.src.utils import traceback_utils

    # Set once more, so that the test's end puts back what install() replaces.
    process = traceback_utils._process_traceback_frames
    monkeypatch.setattr(traceback_utils, "_process_traceback_frames", process)
    crash.install(keras)
    return keras


@pytest.mark.backend
def test_the_layers_up_to_the_break_with_what_they_received(keras: Any) -> None:
    model = keras.Sequential([keras.Input((8, 8)), keras.layers.Dense(4, name="first")])
    inner = keras.Sequential([keras.layers.Conv2D(2, 3, name="conv")], name="inner")

    with pytest.raises(ValueError, match="expected min_ndim=4") as raised:
        inner(model(np.zeros((5, 8, 8), "float32")))

    facts = crash.crash_facts(raised.value)
    assert facts.during == "build"
    assert facts.layers == (("inner", "Sequential", (5, 8, 4)), ("conv", "Conv2D", (5, 8, 4)))


@pytest.mark.backend
def test_batches_at_a_loss_that_does_not_fit(keras: Any) -> None:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, activation="softmax")])
    model.compile(loss="categorical_crossentropy", optimizer="sgd")

    with pytest.raises(ValueError, match="shape") as raised:
        model.fit(np.zeros((8, 3), "float32"), np.zeros((8, 2), "float32"), verbose=0)

    facts = crash.crash_facts(raised.value, during="fit")
    assert facts.target_shapes[0][-1] == 2


@pytest.mark.backend
def test_notes_do_not_change_the_exception(keras: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    layer = keras.layers.Conv2D(2, 3, name="conv")

    def shown() -> tuple[str, list[tuple[str, str]]]:
        with pytest.raises(ValueError, match="min_ndim=4") as raised:
            layer(np.zeros((5, 8), "float32"))
        frames = traceback.extract_tb(raised.value.__traceback__)
        return str(raised.value), [(frame.filename, frame.name) for frame in frames]

    noted = shown()
    monkeypatch.undo()
    assert noted == shown()
