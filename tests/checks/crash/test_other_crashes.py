"""GF602 to GF611 on the real messages of three backends (other_messages.json, by programs.py)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from goodfit.checks import CHECKS
from goodfit.checks.check import run_check
from goodfit.checks.crash import generator_exhausted
from goodfit.checks.crash.keras_names import IDENTIFIERS, MEMBERS, METHODS
from goodfit.facts import (
    BrokenFile,
    CrashFacts,
    DataFacts,
    Epoch,
    Facts,
    HonestLoss,
    ImageFacts,
    ImageFolderFacts,
    ModelFacts,
    SetFacts,
    SettingsFacts,
    SourceLine,
    Trace,
)
from goodfit.results import Finding

MESSAGES: dict[str, dict[str, dict[str, tuple[str, str]]]] = json.loads(
    Path(__file__).with_name("other_messages.json").read_text()
)
EXPLAINERS = [check for check in CHECKS if check.code.startswith("GF6")]
CASES = [
    (kind, name, backend)
    for kind, programs in MESSAGES.items()
    for name, backends in programs.items()
    for backend in backends
]
# Without the source line or the model these say too little, and the check does not guess.
NEED_MORE = {
    ("legacy-api", "build output_dim"),
    ("unbuilt-model", "script optimizer"),
    ("unbuilt-model", "script input", "torch"),
    ("unbuilt-model", "script functional of a subclassed", "torch"),
}


def found(facts: Facts) -> dict[str, Finding]:
    ended = [(check.name, run_check(check, facts)) for check in EXPLAINERS]
    assert all(outcome.result != "failed" for _, (outcome, _) in ended)
    return {name: finding for name, (_, finding) in ended if finding is not None}


def crashed(message: str, type_: str = "ValueError", during: str = "fit") -> dict[str, Finding]:
    return found(Facts(crash=CrashFacts(type=type_, message=message, during=during)))


def noted(kind: str, name: str, backend: str = "jax", **more: object) -> CrashFacts:
    type_, message = MESSAGES[kind][name][backend]
    return CrashFacts(type=type_, message=message, during=name.split()[0], **more)


@pytest.mark.parametrize(("kind", "name", "backend"), CASES)
def test_each_message_is_explained_by_its_check_alone(kind: str, name: str, backend: str) -> None:
    answers = found(Facts(crash=noted(kind, name, backend)))
    if (kind, name) in NEED_MORE or (kind, name, backend) in NEED_MORE:
        assert answers == {}
        return
    assert list(answers) == [kind]
    one = answers[kind]
    assert one.severity == "error"
    assert "None" not in one.advice
    assert "{" not in one.message


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        ("data-cardinality", "fit rows", "Print len(x) and len(y)"),
        ("data-cardinality", "fit weights", "Compute the weights from the y"),
        ("unknown-name", "fit metric", "in quotes: accuracy."),
        ("unknown-name", "fit misspelt loss", "sparse_categorical_crossentropy."),
        ("unknown-name", "build activation", "relu."),
        ("unknown-name", "build constraint", "non_neg"),
        ("unknown-name", "import name", "Write Dense"),
        ("unknown-name", "build argument", "activation= in place of activaton="),
        ("unknown-name", "fit argument", "epochs= in place of epoch="),
        ("dtype-error", "fit list", "np.array"),
        ("dtype-error", "fit no labels", "model.fit(x, y)"),
        ("legacy-api", "build lr", "learning_rate= in place of lr="),
        ("legacy-api", "fit nb_epoch", "epochs= in place of nb_epoch="),
        ("legacy-api", "script fit_generator", ".fit in place of"),
        ("legacy-api", "script predict_classes", "argmax(axis=-1)"),
        ("legacy-api", "import np_utils", "keras.utils.to_categorical"),
        ("custom-object", "script loss", '{"my_loss": my_loss}'),
        ("optimizer-reused", "fit two models", "new optimiser for each model"),
        ("unreadable-image", "fit directory, empty file", "PIL.Image.open(path).load()"),
        ("unreadable-image", "fit directory, tiff", "save others (TIFF, HEIC, ...) as PNG"),
        ("unreadable-image", "script no images", "'.bmp', '.gif', '.jpeg', '.jpg', '.png'"),
    ],
)
def test_the_advice_names_the_edit(kind: str, name: str, words: str) -> None:
    assert words in found(Facts(crash=noted(kind, name)))[kind].advice


@pytest.mark.parametrize(
    "message",
    [
        "",
        "list index out of range",
        "'Shop' object has no attribute 'optimizer'",
        "'Sequential' object has no attribute 'my_own_thing_of_mine'",
        "train() got an unexpected keyword argument 'lr'",
        "Shop.open() got an unexpected keyword argument 'epochs'",
        "module 'numpy' has no attribute 'float'",
        "cannot import name 'helper' from 'mylib'",
        "No module named 'pandas'",
        "[Errno 2] No such file or directory: 'data.csv'",
        "generator already executing",
        "Input is empty.",
        "[Errno 2] No such file or directory: 'pictures/cats'",
    ],
)
def test_other_exceptions_are_left_alone(message: str) -> None:
    assert crashed(message, during="script") == {}


def test_the_files_that_cannot_be_read_are_named() -> None:
    broken = (BrokenFile(path="cats/17.jpg", reason="0 bytes"),)
    folder = ImageFolderFacts(
        role="train", directory="pets", reader="", classes={"cats": 9}, files=9, broken=broken
    )
    crash = noted("unreadable-image", "fit directory, empty file")
    one = found(Facts(crash=crash, images=ImageFacts(folders=(folder,))))["unreadable-image"]
    assert "empty (cats/17.jpg)." in one.message
    named = found(Facts(crash=noted("unreadable-image", "script open, no image")))
    assert named["unreadable-image"].evidence["file"].endswith("cats/z.jpg")


def test_a_generator_of_files_that_found_none() -> None:
    assert "no rows" in crashed("The PyDataset has length 0")["data-cardinality"].message


def test_an_old_argument_is_read_off_the_line() -> None:
    line = SourceLine(file="t.py", line=3, text="model.add(Dense(output_dim=3))")
    answer = found(Facts(crash=noted("legacy-api", "build output_dim", where=line)))
    assert "units= in place of output_dim=" in answer["legacy-api"].advice
    plain = SourceLine(file="t.py", line=3, text="model.add(Dense())")
    assert found(Facts(crash=noted("legacy-api", "build output_dim", where=plain))) == {}


def test_tensorflow_names_its_modules_otherwise() -> None:
    old = crashed("module 'keras._tf_keras.keras.layers' has no attribute 'CuDNNLSTM'")
    assert "keras.layers.LSTM" in old["legacy-api"].advice
    slip = crashed("cannot import name 'Dence' from 'tensorflow.keras.layers' (unknown location)")
    assert "Dense" in slip["unknown-name"].advice


def test_a_subclassed_model_without_compile() -> None:
    crash = noted("unbuilt-model", "script optimizer")
    model = ModelFacts(name="plain", kind="subclassed")
    assert "compile" in found(Facts(crash=crash, model=model))["unbuilt-model"].advice


CUDA = (
    "CUDA out of memory. Tried to allocate 4.00 GiB. GPU 0 has a total capacity of 8.00 GiB of "
    "which 1.00 GiB is free. Including non-PyTorch memory, this process has 6.00 GiB memory in use."
)


def out_of_memory(message: str, batch: int | None) -> Finding:
    crash = CrashFacts(type="OutOfMemoryError", message=message, during="fit")
    return found(Facts(crash=crash, settings=SettingsFacts(batch_size=batch)))["out-of-memory"]


def test_the_batch_that_would_fit() -> None:
    one = out_of_memory(CUDA, 256)
    # At most 256 * 8 / (6 + 4) = 204 rows; half of that is left for what the step still makes.
    assert one.evidence["fits"] == 64
    assert [remedy.id for remedy in one.remedies] == ["batch-size"]
    assert out_of_memory("RESOURCE_EXHAUSTED: Out of memory", 256).evidence["fits"] == 128


def test_no_batch_is_made_up() -> None:
    for batch in (None, 1):
        one = out_of_memory(CUDA, batch)
        assert one.evidence["fits"] is None
        assert one.remedies == ()


def run_dry(losses: list[float], honest: list[float], source: str = "generator") -> Facts:
    epochs = [Epoch(index=-1, train=HonestLoss(mean=honest[0], standard_error=0.1, rows=9))]
    epochs += [
        Epoch(
            index=i,
            logs={"loss": losses[i]},
            train=HonestLoss(mean=honest[i + 1], standard_error=0.1, rows=9),
        )
        for i in range(len(losses))
    ]
    return Facts(
        trace=Trace(epochs=tuple(epochs)),
        data=DataFacts(train=SetFacts(role="train", source=source)),
    )


def test_an_epoch_without_a_batch() -> None:
    one = found(run_dry([0.7, 0.7, 0.6], [0.8, 0.6, 0.6, 0.5]))["generator-exhausted"]
    assert one.evidence["epoch"] == 2


@pytest.mark.parametrize(
    "facts",
    [
        run_dry([0.7, 0.6, 0.5], [0.8, 0.6, 0.5, 0.4]),
        run_dry([0.7, 0.7, 0.7], [0.7, 0.7, 0.7, 0.7]),  # stands still from the start
        run_dry([0.7, 0.6, 0.6], [0.8, 0.6, 0.6, 0.6]),  # stands still later
        run_dry([0.7, 0.7, 0.6], [0.8, 0.6, 0.55, 0.5]),  # equal by chance, but it moved
        run_dry([float("nan")] * 3, [0.8, 0.6, 0.6, 0.5]),
        run_dry([0.7, 0.7, 0.6], [0.8, 0.6, 0.6, 0.5], source="numpy"),
    ],
)
def test_a_training_that_was_fed_is_left_alone(facts: Facts) -> None:
    assert found(facts) == {}


@pytest.mark.backend
@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("data-cardinality", "fit rows"),
        ("unknown-name", "build activation"),
        ("dtype-error", "fit strings"),
        ("out-of-memory", "build tensor"),
        ("legacy-api", "build lr"),
        ("custom-object", "script loss"),
        ("unbuilt-model", "script count_params"),
        ("optimizer-reused", "fit two models"),
        ("generator-exhausted", "fit empty"),
        ("unreadable-image", "script open, no image"),
        ("unreadable-image", "fit generator, cut png"),
    ],
)
def test_the_error_as_it_is_raised_today(kind: str, name: str) -> None:
    import programs

    crash = programs.raised(programs.PROGRAMS[kind][name])
    assert crash is not None
    assert list(found(Facts(crash=crash))) == [kind]


@pytest.mark.backend
def test_the_tables_name_what_keras_has() -> None:
    from importlib import import_module

    import keras

    for module, names in MEMBERS.items():
        assert [name for name in names if not hasattr(import_module(module), name)] == []
    assert all(keras.losses.get(name) for name in IDENTIFIERS["loss"])
    assert all(keras.activations.get(name) for name in IDENTIFIERS["activation function"])
    assert all(hasattr(keras.Sequential, name) for name in METHODS)


def test_weights_lost_after_an_empty_epoch_on_jax() -> None:
    crash = CrashFacts(type="TypeError", message="'NoneType' object is not callable", during="fit")
    trained = Trace(epochs=(Epoch(index=0, logs={"loss": 0.7}),))
    _, found = run_check(generator_exhausted.CHECK, Facts(crash=crash, trace=trained))
    assert found is not None
    assert "ran out of data after 1 epochs" in found.message
    assert run_check(generator_exhausted.CHECK, Facts(crash=crash, trace=Trace()))[1] is None
    elsewhere = replace(crash, during="script")
    assert run_check(generator_exhausted.CHECK, Facts(crash=elsewhere, trace=trained))[1] is None


def test_an_epoch_of_few_steps_shows_a_generator_that_ended() -> None:
    def seen(source: str, *steps: int) -> Facts:
        epochs = tuple(Epoch(index=i, logs={"loss": 1.0}, steps=n) for i, n in enumerate(steps))
        return Facts(
            data=DataFacts(train=SetFacts(role="train", source=source)), trace=Trace(epochs=epochs)
        )

    _, found = run_check(generator_exhausted.CHECK, seen("generator", 33, 33, 2, 2))
    assert found is not None
    assert "epoch 3 had 2 steps, the first one 33" in found.message
    assert run_check(generator_exhausted.CHECK, seen("generator", 33, 33, 32))[1] is None
    assert run_check(generator_exhausted.CHECK, seen("numpy", 33, 33, 2))[1] is None
