"""The training as it went, epoch by epoch, and what the model answers at its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class HonestLoss:
    """Mean per-row data loss on a fixed sample in inference mode: no penalties, no class or sample
    weights, no augmentation. `standard_error` comes from the per-row losses."""

    mean: float
    standard_error: float
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerProbe:
    """One layer at one epoch, over a fixed sample of training rows in inference mode.

    `dead` is the share of units that are zero on every row of the sample, `zeros` the share of all
    values that are zero, `saturated` the share of values beyond 99 % of the activation's bounded
    range (None for unbounded activations). `gradient_norm` and `weight_norm` are Euclidean norms
    over the layer's trainable weights, for the honest loss. `update_ratio` is
    ||w_end - w_start|| / ||w_start|| over that epoch's steps."""

    path: str
    mean: float | None = None
    std: float | None = None
    zeros: float | None = None
    dead: float | None = None
    saturated: float | None = None
    gradient_norm: float | None = None
    weight_norm: float | None = None
    update_ratio: float | None = None
    finite: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """One epoch as it was logged, and as it was probed (None where the governor left it out).
    `index` counts from 0; -1 is the state before training. `logs` are Keras' own printed values.
    `penalty` is sum(model.losses) in inference mode. `wait_seconds` is how long the training loop
    waited for its data in this epoch (None where that was not seen); `steps` how many the optimiser
    took."""

    index: int
    logs: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    learning_rate: float | None = None
    train: HonestLoss | None = None
    validation: HonestLoss | None = None
    penalty: float | None = None
    layers: tuple[LayerProbe, ...] = ()
    wait_seconds: float | None = None
    steps: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GapFacts:
    """The printed gap (validation minus training loss) of the last probed epoch, taken apart.
    The parts add up: printed_gap = running_mean + train_mode + augmentation + weights + penalties
    + true_gap + rest. A part is None where it could not be measured. `train_mode_se` is the
    standard error of `train_mode`, paired by row."""

    epoch: int
    printed_train: float
    printed_validation: float
    printed_gap: float
    true_gap: float
    true_gap_se: float
    running_mean: float | None = None
    train_mode: float | None = None
    augmentation: float | None = None
    weights: float | None = None
    penalties: float | None = None
    rest: float | None = None
    train_mode_se: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationFacts:
    """How far the model's probabilities can be believed, on the validation sample. `error` is the
    expected calibration error over fifteen equal bins (Guo, Pleiss, Sun & Weinberger, ICML 2017,
    section 2); `temperature` divides the logits best on one half of the rows; `gain` is the mean
    cross-entropy in nats that it saves on the other half, paired by row, with its standard error.
    """

    rows: int
    error: float
    confidence: float
    accuracy: float
    temperature: float
    gain: float
    gain_se: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdFacts:
    """Binary classes: balanced accuracy at 0.5 and at the threshold that is best on one half of the
    validation rows, both on the other half, with the standard error of their difference."""

    rows: int
    threshold: float
    balanced_at_half: float
    balanced: float
    gain: float
    gain_se: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentFacts:
    """The rows with `low` <= feature < `high` (None: unbounded), found on one half of the
    validation rows as those with the worst loss; the losses and the z of their difference are of
    the other half."""

    input: int
    feature: int
    low: float | None
    high: float | None
    rows: int
    loss: float
    loss_outside: float
    z: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionFacts:
    """What the model answers at the end on the fixed samples, first output only.

    `rows` and the statistics are over the training sample; `spread` is the largest standard
    deviation over rows of any output unit (0 = the same answer for every row);
    `row_sum_min`/`row_sum_max` bound the sums over units. `class_counts`/`recall`
    are over the validation sample where there is one (`set`), else the training sample:
    predicted class to rows, true class to recall. `error`/`prior_error` as in BaselineScore, on
    the training sample: the model's and that of the constant answer that is best there.
    `support` counts the true classes of `set`, `precision` is by predicted class; `confusion` maps
    true class and predicted class to rows, empty for more than 50 classes, pairs without a row
    left out. `balanced_accuracy` is the mean of `recall`; `class_entropy` that of the shares in
    `support`, as a share of the entropy of equally frequent classes (1: balanced)."""

    rows: int
    minimum: float
    maximum: float
    spread: float
    finite: bool = True
    row_sum_min: float | None = None
    row_sum_max: float | None = None
    set: str = "train"
    class_counts: Mapping[str, int] = field(default_factory=dict)
    recall: Mapping[str, float] = field(default_factory=dict)
    error: float | None = None
    prior_error: float | None = None
    prior_loss: float | None = None
    support: Mapping[str, int] = field(default_factory=dict)
    precision: Mapping[str, float] = field(default_factory=dict)
    confusion: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    balanced_accuracy: float | None = None
    class_entropy: float | None = None
    calibration: CalibrationFacts | None = None
    threshold: ThresholdFacts | None = None
    segment: SegmentFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """The training as it went. `train_rows_best` and so on are per-row honest losses at
    `best_epoch` (the probed epoch with the lowest honest validation loss) and at `last_epoch`
    (the last probed one), row by row the same rows. `final` is measured on the weights the user
    gets back, after callbacks such as EarlyStopping restored what they restore.
    `loss_kind` says what a row's loss is: the loss's name, or "chunk" where the user's loss gives
    one number a batch and rows were grouped; "" where no honest loss could be measured, then
    `honest_missing` says why."""

    epochs: tuple[Epoch, ...] = ()
    best_epoch: int | None = None
    last_epoch: int | None = None
    train_rows_best: tuple[float, ...] = ()
    train_rows_last: tuple[float, ...] = ()
    validation_rows_best: tuple[float, ...] = ()
    validation_rows_last: tuple[float, ...] = ()
    final_train: HonestLoss | None = None
    final_validation: HonestLoss | None = None
    gap: GapFacts | None = None
    predictions: PredictionFacts | None = None
    loss_kind: str = ""
    honest_missing: str = ""
    finished: bool = True
    stopped_by: str | None = None
    seconds: float = 0.0
    monitor_seconds: float = 0.0

    def curve(self, name: str) -> tuple[tuple[int, float], ...]:
        """(epoch, value) of a logged value, e.g. "loss" or "val_accuracy"."""
        return tuple((e.index, e.logs[name]) for e in self.epochs if name in e.logs)

    def honest(self, role: str) -> tuple[tuple[int, HonestLoss], ...]:
        """(epoch, honest loss) for role "train" or "validation", probed epochs only, the state
        before training included as epoch -1."""
        pairs = ((e.index, e.train if role == "train" else e.validation) for e in self.epochs)
        return tuple((index, loss) for index, loss in pairs if loss is not None)

    @property
    def trained(self) -> int:
        """How many epochs were trained."""
        return sum(epoch.index >= 0 for epoch in self.epochs)
