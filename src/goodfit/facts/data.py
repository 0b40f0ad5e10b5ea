"""The rows the model was given, and what simple learners make of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from goodfit.facts.base import Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayFacts:
    """One input array. Statistics cover `rows_seen` rows; non-finite values are left out of them
    and counted in `non_finite`. The per-feature tuples are filled for 2-D arrays (rows, features)
    of at most 4,096 features, else empty. `kind` is "features", "image", "sequence", "tokens"
    (whole numbers fed to an embedding), "text" or "other"."""

    name: str
    shape: Shape
    dtype: str
    kind: str = "features"
    rows_seen: int = 0
    non_finite: int = 0
    first_non_finite: tuple[int, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    std: float | None = None
    whole_numbers: bool = False
    feature_min: tuple[float, ...] = ()
    feature_max: tuple[float, ...] = ()
    feature_mean: tuple[float, ...] = ()
    feature_std: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetFacts:
    """The targets of one output. `kind` is one of
    "binary" (two whole numbers 0 and 1, one column), "classes" (whole numbers, one column),
    "one-hot" (0/1 rows with exactly one 1), "multi-hot" (0/1 rows otherwise),
    "signs" (-1 and 1), "probabilities" (rows in [0, 1] that sum to 1), "continuous", "text",
    "other".
    `class_counts` maps label to rows for the discrete kinds (column number for one-hot and
    multi-hot). `variance` is the variance over rows, averaged over columns."""

    name: str
    shape: Shape
    dtype: str
    kind: str
    rows_seen: int = 0
    non_finite: int = 0
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    std: float | None = None
    variance: float | None = None
    whole_numbers: bool = False
    distinct: int | None = None
    class_counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetFacts:
    """One set of rows: "train" or "validation". `source` is what the user handed over ("numpy",
    "jax", "tensorflow", "torch", "pandas", "tf.data", "PyDataset", "DataLoader", "generator");
    `rows` is None for a stream of unknown length; `sampled` says whether facts cover a sample only.

    `non_finite_weights` counts sample weights that are NaN or infinite.
    `label_runs` compares neighbours in row order: the share of adjacent rows with equal labels,
    against `label_runs_expected` for the same labels in random order (None for streams and
    continuous targets). `duplicates` counts rows equal to an earlier row (same x), and
    `conflicts` those among them whose labels differ."""

    role: str
    source: str = "numpy"
    rows: int | None = None
    rows_seen: int = 0
    sampled: bool = False
    inputs: tuple[ArrayFacts, ...] = ()
    targets: tuple[TargetFacts, ...] = ()
    sample_weights: bool = False
    non_finite_weights: int = 0
    label_runs: float | None = None
    label_runs_expected: float | None = None
    duplicates: int | None = None
    conflicts: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitFacts:
    """Training against validation rows. `leaked` counts validation rows whose x equals a training
    row's, `leaked_same_label` those whose y is equal too, `leaked_expected` how many would be
    expected from the rate of duplicates within the training set alone;
    `examples` are (validation row, training row) pairs, at most ten."""

    leaked: int | None = None
    leaked_same_label: int | None = None
    leaked_expected: float | None = None
    rows_compared: int = 0
    examples: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineScore:
    """One simple learner fitted on the training sample. `loss` is in the model's own loss and is
    None where that loss cannot be computed for it; `error` is the share of wrong rows for classes
    and the squared error over the variance of y for numbers; both per row on the validation
    sample where there is one (else out of fold on the training sample), with standard errors."""

    name: str
    error: float
    error_se: float
    loss: float | None = None
    loss_se: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineFacts:
    """Simple learners on the rows the model saw. `task` is "classes" or "numbers".
    `scores` holds "prior" always, then "linear", "neighbours", "trees" (a small forest), and
    "persistence" for series.
    `model_error`/`model_error_se`: the Keras model in the same measure on the same rows.
    `model_vs_best`: the model's minus the best learner's error, paired by row, with its standard
    error and that learner's name. `permuted_errors` are errors of the best learner fitted on
    permuted labels, which is what "no signal" looks like (one for each permutation); empty where a
    signal is plain without them. `permuted_learner` names the learner they are of, whose own score
    they are to be held against: "linear" or "neighbours", which are cheap to refit.
    `signal_t`: how far the best learner's error lies below the prior's, in standard errors, paired
    by row; for classes their cross-entropies are compared, which see rare classes too, where no
    learner ever names the rare class and all errors are equal."""

    task: str
    rows: int
    scores: tuple[BaselineScore, ...] = ()
    model_error: float | None = None
    model_error_se: float | None = None
    model_vs_best: float | None = None
    model_vs_best_se: float | None = None
    best: str | None = None
    permuted_errors: tuple[float, ...] = ()
    permuted_learner: str | None = None
    signal_t: float | None = None
    train_rows: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFacts:
    train: SetFacts
    validation: SetFacts | None = None
    split: SplitFacts | None = None
