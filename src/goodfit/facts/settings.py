"""What compile and fit were told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from goodfit.facts.base import Scalar, SourceLine


@dataclass(frozen=True, slots=True, kw_only=True)
class LossFacts:
    """The loss of one output. `name` is Keras' snake-case name of the function or class,
    e.g. "sparse_categorical_crossentropy"; `custom` when it is not one of Keras' own.
    `ignore_class` is the label that a sparse cross-entropy leaves out, if any. `aligns` says
    whether Keras makes targets (N,) and outputs (N, 1) alike before it calls the loss: it does for
    its own losses and for plain functions, not for the user's subclasses of Loss (None where
    unknown)."""

    name: str
    output: str = ""
    from_logits: bool | None = None
    reduction: str | None = None
    weight: float | None = None
    label_smoothing: float = 0.0
    ignore_class: int | None = None
    aligns: bool | None = None
    custom: bool = False
    where: SourceLine | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricFacts:
    """One compiled metric. `kind` is Keras' class name in snake case after "accuracy" and the like
    were resolved, e.g. "binary_accuracy"; `name` is its name in the logs."""

    name: str
    kind: str
    output: str = ""
    threshold: float | None = None
    from_logits: bool | None = None
    custom: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizerFacts:
    """`learning_rate` is the first step's; `schedule` the schedule's class name, if any."""

    name: str
    learning_rate: float | None = None
    schedule: str | None = None
    options: Mapping[str, Scalar] = field(default_factory=dict)
    where: SourceLine | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackFacts:
    """A callback given to fit (Keras' automatic History and progress bar left out)."""

    name: str
    options: Mapping[str, Scalar] = field(default_factory=dict)
    custom: bool = False
    where: SourceLine | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsFacts:
    """What compile and fit were told. `validation` is "none", "split" or "data";
    `class_weight` maps class to weight; `steps_per_epoch` is the number of steps of an epoch,
    given or counted."""

    losses: tuple[LossFacts, ...] = ()
    metrics: tuple[MetricFacts, ...] = ()
    optimizer: OptimizerFacts | None = None
    epochs: int | None = None
    initial_epoch: int = 0
    batch_size: int | None = None
    steps_per_epoch: int | None = None
    shuffle: bool | None = None
    validation: str = "none"
    validation_split: float = 0.0
    class_weight: Mapping[str, float] | None = None
    sample_weight: bool = False
    callbacks: tuple[CallbackFacts, ...] = ()
    run_eagerly: bool = False
    jit_compile: bool | None = None
    compile_where: SourceLine | None = None
    fit_where: SourceLine | None = None
