"""One fit with all that is known of it, and the exception that ended the script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from goodfit.facts.base import Shape, SourceLine
from goodfit.facts.data import BaselineFacts, DataFacts
from goodfit.facts.experiments import ExperimentFacts
from goodfit.facts.images import ImageFacts
from goodfit.facts.model import ModelFacts
from goodfit.facts.settings import SettingsFacts
from goodfit.facts.training import HonestLoss, Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class FixProof:
    """A mechanical fix of a crash, tried once on a copy of what failed. `words` is what to type;
    `what` passed with it: "batch" (one batch through the call that failed), "compile" or "call"
    (the constructor that failed). `loss` is that of the one training step, on fresh weights; None
    where nothing was trained. `reason` says why nothing passed, or was tried, else "".
    `parameters` are what a patch needs to know of the fix: names, numbers and lists of them."""

    fix: str = ""
    words: str = ""
    what: Literal["batch", "compile", "call"] = "batch"
    passed: bool = False
    loss: float | None = None
    seconds: float = 0.0
    reason: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrashFacts:
    """The exception that ended the script. `during` is what goodfit saw running: "import", "build",
    "compile", "fit", "evaluate", "predict" or "script"; `layers` names the layers that were being
    called, outermost first, each with the shape it received (batch axis included) where known.
    `proof` tells of the fix that was tried right after it, None where the kind of crash has none.
    """

    type: str
    message: str
    during: str = "script"
    where: SourceLine | None = None
    layers: tuple[tuple[str, str, Shape], ...] = ()
    input_shapes: tuple[Shape, ...] = ()
    target_shapes: tuple[Shape, ...] = ()
    proof: FixProof | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFacts:
    """A call of `predict` or `evaluate` by the script, after the fit these facts are of.
    `reshuffles` says whether the rows come in another order at every pass (None where unknown);
    `same_as` is "train" or "validation" where the rows are those of that set, else "".
    `minimum`, `maximum`, `mean` and `std` are those of the first input's numbers (a sample of at
    most 2,048 rows), `shape` that of a row; None where it was a stream, or held no numbers."""

    kind: str
    source: str = "numpy"
    rows: int | None = None
    reshuffles: bool | None = None
    same_as: str = ""
    where: SourceLine | None = None
    shape: Shape | None = None
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    std: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FitSummary:
    """Another fit of the same script, in short. The signatures are hashes: of the layers and their
    options, of what compile and fit were told, of the rows, and of the weights before training;
    "" where unknown. `validation` is on the weights the user gets back."""

    index: int
    model: str = ""
    settings: str = ""
    data: str = ""
    weights: str = ""
    first_loss: float | None = None
    train: HonestLoss | None = None
    validation: HonestLoss | None = None
    epochs: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCall:
    """A call in the script's source. `name` is the dotted name with its imports resolved, e.g.
    "keras.optimizers.Adam", ".fit" for a method of something unknown, or "keras.layers.Dense()" for
    a call of what that call returns; `keywords` are the names of its keyword arguments, `true`
    those of them that are given a plain True."""

    name: str
    keywords: tuple[str, ...] = ()
    true: tuple[str, ...] = ()
    where: SourceLine | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptFacts:
    """The script's own source: its imports of Keras or TensorFlow names, its calls, and the
    attributes it assigns (`assigned`, named as calls are, e.g. ".optimizer.lr"). What stands in a
    `try` with handlers, or behind a test of a version, is left out: the script expects it to fail.
    """

    imports: tuple[ApiCall, ...] = ()
    calls: tuple[ApiCall, ...] = ()
    assigned: tuple[ApiCall, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that is known of one fit of one model; a part that could not be had is None, and
    `missing` says why, by the part's name; `images` is None where no input holds
    images. `calls` are those of predict and evaluate, `own` sums up
    this fit, `others` the other fits of the same script."""

    model: ModelFacts | None = None
    settings: SettingsFacts | None = None
    data: DataFacts | None = None
    trace: Trace | None = None
    baselines: BaselineFacts | None = None
    images: ImageFacts | None = None
    crash: CrashFacts | None = None
    experiments: ExperimentFacts | None = None
    script: ScriptFacts | None = None
    calls: tuple[CallFacts, ...] = ()
    own: FitSummary | None = None
    others: tuple[FitSummary, ...] = ()
    backend: str = ""
    missing: Mapping[str, str] = field(default_factory=dict)
