"""What holds for every check, over the one tuple that lists them."""

from __future__ import annotations

import inspect
import math
from dataclasses import replace
from pathlib import Path

import pytest

from goodfit import codec
from goodfit.checks import CHECKS, Check, run_check
from goodfit.checks.check import Threshold
from goodfit.facts import (
    ArrayFacts,
    BaselineFacts,
    CrashFacts,
    DataFacts,
    Epoch,
    Facts,
    HonestLoss,
    LayerFacts,
    LayerProbe,
    LossFacts,
    ModelFacts,
    OutputFacts,
    PredictionFacts,
    SetFacts,
    SettingsFacts,
    SplitFacts,
    TargetFacts,
    Trace,
)

HEADINGS = ("Sees:", "Why it matters:", "Evidence:", "Remedies:", "Source:")
NAN = math.nan
ROOT = Path(__file__).parent.parent.parent
NOT_A_LOSS = HonestLoss(mean=NAN, standard_error=NAN, rows=0)


def _bare() -> Facts:
    """Every part is there and holds nothing."""
    return Facts(
        model=ModelFacts(name="", kind="subclassed"),
        settings=SettingsFacts(),
        data=DataFacts(train=SetFacts(role="train"), validation=SetFacts(role="validation")),
        trace=Trace(),
        baselines=BaselineFacts(task="classes", rows=0),
        crash=CrashFacts(type="", message=""),
    )


def _one_row() -> Facts:
    """One row, one class, one epoch, and no number that is one."""
    one = SetFacts(
        role="train",
        rows=1,
        rows_seen=1,
        inputs=(ArrayFacts(name="0", shape=(0,), dtype="float32", rows_seen=1, mean=NAN, std=0.0),),
        targets=(
            TargetFacts(
                name="0", shape=(), dtype="int64", kind="classes", rows_seen=1, distinct=1,
                class_counts={"0": 1}, minimum=0.0, maximum=0.0, mean=0.0, std=0.0, variance=0.0,
            ),
        ),
    )  # fmt: skip
    layer = LayerFacts(path="dense", type="Dense", output_shapes=((1,),), activation="softmax")
    probe = LayerProbe(path="dense", mean=NAN, std=NAN, gradient_norm=NAN, finite=False)
    epoch = Epoch(
        index=0, logs={"loss": NAN, "val_loss": math.inf}, train=NOT_A_LOSS,
        validation=NOT_A_LOSS, penalty=NAN, layers=(probe,),
    )  # fmt: skip
    return Facts(
        model=ModelFacts(
            name="m",
            kind="sequential",
            layers=(layer,),
            outputs=(OutputFacts(name="dense", shape=(1,), layer="dense", activation="softmax"),),
        ),
        settings=SettingsFacts(
            losses=(LossFacts(name="sparse_categorical_crossentropy"),),
            validation="split",
            validation_split=0.5,
        ),
        data=DataFacts(train=one, validation=replace(one, role="validation"), split=SplitFacts()),
        trace=Trace(
            epochs=(epoch,),
            best_epoch=0,
            last_epoch=0,
            train_rows_best=(NAN,),
            train_rows_last=(NAN,),
            validation_rows_best=(NAN,),
            validation_rows_last=(NAN,),
            final_train=NOT_A_LOSS,
            final_validation=NOT_A_LOSS,
            predictions=PredictionFacts(
                rows=1, minimum=NAN, maximum=NAN, spread=NAN, finite=False, error=NAN,
                prior_error=NAN,
            ),
        ),
        baselines=BaselineFacts(
            task="classes", rows=1, model_error=NAN, model_error_se=NAN, model_vs_best=NAN,
            model_vs_best_se=0.0, best="linear", permuted_errors=(NAN,),
        ),
        backend="jax",
    )  # fmt: skip


def _a_million_classes() -> Facts:
    facts = _one_row()
    assert facts.data is not None
    target = replace(facts.data.train.targets[0], class_counts={}, distinct=1_000_000)
    train = replace(facts.data.train, rows=10**9, rows_seen=2048, sampled=True, targets=(target,))
    return replace(facts, data=replace(facts.data, train=train))


DEGENERATE = {
    "nothing": Facts(),
    "empty parts": _bare(),
    "one row": _one_row(),
    "a million classes": _a_million_classes(),
}
every_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)


@every_check
def test_its_file_is_named_after_it_and_documents_it(check: Check) -> None:
    file = Path(inspect.getfile(check.function))
    assert file.stem == check.name.replace("-", "_") == check.function.__name__
    assert check.doc.startswith(f"{check.code} {check.name}: ")
    lines = check.doc.splitlines()
    for heading in HEADINGS:
        assert any(line.startswith(heading) for line in lines), heading
    folder = {"1": "data", "2": "model", "3": "training", "4": "generalization"}
    assert file.parent.name == {**folder, "5": "evaluation", "6": "crash"}[check.code[2]]


def test_codes_and_names_are_unique_and_in_order() -> None:
    codes = [check.code for check in CHECKS]
    assert codes == sorted(set(codes))
    assert len({check.name for check in CHECKS}) == len(CHECKS)


@every_check
@pytest.mark.parametrize("facts", DEGENERATE.values(), ids=DEGENERATE)
def test_degenerate_facts_never_crash_it(check: Check, facts: Facts) -> None:
    before = codec.encode(facts)
    outcome, finding = run_check(check, facts)
    assert outcome.result != "failed", outcome.reason
    assert outcome.reason
    assert codec.encode(facts) == before
    again, same = run_check(check, facts)
    assert codec.encode([again.result, again.reason, same]) == codec.encode(
        [outcome.result, outcome.reason, finding]
    )


@every_check
def test_a_failure_of_its_own_is_an_outcome_with_the_reason(check: Check) -> None:
    def fails(facts: Facts) -> None:
        raise KeyError("injected")

    outcome, finding = run_check(replace(check, function=fails), Facts())
    assert (outcome.result, finding) == ("failed", None)
    assert "injected" in outcome.reason


@every_check
def test_its_thresholds_have_a_source_that_is_there(check: Check) -> None:
    module = inspect.getmodule(check.function)
    thresholds = [value for value in vars(module).values() if isinstance(value, Threshold)]
    for threshold in thresholds:
        assert threshold.source
        if threshold.source.startswith("docs/"):
            assert (ROOT / threshold.source.split("#")[0].split(",")[0]).is_file(), threshold
