"""Fixed reports that the renderers are tested on. Numbers follow formulas, never a random state."""

from __future__ import annotations

import dataclasses
import math

from sample_facts import BASELINES, DATA, FIT_LINE, MODEL, SETTINGS, facts, make_layer, trace

from goodfit.facts import (
    ArrayFacts,
    BaselineFacts,
    BaselineScore,
    CallbackFacts,
    CrashFacts,
    DataFacts,
    Epoch,
    Facts,
    GapFacts,
    HonestLoss,
    LayerFacts,
    LayerProbe,
    LossFacts,
    MetricFacts,
    ModelFacts,
    OptimizerFacts,
    PredictionFacts,
    SetFacts,
    SettingsFacts,
    SourceLine,
    TargetFacts,
    Trace,
)
from goodfit.results import (
    Finding,
    FitResult,
    Outcome,
    Remedy,
    Report,
    ScriptRun,
    Seconds,
    Verdict,
    Where,
)

SCRIPT = ScriptRun(path="train.py", arguments=("--epochs", "60"))
HOSTILE = "</script><script>alert(1)</script>[red]\x1b[31m\u202e\"'&<img src=x onerror=alert(1)>"


def outcomes(fit: int | None = 0, passed: int = 31) -> tuple[Outcome, ...]:
    done = [
        Outcome(
            code=f"GF3{i:02}", name=f"check-{i}", result="passed", reason="as it should", fit=fit
        )
        for i in range(passed)
    ]
    rest = (
        ("GF401", "overfitting", "finding", "validation loss rose"),
        ("GF113", "no-signal", "skipped", "only 40 rows; 100 would settle it"),
        ("GF403", "underfitting", "skipped", "no simple learner could be fitted"),
        ("GF126", "channel-axis", "not applicable", "no image inputs"),
    )
    done += [Outcome(code=c, name=n, result=r, reason=w, fit=fit) for c, n, r, w in rest]  # type: ignore[arg-type]
    return tuple(done)


OVERFITTING = Finding(
    code="GF401",
    name="overfitting",
    severity="warning",
    message="Validation loss rose from 0.419 at epoch 22 to 0.88 at epoch 60 (+0.461 ± 0.03 per "
    "row over 300 rows) while training loss fell by 0.233.",
    advice="Stop at the best epoch and keep its weights: EarlyStopping(restore_best_weights=True); "
    "then try weight decay, dropout or augmentation.",
    evidence={
        "best_epoch": 22,
        "last_epoch": 60,
        "best_loss": 0.4191,
        "last_loss": 0.8803,
        "rise_per_row": 0.4612,
        "standard_error": 0.0304,
        "rows": 300,
        "per_fold": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0],
    },
    where=Where(file=FIT_LINE.file, line=31, text=FIT_LINE.text),
    remedies=(Remedy(id="early-stopping", parameters={"patience": 10}), Remedy(id="dropout")),
    because_of=("GF102",),
    fit=0,
)
UNSCALED = Finding(
    code="GF102",
    name="unscaled-features",
    severity="error",
    message="Features reach from 0 to 16, their spreads differ 40-fold, and no layer scales them.",
    advice="Put keras.layers.Normalization() first and adapt it on the training rows only.",
    evidence={"spread_ratio": 40.2, "columns": 64, "minimum": 0.0, "maximum": 16.0},
    where=Where(file="/home/ada/project/data/load.py", line=7, text="x = raw.data", layer="dense"),
    status="confirmed",
    status_reason="with Normalization the validation loss fell by 0.12 ± 0.02 (5 seeds)",
    remedies=(Remedy(id="normalisation"),),
    fit=0,
)
TIP = Finding(
    code="GF405",
    name="printed-gap-explained",
    severity="tip",
    message="Keras prints training loss with dropout on; without it the loss is 0.16 lower.",
    advice="Compare model.evaluate on both sets instead of the printed numbers.",
    evidence={"train_mode": -0.16},
    fit=0,
)


def _report(verdict: Verdict, findings: tuple[Finding, ...] = (), **more: object) -> Report:
    kept: dict[str, object] = {
        "verdict": verdict,
        "findings": findings,
        "outcomes": outcomes(),
        "fits": (FitResult(index=0, title="digits_net", verdict=verdict, facts=facts()),),
        "seconds": Seconds(total=14.2, script=13.1, monitor=0.2, checks=0.8),
        "script": SCRIPT,
        "goodfit": "0.1.0",
        "keras": "3.15.1",
        "backend": "jax",
        "created": "2026-11-20T18:30:00+00:00",
    }
    return Report(**(kept | more))  # type: ignore[arg-type]


