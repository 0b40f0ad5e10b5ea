"""Facts of one imagined training, for samples.py. Numbers follow formulas."""

from __future__ import annotations

import math

from goodfit.facts import (
    ArrayFacts,
    BaselineFacts,
    BaselineScore,
    CallbackFacts,
    DataFacts,
    Epoch,
    Facts,
    GapFacts,
    HonestLoss,
    InputFacts,
    LayerFacts,
    LayerProbe,
    LossFacts,
    MetricFacts,
    ModelFacts,
    OptimizerFacts,
    OutputFacts,
    PredictionFacts,
    SetFacts,
    SettingsFacts,
    SourceLine,
    SplitFacts,
    TargetFacts,
    Trace,
)

FIT_LINE = SourceLine(file="/home/ada/project/train.py", line=31, text="model.fit(x, y, epochs=60)")


def make_layer(name: str, kind: str, units: int, line: int, activation: str | None) -> LayerFacts:
    return LayerFacts(
        path=name,
        type=kind,
        output_shapes=((units,),),
        activation=activation,
        parameters=0 if kind == "Dropout" else units * 65,
        where=SourceLine(file=FIT_LINE.file, line=line, text=f"layers.{kind}({units})"),
    )


MODEL = ModelFacts(
    name="digits_net",
    kind="sequential",
    layers=(
        make_layer("dense", "Dense", 512, 18, "relu"),
        make_layer("dropout", "Dropout", 512, 19, None),
        make_layer("dense_1", "Dense", 512, 20, "relu"),
        make_layer("dense_2", "Dense", 10, 21, "softmax"),
    ),
    inputs=(InputFacts(name="input", shape=(64,)),),
    outputs=(OutputFacts(name="dense_2", shape=(10,), layer="dense_2", activation="softmax"),),
    parameters=302_090,
    trainable_parameters=302_090,
)
SETTINGS = SettingsFacts(
    losses=(LossFacts(name="sparse_categorical_crossentropy"),),
    metrics=(MetricFacts(name="accuracy", kind="sparse_categorical_accuracy"),),
    optimizer=OptimizerFacts(name="Adam", learning_rate=0.001),
    epochs=60,
    batch_size=32,
    validation="data",
    callbacks=(CallbackFacts(name="ReduceLROnPlateau", options={"patience": 5}),),
    fit_where=FIT_LINE,
)


def _set(role: str, rows: int) -> SetFacts:
    pixels = ArrayFacts(
        name="x",
        shape=(64,),
        dtype="float32",
        rows_seen=rows,
        minimum=0.0,
        maximum=16.0,
        mean=4.88,
        std=6.02,
        whole_numbers=True,
    )
    labels = TargetFacts(
        name="y",
        shape=(),
        dtype="int64",
        kind="classes",
        rows_seen=rows,
        minimum=0.0,
        maximum=9.0,
        distinct=10,
        class_counts={str(k): rows // 10 for k in range(10)},
    )
    return SetFacts(
        role=role,
        rows=rows,
        rows_seen=rows,
        inputs=(pixels,),
        targets=(labels,),
        duplicates=3,
        conflicts=0,
    )


DATA = DataFacts(
    train=_set("train", 1200),
    validation=_set("validation", 300),
    split=SplitFacts(leaked=2, leaked_same_label=2, leaked_expected=0.4, rows_compared=300),
)
BASELINES = BaselineFacts(
    task="classes",
    rows=300,
    scores=(
        BaselineScore(name="prior", error=0.9, error_se=0.017),
        BaselineScore(name="linear", error=0.047, error_se=0.012, loss=0.21, loss_se=0.04),
        BaselineScore(name="neighbours", error=0.023, error_se=0.009),
    ),
    model_error=0.031,
    model_error_se=0.01,
    best="neighbours",
    train_rows=1200,
)


def trace(epochs: int = 60, *, overfit: bool = True, layers: tuple[str, ...] = ()) -> Trace:
    """A smooth course with a little ripple; honest losses every epoch, layers on the last ones."""
    probes = tuple(
        LayerProbe(
            path=path,
            mean=0.1 * i,
            std=1.0,
            zeros=0.4,
            dead=(0.03 * i) % 1,
            gradient_norm=0.01 / (i + 1),
            weight_norm=12.0,
            update_ratio=0.002,
        )
        for i, path in enumerate(layers)
    )
    seen = [
        Epoch(
            index=-1,
            train=HonestLoss(mean=2.32, standard_error=0.01, rows=1200),
            validation=HonestLoss(mean=2.33, standard_error=0.02, rows=300),
        )
    ]
    for i in range(epochs):
        t = (i + 1) / epochs
        train = 2.3 * math.exp(-6 * t) + 0.02
        validation = 2.3 * math.exp(-7 * t) + 0.25 + (0.9 * max(0.0, t - 0.3) if overfit else 0.0)
        ripple = 0.03 * math.sin(1.7 * i)
        seen.append(
            Epoch(
                index=i,
                logs={
                    "loss": train + 0.18 + 0.02 * math.cos(i),
                    "val_loss": validation + 0.05 + ripple,
                    "accuracy": 1 - 0.9 * math.exp(-5 * t),
                    "val_accuracy": 0.95 - 0.85 * math.exp(-6 * t),
                },
                seconds=0.2,
                learning_rate=0.001,
                train=HonestLoss(mean=train, standard_error=0.004, rows=1200),
                validation=HonestLoss(mean=validation + ripple, standard_error=0.03, rows=300),
                penalty=0.05,
                layers=probes,
            )
        )
    course = [e.validation.mean for e in seen[1:] if e.validation]
    last = seen[-1]
    assert last.train is not None
    assert last.validation is not None
    true_gap = last.validation.mean - last.train.mean
    return Trace(
        epochs=tuple(seen),
        best_epoch=min(range(epochs), key=course.__getitem__),
        last_epoch=epochs - 1,
        final_train=last.train,
        final_validation=last.validation,
        gap=GapFacts(
            epoch=epochs - 1,
            printed_train=last.logs["loss"],
            printed_validation=last.logs["val_loss"],
            printed_gap=last.logs["val_loss"] - last.logs["loss"],
            true_gap=true_gap,
            true_gap_se=0.03,
            running_mean=-0.02,
            train_mode=-0.16,
            penalties=0.05,
            rest=last.logs["val_loss"] - last.logs["loss"] - true_gap + 0.13,
        ),
        predictions=PredictionFacts(rows=1200, minimum=0.0, maximum=1.0, spread=0.3),
        loss_kind="sparse_categorical_crossentropy",
        seconds=12.1,
        monitor_seconds=0.2,
    )


def facts(course: Trace | None = None) -> Facts:
    return Facts(
        model=MODEL,
        settings=SETTINGS,
        data=DATA,
        trace=course or trace(layers=tuple(layer.path for layer in MODEL.layers)),
        baselines=BASELINES,
        backend="jax",
    )
