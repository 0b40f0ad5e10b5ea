"""The rows the model was given, and what simple learners make of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from goodfit.facts.base import Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayFacts:
    """One input array. Statistics cover `rows_seen` rows; non-finite values are left out of them
    and counted in `non_finite`. The per-feature tuples are filled for 2-D arrays (rows, features)
    of at most 4,096 features, else empty; the quantiles are those of a random sample of up to 2,048
    rows, as are `pad_share`, `pad_side` and `object_types`.
    `kind` is "features", "image", "sequence", "tokens" (whole numbers fed to an embedding), "text"
    or "other". `pad_share` is the share of all entries (time steps, for sequences of vectors) that
    are zeros at a row's end ("post") or beginning ("pre"), `pad_side` the side where there are
    more (a row of zeros only counts for that side); None where rows have no time axis, `pad_side`
    also where there is no padding. `object_types` names the Python types found in an
    array of dtype object."""

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
    feature_q25: tuple[float, ...] = ()
    feature_median: tuple[float, ...] = ()
    feature_q75: tuple[float, ...] = ()
    pad_share: float | None = None
    pad_side: str | None = None
    object_types: tuple[str, ...] = ()


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
class PassFacts:
    """Two passes over one stream, held against each other by hashes of rows, `rows` of each.
    `same_rows` is the share of the second pass' rows that the first pass had too; `same_labels`
    the share of positions whose labels are equal in both (None without labels); `from_train` the
    share of the second pass' rows that the *first* pass over the training set had (None where not
    compared; for the validation set only)."""

    rows: int
    same_rows: float
    same_labels: float | None = None
    from_train: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetFacts:
    """One set of rows: "train" or "validation". `source` is what the user handed over ("numpy",
    "jax", "tensorflow", "torch", "pandas", "tf.data", "PyDataset", "DataLoader", "generator");
    `rows` is None for a stream of unknown length; `sampled` says whether facts cover a sample only.

    `non_finite_weights` counts sample weights that are NaN or infinite.
    `label_runs` compares neighbours in row order: the share of adjacent rows with equal labels,
    against `label_runs_expected` for the same labels in random order (None for streams and
    continuous targets). `duplicates` counts rows equal to an earlier row (same x), and
    `conflicts` those among them whose labels differ. `near_duplicates` is the number of
    rows almost equal to another row of the set, exact copies not counted (see
    `SplitFacts.near_leaked`), reckoned from a random 2,048 rows; None where that means nothing.

    `order_correlation` is the lag-1 autocorrelation over rows in their order, averaged over at most
    64 evenly spread features of each input (rows in random order: about 0, with a standard error of
    at most 1 / sqrt(rows_seen)), `target_order_correlation` that of a continuous target; None for
    streams. `monotone_features` are (input, feature) numbers of features that grow strictly, or
    fall strictly, from row to row, of ten rows or more. `accuracy_ceiling` is the best accuracy
    that equal inputs with different labels leave possible, None where targets are numbers.
    `passes` compares the first two passes over a stream."""

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
    near_duplicates: int | None = None
    order_correlation: float | None = None
    target_order_correlation: float | None = None
    monotone_features: tuple[tuple[int, int], ...] = ()
    accuracy_ceiling: float | None = None
    passes: PassFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureDrift:
    """One feature, training against validation: the Kolmogorov-Smirnov statistic, its p-value
    (not corrected), and the difference of the means (validation minus training) in training
    standard deviations."""

    input: int
    feature: int
    statistic: float
    p_value: float
    shift: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitFacts:
    """Training against validation rows. `leaked` counts validation rows whose x equals a training
    row's, `leaked_same_label` those whose y is equal too, `leaked_expected` how many would be
    expected from the rate of duplicates within the training set alone;
    `examples` are (validation row, training row) pairs, at most ten.

    `near_leaked` counts validation rows, exact copies left out, that are almost equal to a training
    row: nearer than a hundredth of their distance to about the tenth nearest training row, in
    standardised features (by chance, about one row in 10^5 with three independent features, hardly
    any with more); `near_rows` how many were looked at, `near_examples` pairs as above. None where
    fewer than three features have more than 20 values: there, equal rows are natural.
    `window_overlap` is the share of validation windows, (rows, time) or (rows, time, features),
    that are a training window moved by one step, less the share that repetition alone brings; None
    where rows are no windows, or too many to look at all. `drift` holds the five features with the
    smallest p-values of `features_tested`; of images a feature is the mean of a channel, of
    sequences that of a feature over time. `domain_auc` is how well a small forest tells validation
    from training rows out of fold (0.5: not at all) with its standard error. `target_p_value` tests
    whether both sets' first targets come from one distribution (chi-square for classes,
    Kolmogorov-Smirnov for numbers), with `target_statistic` (Cramer's V, or the KS statistic). All
    p-values take rows for independent, which neighbours in a series are not."""

    leaked: int | None = None
    leaked_same_label: int | None = None
    leaked_expected: float | None = None
    rows_compared: int = 0
    examples: tuple[tuple[int, int], ...] = ()
    near_leaked: int | None = None
    near_rows: int = 0
    near_examples: tuple[tuple[int, int], ...] = ()
    window_overlap: float | None = None
    drift: tuple[FeatureDrift, ...] = ()
    features_tested: int = 0
    domain_auc: float | None = None
    domain_auc_se: float | None = None
    target_statistic: float | None = None
    target_p_value: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureScore:
    """What one feature alone tells: the error of a small tree on it, on rows it was not fitted on,
    in the measure of `BaselineFacts`. `distinct` is the share of rows with a value of their own;
    `ordered` says whether its values only rise, or only fall, in row order (an index, a date)."""

    input: int
    feature: int
    error: float
    error_se: float
    prior_error: float
    distinct: float
    ordered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSuspects:
    """Training rows whose label out-of-fold predictions contradict (confident learning: Northcutt,
    Jiang & Chuang, JAIR 2021, section 3). `suspects` of `rows`; `agreed` counts the suspects that
    the majority of their ten nearest neighbours contradicts too, being of the predicted class;
    `expected` how many of those overlapping classes explain: all of them unless the learner is
    wrong about its surest rows as often as about less sure ones, which overlap does not bring
    about; then those beyond that share of wrong labels. `error` is the out-of-fold error of the
    learner; `examples` are agreed suspects as (row, given label, predicted label), at most twenty,
    surest first, none for a stream, whose rows have no numbers."""

    rows: int
    suspects: int
    agreed: int
    expected: float
    error: float
    examples: tuple[tuple[int, str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineScore:
    """One simple learner fitted on the training sample. `loss` is in the model's own loss and is
    None where that loss cannot be computed for it; `error` is the share of wrong rows for classes
    and the squared error over the variance of y for numbers and for several labels a row; both per
    row on the validation sample where there is one (else out of fold on the training sample), with
    standard errors."""

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
    `output` names the output they are of, "" where the model has one; `loss` is None for several.
    `model_error`/`model_error_se`: the Keras model in the same measure on the same rows;
    `row_errors` its errors row by row, rounded, for another run of the script to be paired with.
    `model_vs_best`: the model's minus the best learner's error, paired by row, with its standard
    error and that learner's name. `permuted_errors` are errors of the best learner fitted on
    permuted labels, which is what "no signal" looks like (one for each permutation); empty where a
    signal is plain without them. `permuted_learner` names the learner they are of, whose own score
    they are to be held against: "linear" or "neighbours", which are cheap to refit.
    `signal_t`: how far the best learner's error lies below the prior's, in standard errors, paired
    by row; for classes their cross-entropies are compared, which see rare classes too, where no
    learner ever names the rare class and all errors are equal.
    `single_features` are the five features that tell most alone, of at most 200 tried; none for
    images, sequences and tokens. `label_suspects` are rows that look mislabelled, None for numbers,
    fewer than 100 rows, or where no learner sees a signal; `best_recall` is the best learner's
    recall by class."""

    task: str
    rows: int
    scores: tuple[BaselineScore, ...] = ()
    model_error: float | None = None
    model_error_se: float | None = None
    row_errors: tuple[float, ...] = ()
    model_vs_best: float | None = None
    model_vs_best_se: float | None = None
    best: str | None = None
    permuted_errors: tuple[float, ...] = ()
    permuted_learner: str | None = None
    signal_t: float | None = None
    train_rows: int = 0
    single_features: tuple[FeatureScore, ...] = ()
    label_suspects: LabelSuspects | None = None
    best_recall: Mapping[str, float] = field(default_factory=dict)
    output: str = ""

    @property
    def of_output(self) -> str:
        """Continues "the model" where it has several outputs: which one this is about."""
        return f" (output {self.output})" if self.output else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFacts:
    train: SetFacts
    validation: SetFacts | None = None
    split: SplitFacts | None = None