def healthy() -> Report:
    verdict = Verdict(
        name="good fit",
        confidence=0.9,
        reason="validation loss 0.252 ± 0.03 is at its best and far below every simple learner's",
    )
    fit = FitResult(index=0, title="digits_net", verdict=verdict, facts=facts(trace(overfit=False)))
    return _report(
        verdict, fits=(fit,), outcomes=tuple(o for o in outcomes() if o.result != "finding")
    )


def overfitting() -> Report:
    verdict = Verdict(
        name="overfitting",
        confidence=0.97,
        reason="validation rows lost 0.461 ± 0.03 since epoch 22 while training loss fell on",
    )
    notes = ("The governor probed every second epoch.",)
    return _report(verdict, (UNSCALED, OVERFITTING, TIP), notes=notes)


def broken() -> Report:
    """Everything that can be NaN or infinite is."""
    nan, inf = math.nan, math.inf
    lost = HonestLoss(mean=nan, standard_error=nan, rows=1200)
    epochs = tuple(
        Epoch(
            index=i,
            logs={"loss": nan if i else 3.1, "val_loss": inf},
            seconds=nan,
            train=lost,
            validation=lost,
            penalty=inf,
            layers=(LayerProbe(path="dense", gradient_norm=nan, dead=nan, finite=False),),
        )
        for i in range(3)
    )
    course = Trace(
        epochs=epochs,
        last_epoch=2,
        final_train=lost,
        final_validation=lost,
        validation_rows_last=(nan, inf, -inf),
        gap=GapFacts(
            epoch=2,
            printed_train=nan,
            printed_validation=inf,
            printed_gap=nan,
            true_gap=nan,
            true_gap_se=nan,
            penalties=inf,
        ),
        predictions=PredictionFacts(rows=1200, minimum=nan, maximum=nan, spread=nan, finite=False),
        seconds=nan,
    )
    verdict = Verdict(
        name="broken training", confidence=1.0, reason="the loss is not a number from epoch 2 on"
    )
    finding = Finding(
        code="GF301",
        name="non-finite-loss",
        severity="error",
        message="The training loss became nan at epoch 2; the gradient of dense was inf before.",
        advice="Lower the learning rate tenfold: Adam(1e-4), or clip gradients with clipnorm=1.0.",
        evidence={"epoch": 2, "loss": nan, "gradient": inf, "lowest": -inf, "rows": [1.0, nan]},
        where=Where(file=FIT_LINE.file, line=31, text=FIT_LINE.text, argument="learning_rate"),
        fit=0,
    )
    failed = Outcome(
        code="GF117", name="leaked-rows", result="failed", reason="KeyError: 'x'", fit=0
    )
    fit = FitResult(index=0, title="digits_net", verdict=verdict, facts=facts(course))
    return _report(verdict, (finding,), fits=(fit,), outcomes=(*outcomes(), failed))


def crash() -> Report:
    where = SourceLine(file="/home/ada/project/train.py", line=12, text="model.fit(x, y)")
    ended = CrashFacts(
        type="ValueError",
        message='Input 0 of layer "conv2d" is incompatible with the layer: expected min_ndim=4,\n'
        "found ndim=3. Full shape received: (None, 28, 28)",
        during="fit",
        where=where,
        layers=(("sequential", "Sequential", (None, 28, 28)), ("conv2d", "Conv2D", (None, 28, 28))),
    )
    verdict = Verdict(
        name="cannot tell",
        confidence=0.0,
        reason="the script ended before the first epoch",
        settle="Give the images a channel axis and run again.",
    )
    finding = Finding(
        code="GF601",
        name="shape-mismatch",
        severity="error",
        message="Conv2D wants images of (rows, height, width, channels) but got (None, 28, 28): "
        "the channel axis is missing.",
        advice="Add it before fit: x = x[..., None].",
        evidence={"expected_axes": 4, "received": [None, 28, 28], "layer": "conv2d"},
        where=Where(file=where.file, line=12, text=where.text, layer="conv2d"),
        fit=0,
    )
    seen = Facts(model=MODEL, crash=ended, missing={"trace": "training never began"})
    fit = FitResult(index=0, title="images", verdict=verdict, facts=seen)
    script = ScriptRun(path="train.py", ended="exception", exit_code=1)
    return _report(verdict, (finding,), fits=(fit,), script=script, outcomes=outcomes(passed=4))


