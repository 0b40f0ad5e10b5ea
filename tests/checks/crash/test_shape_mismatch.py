"""GF601 on the real messages of three backends (messages.json, made by collect_messages.py)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from goodfit.checks.check import NotApplicable, Suspicion, run_check
from goodfit.checks.crash.reading import read
from goodfit.checks.crash.shape_mismatch import CHECK, shape_mismatch
from goodfit.checks.crash.wording import ADVICE, MESSAGE
from goodfit.facts import (
    CrashFacts,
    Facts,
    InputFacts,
    LayerFacts,
    LossFacts,
    ModelFacts,
    OutputFacts,
    SettingsFacts,
)

MESSAGES: dict[str, dict[str, tuple[str, str]]] = json.loads(
    Path(__file__).with_name("messages.json").read_text()
)
BACKENDS = ("jax", "tensorflow", "torch")

ROWS = "fit unequal rows"  # left to GF602, unless the table lies on its side

# What the text alone must tell, on every backend; nothing else is known of the program.
FROM_TEXT = {
    "build conv without channels": "channel",
    "fit conv without channels": "channel",
    "fit conv on flat rows": "flat",
    "fit channels first": "channels-first",
    "fit dense of another width": "width",
    "fit functional of another width": "width",
    "fit dense on images": "images",
    "fit two inputs with one array": "arrays",
    "predict one row": "batch-axis",
    "predict one colour image": "batch-axis",
    "evaluate another width": "width",
    "build lstm after lstm": "return-sequences",
    "build conv after flatten": "flattened-early",
    "build lstm after conv": "map-to-sequence",
    "build reshape": "reshape",
    "build concatenate": "merge-sizes",
    "build add": "merge-widths",
    "build add operator": "merge-widths",
    "build map gone": "map-gone",
    "fit own matmul": "matmul",
    "fit own sum": "inside-other",
    "fit conv without flatten": "map-left",
    "fit images without flatten": "map-left",
    "fit integers with categorical": "integer-labels",
    "fit column with categorical": "integer-labels",
    "fit one-hot with sparse": "one-hot-labels",
    "fit one-hot of another width": "loss-width",
    "fit two units with binary": "two-units",
    "fit flat labels two units": "two-units",
    "fit one-hot with one unit": "one-hot-one-unit",
    "fit flat outputs, image labels": "labels-unflattened",
    "fit metric on flat labels": "labels-column",
    "fit f1 on integers": "metric-classes",
}


def crash(name: str, backend: str, **more: object) -> CrashFacts:
    type_, message = MESSAGES[name][backend]
    facts = CrashFacts(type=type_, message=message, during=name.split()[0])
    return replace(facts, **more)


def model(*layers: LayerFacts, inputs: tuple = (20,), outputs: tuple = (10,)) -> ModelFacts:
    return ModelFacts(
        name="m",
        kind="sequential",
        layers=layers,
        inputs=(InputFacts(name="x", shape=inputs),),
        outputs=(OutputFacts(name="y", shape=outputs),),
    )


def layer(path: str, type_: str, *shape: int | None) -> LayerFacts:
    return LayerFacts(path=path, type=type_, output_shapes=(shape,))


def loss(name: str) -> SettingsFacts:
    return SettingsFacts(losses=(LossFacts(name=name),))


def case(answer: object) -> str:
    assert isinstance(answer, Suspicion)
    return answer.case


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", FROM_TEXT)
def test_the_text_alone_tells_the_mistake(name: str, backend: str) -> None:
    assert case(shape_mismatch(crash(name, backend))) == FROM_TEXT[name]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", sorted(set(MESSAGES) - {ROWS}))
def test_every_message_is_read_and_worded(name: str, backend: str) -> None:
    outcome, finding = run_check(CHECK, Facts(crash=crash(name, backend)))
    assert outcome.result == "finding", outcome.reason
    assert finding is not None
    assert finding.severity == "error"
    assert "None and None" not in finding.message
    assert "{" not in finding.message + finding.advice


def test_every_case_is_worded_once() -> None:
    assert set(MESSAGE) == set(ADVICE)
    assert set(FROM_TEXT.values()) <= set(MESSAGE)


@pytest.mark.parametrize("backend", BACKENDS)
def test_missing_channel_says_what_to_type(backend: str) -> None:
    _, finding = run_check(CHECK, Facts(crash=crash("build conv without channels", backend)))
    assert finding is not None
    assert "(None, 28, 28)" in finding.message
    assert "x[..., np.newaxis]" in finding.advice
    assert "keras.Input((28, 28, 1))" in finding.advice


@pytest.mark.parametrize("backend", BACKENDS)
def test_shapes_on_the_way_end_at_the_break(backend: str) -> None:
    facts = model(
        layer("input", "InputLayer", 12, 4),
        layer("lstm", "LSTM", 8),
        layer("lstm_1", "LSTM", 8),
        layer("dense", "Dense", 1),
        inputs=(12, 4),
    )
    answer = shape_mismatch(
        crash("build lstm after lstm", backend, input_shapes=((64, 12, 4),)), facts
    )
    assert isinstance(answer, Suspicion)
    assert answer.evidence["steps"] == (
        "input (64, 12, 4)",
        "lstm (LSTM) (8,)",
        "lstm_1 (LSTM) breaks",
    )


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_dense_layer_before_the_lstm_is_no_missing_return_sequences(backend: str) -> None:
    facts = model(layer("flatten", "Flatten", 48), layer("lstm_1", "LSTM", 8))
    assert case(shape_mismatch(crash("build lstm after lstm", backend), facts)) == "inside-time"


@pytest.mark.parametrize("backend", BACKENDS)
def test_first_lstm_wants_a_time_axis(backend: str) -> None:
    known = crash("build lstm without time", backend)
    assert case(shape_mismatch(known, model(layer("lstm", "LSTM", 8)))) == "time"
    assert case(shape_mismatch(replace(known, input_shapes=((64, 10),)))) == "time"


@pytest.mark.parametrize("backend", BACKENDS)
def test_transposed_table_is_seen_from_the_whole_array(backend: str) -> None:
    turned = crash("fit transposed", backend, input_shapes=((20, 30),))
    assert case(shape_mismatch(turned)) == "transposed"
    rows = crash("fit unequal rows", backend, input_shapes=((20, 64),))
    assert case(shape_mismatch(rows)) == "rows-transposed"


@pytest.mark.parametrize("backend", BACKENDS)
def test_one_grey_image_lacks_the_batch_axis(backend: str) -> None:
    alone = crash("predict one grey image", backend, input_shapes=((28, 28, 1),))
    assert case(shape_mismatch(alone, model(inputs=(28, 28, 1)))) == "batch-axis"


@pytest.mark.parametrize("backend", BACKENDS)
def test_sequences_left_at_the_loss_point_to_return_sequences(backend: str) -> None:
    facts = model(layer("lstm", "LSTM", 12, 8), layer("dense", "Dense", 12, 10), outputs=(12, 10))
    known = crash("fit lstm returns sequences", backend)
    assert case(shape_mismatch(known, facts)) == "sequence-left"
    assert case(shape_mismatch(known)) == "map-left"


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", ["fit mse of another width", "fit huber of another width"])
def test_widths_at_a_squared_error_come_from_labels_and_model(name: str, backend: str) -> None:
    known = crash(name, backend, target_shapes=((64, 3),))
    answer = shape_mismatch(known, model(outputs=(2,)), loss("mean_squared_error"))
    assert case(answer) == "loss-width"
    assert isinstance(answer, Suspicion)
    assert answer.evidence["labels"][1:] == (3,)
    assert answer.evidence["outputs"][1:] == (2,)


@pytest.mark.parametrize("backend", BACKENDS)
def test_autoencoder_of_another_size(backend: str) -> None:
    known = crash("fit autoencoder of another size", backend, target_shapes=((64, 28, 28, 1),))
    assert case(shape_mismatch(known, model(outputs=(26, 26, 1)))) == "loss-sizes"


@pytest.mark.parametrize("backend", BACKENDS)
def test_ten_classes_with_a_binary_loss_are_not_sent_to_one_unit(backend: str) -> None:
    known = crash("fit integers with categorical", backend)
    assert case(shape_mismatch(known, settings=loss("binary_crossentropy"))) == "integer-labels"


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_shape_error_of_the_users_own_arithmetic_is_not_explained(backend: str) -> None:
    elsewhere = crash("fit mse of another width", backend, during="script")
    if "compile_loss" in elsewhere.message:
        elsewhere = replace(elsewhere, message=elsewhere.message.replace("compile_loss", "own"))
    assert isinstance(shape_mismatch(elsewhere), NotApplicable)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "Could not interpret loss identifier: nope",
        "operands could not be broadcast together with shapes (3,) (4,)",
        "You tried to call `count_params` on layer 'sequential', but the layer isn't built.",
        "Target 5 is out of bounds.",
    ],
)
def test_other_exceptions_are_left_alone(message: str) -> None:
    answer = shape_mismatch(CrashFacts(type="ValueError", message=message, during="script"))
    assert isinstance(answer, NotApplicable)


def test_the_wording_of_earlier_keras_versions_is_read() -> None:
    text = (
        'Input 0 of layer "conv2d" is incompatible with the layer: expected min_ndim=4, '
        "found ndim=3. Full shape received: (None, 28, 28)"
    )
    broken = read(CrashFacts(type="ValueError", message=text))
    assert broken is not None
    assert (broken.layer, broken.received) == ("conv2d", (None, 28, 28))


def test_empty_model_and_settings_do_no_harm() -> None:
    empty = ModelFacts(name="m", kind="subclassed")
    for name in set(MESSAGES) - {ROWS}:
        answer = shape_mismatch(crash(name, "torch"), empty, SettingsFacts())
        assert isinstance(answer, Suspicion)
