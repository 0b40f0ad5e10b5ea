"""What small experiments on copies of the model showed; each is None where it was not run."""

from __future__ import annotations

from dataclasses import dataclass

from goodfit.facts.training import HonestLoss


@dataclass(frozen=True, slots=True, kw_only=True)
class OneBatch:
    """A copy of the model with the weights it had before training (fresh ones where those are not
    known), its own loss and optimiser at the user's highest learning rate, trained on the same
    `rows` rows for `steps` steps. Losses are honest (data loss in inference mode); `prior_loss` is
    the best constant answer's on those rows, None where unknown. `error` and `prior_error` as in
    BaselineScore. `trained_loss` is the lowest loss that training itself printed: in training mode
    (Dropout at work, BatchNormalization on the batch's own statistics), penalties included."""

    rows: int
    steps: int
    start_loss: float
    end_loss: float
    best_loss: float
    prior_loss: float | None = None
    error: float | None = None
    prior_error: float | None = None
    trained_loss: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShuffledInput:
    """The trained model's answers where one input's rows were shuffled among `rows` rows (all
    inputs together where `input` is None). `change` is the root mean square change of the outputs
    over their standard deviation across rows; `loss` the honest loss then, against `loss_before`,
    with the standard error of the difference, paired by row."""

    input: str | None
    rows: int
    change: float
    loss: float
    loss_before: float
    loss_se: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RatePoint:
    """`loss` is the smoothed honest loss after the steps at this learning rate, infinite where
    training diverged."""

    learning_rate: float
    loss: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeTest:
    """Copies of the model with the weights it had before training, trained for `steps` steps of 32
    rows each at rates a factor apart (after Smith, "Cyclical Learning Rates", WACV 2017, section
    3.3). `start_loss` is the honest loss before; `prior_loss` a constant answer's; `used` the
    user's own highest rate."""

    points: tuple[RatePoint, ...]
    steps: int
    start_loss: float
    used: float | None = None
    prior_loss: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PermutedLabels:
    """A copy with fresh weights trained on `rows` rows with permuted labels for `epochs` epochs."""

    rows: int
    epochs: int
    train_loss: float
    prior_loss: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """One point of a data-fraction or capacity curve: the honest validation loss at its best epoch
    of a copy trained on `rows` rows with `parameters` trainable parameters, for one `seed`."""

    rows: int
    parameters: int
    seed: int
    train: HonestLoss
    validation: HonestLoss


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentFacts:
    """`seconds` is what all of them took together."""

    one_batch: OneBatch | None = None
    shuffled_inputs: tuple[ShuffledInput, ...] = ()
    range_test: RangeTest | None = None
    permuted_labels: PermutedLabels | None = None
    data_curve: tuple[CurvePoint, ...] = ()
    capacity_curve: tuple[CurvePoint, ...] = ()
    seconds: float = 0.0