def several() -> Report:
    good = Verdict(name="good fit", confidence=0.8, reason="nothing speaks against it")
    bad = Verdict(name="overfitting", confidence=0.97, reason="validation rows got worse")
    fits = (
        FitResult(index=0, title="small", verdict=good, facts=facts(trace(20, overfit=False))),
        FitResult(index=1, title="large", verdict=bad, facts=facts()),
        FitResult(index=2, title="not trained", verdict=good, facts=Facts()),
    )
    finding = dataclasses.replace(OVERFITTING, fit=1, because_of=())
    script = dataclasses.replace(
        TIP,
        code="GF501",
        name="no-validation-data",
        message="The third fit has no validation rows.",
        fit=None,
    )
    done = (*outcomes(0, 20), *outcomes(1, 20), *outcomes(2, 5))
    return _report(bad, (finding, script), fits=fits, outcomes=done)


def empty() -> Report:
    """A script that trained nothing, or a process that died at once."""
    verdict = Verdict(
        name="cannot tell",
        confidence=0.0,
        reason="no call of fit was seen",
        settle="Run a script that trains a Keras model.",
    )
    return Report(verdict=verdict)


def hostile() -> Report:
    """A program whose every name and message tries to break out of the report."""
    text = HOSTILE
    line = SourceLine(file=f"/tmp/{text}.py", line=1, text=text)
    layer = LayerFacts(path=text, type=text, output_shapes=((1,),), activation=text, where=line)
    metrics = {"loss": 1.0, text: 0.5, f"val_{text}": 0.4}
    seen = Facts(
        model=ModelFacts(name=text, kind="sequential", layers=(layer,)),
        settings=SettingsFacts(
            losses=(LossFacts(name=text, custom=True),),
            metrics=(MetricFacts(name=text, kind=text),),
            optimizer=OptimizerFacts(name=text),
            callbacks=(CallbackFacts(name=text),),
        ),
        data=DataFacts(
            train=SetFacts(
                role="train",
                source=text,
                inputs=(ArrayFacts(name=text, shape=(1,), dtype=text),),
                targets=(
                    TargetFacts(name=text, shape=(), dtype=text, kind=text, class_counts={text: 1}),
                ),
            )
        ),
        trace=Trace(
            epochs=tuple(Epoch(index=i, logs=metrics) for i in range(3)),
            honest_missing=text,
            stopped_by=text,
        ),
        baselines=BaselineFacts(
            task="classes", rows=1, scores=(BaselineScore(name=text, error=1.0, error_se=0.0),)
        ),
        crash=CrashFacts(type=text, message=text, during=text, where=line),
        backend=text,
        missing={text: text},
    )
    verdict = Verdict(name="cannot tell", confidence=0.0, reason=text, settle=text)
    finding = Finding(
        code="GF401",
        name=text,
        severity="error",
        message=text,
        advice=text,
        evidence={text: text, "list": [text], "map": {text: text}},
        where=Where(file=line.file, line=1, text=text, layer=text, argument=text),
        status_reason=text,
        remedies=(Remedy(id=text, parameters={text: text}),),
        because_of=(text,),
        fit=0,
    )
    done = Outcome(code=text, name=text, result="failed", reason=text, evidence={text: text}, fit=0)
    return Report(
        verdict=verdict,
        findings=(finding,),
        outcomes=(done,),
        fits=(FitResult(index=0, title=text, verdict=verdict, facts=seen),),
        script=ScriptRun(path=text, arguments=(text,), ended="killed", exit_code=1, signal=text),
        notes=(text,),
        goodfit=text,
        keras=text,
        backend=text,
        created=text,
    )


def huge(epochs: int = 2000, layers: int = 300, fits: int = 1) -> Report:
    """Many epochs, many layers, many fits; records are shared, so it takes little memory."""
    stack = tuple(
        make_layer(f"encoder/block_{i}/dense", "Dense", 64, i + 1, "relu") for i in range(layers)
    )
    model = ModelFacts(name="deep", kind="functional", layers=stack, parameters=4160 * layers)
    course = trace(epochs, layers=tuple(layer.path for layer in stack))
    seen = Facts(model=model, settings=SETTINGS, data=DATA, trace=course, baselines=BASELINES)
    verdict = Verdict(name="overfitting", confidence=0.99, reason="validation rows got worse")
    return _report(
        verdict,
        tuple(dataclasses.replace(OVERFITTING, fit=i) for i in range(fits)),
        fits=tuple(
            FitResult(index=i, title=f"fold {i}", verdict=verdict, facts=seen) for i in range(fits)
        ),
        outcomes=tuple(outcome for i in range(fits) for outcome in outcomes(i)),
    )


SAMPLES = {
    "healthy": healthy,
    "overfitting": overfitting,
    "broken": broken,
    "crash": crash,
    "several": several,
    "empty": empty,
    "hostile": hostile,
}
