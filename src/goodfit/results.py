"""What is concluded: findings, outcomes, verdicts and the report. Frozen; numbers before prose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from goodfit.facts import Facts, FitPictures

if TYPE_CHECKING:
    import numpy as np

Severity = Literal["error", "warning", "tip"]
Status = Literal["confirmed", "refuted", "untested"]
Result = Literal["finding", "passed", "not applicable", "skipped", "failed"]
VerdictName = Literal[
    "good fit",
    "close to overfitting",
    "overfitting",
    "underfitting",
    "broken training",
    "data problem",
    "unstable",
    "cannot tell",
]

EffectName = Literal["helps", "harms", "no effect", "cannot tell"]
TrialStatus = Literal["finished", "diverged", "failed", "cut"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "tip")


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """The place a finding points to; any part may be unknown (None)."""

    file: str | None = None
    line: int | None = None
    text: str | None = None
    layer: str | None = None
    argument: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """A remedy by its id, with the parameters this finding suggests, and what it means in words."""

    id: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """The difference that a remedy makes to a score per row, paired by seed and by row.

    Attributes:
        measure: "accuracy" (share of right answers), "balanced accuracy" (the mean of that share
            over the classes), "explained variance" (1 - squared error / variance of the training
            targets) or "loss" (honest loss, with its sign turned); of each, more is better.
        difference: mean score with the remedy less that without; above 0 is better.
        low, high: its 95 % interval, over seeds and rows, corrected for `comparisons`.
        without, with_remedy: the two mean scores.
        p: two-sided p-value of no difference, corrected likewise.
        says: what it amounts to.
        seeds, rows: what it was measured on.
        seconds_ratio: training time with the remedy over that without; None where not measured.
        comparisons: arms that were compared at once.
    """

    measure: str
    difference: float
    low: float
    high: float
    without: float
    with_remedy: float
    p: float
    says: EffectName
    seeds: int
    rows: int
    seconds_ratio: float | None = None
    comparisons: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing a check saw. `evidence` holds the numbers; `message` and `advice` are written from
    them. `because_of` names the codes of findings in the same fit that explain this one;
    `fit` is the index of the fit in the report (None for the script as a whole). `status` says
    whether trials confirmed it, `tried` with which remedy and `effect` what that did."""

    code: str
    name: str
    severity: Severity
    message: str
    advice: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    where: Where = field(default_factory=Where)
    status: Status = "untested"
    status_reason: str = ""
    tried: Remedy | None = None
    effect: Effect | None = None
    remedies: tuple[Remedy, ...] = ()
    because_of: tuple[str, ...] = ()
    fit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one check ended on one fit, always with a reason."""

    code: str
    name: str
    result: Result
    reason: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    fit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The one answer. `confidence` is in [0, 1]; `reason` carries the numbers behind it;
    `settle` says what would settle it where the name is "cannot tell"."""

    name: VerdictName
    confidence: float
    reason: str
    settle: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FitResult:
    """One fit of one model: what was seen, and what it comes to."""

    index: int
    title: str
    verdict: Verdict
    facts: Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Seconds:
    """Where the time went: the whole run, the user's script, and goodfit's own parts."""

    total: float = 0.0
    script: float = 0.0
    monitor: float = 0.0
    checks: float = 0.0
    trials: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptRun:
    """How the user's script ended. `ended` is "finished", "exit" (sys.exit), "exception",
    "interrupted", "time limit" or "killed" (`signal` names it, where known)."""

    path: str
    arguments: tuple[str, ...] = ()
    ended: str = "finished"
    exit_code: int = 0
    signal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All of one run. Findings stand best first. Renderers are functions of this record. `pictures`
    are for the page alone: the JSON report leaves them out."""

    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    fits: tuple[FitResult, ...] = ()
    seconds: Seconds = field(default_factory=Seconds)
    script: ScriptRun | None = None
    notes: tuple[str, ...] = ()
    goodfit: str = ""
    keras: str = ""
    backend: str = ""
    created: str = ""
    pictures: tuple[FitPictures, ...] = field(default=(), repr=False)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings at error level."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    def __str__(self) -> str:
        from goodfit.report import to_text

        return to_text(self)

    def _repr_html_(self) -> str:
        from goodfit.report import to_notebook

        return to_notebook(self)


# Studies


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialEpoch:
    """One epoch of a trial. Losses are honest means; None where not measured. Where the measure is
    balanced accuracy they are means over classes, of probabilities that the classes' shares of the
    training are taken out of: what resamples, weights or moves a threshold is stopped like the
    rest."""

    index: int
    train_loss: float | None = None
    validation_loss: float | None = None
    score: float | None = None
    learning_rate: float | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RowScores:
    """Score and honest loss of every row of one set, each of shape (rows,), float32; the scores
    as `Effect.measure` says."""

    score: np.ndarray
    loss: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trial:
    """One arm, one seed.

    Attributes:
        status: "finished", "diverged" (a loss that is not finite), "failed" (an exception, or a
            process that died) or "cut" (stopped before its end: the time was up, or the arm lost).
        reason: a sentence, where it is not finished.
        epochs: what every epoch measured.
        best_epoch: where the honest validation loss was lowest, or the last one where the protocol
            has no patience; its weights are the ones scored.
        still_improving: whether training ended while the validation loss was still falling.
        validation, test: scores of those weights by row.
        threshold: what decided on their classes, where that was fitted on validation rows; see
            `goodfit.recipe.Decision`.
    """

    arm: str
    seed: int
    status: TrialStatus
    reason: str = ""
    epochs: tuple[TrialEpoch, ...] = ()
    best_epoch: int | None = None
    still_improving: bool = False
    parameters: int | None = None
    seconds: float = 0.0
    validation: RowScores | None = None
    test: RowScores | None = None
    threshold: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arm:
    """One recipe of a study and what came of it.

    Attributes:
        remedies: what was applied to the baseline; () for the baseline itself.
        choosing: the effect on the rows that chose the winner; None for the baseline.
        confirming: the effect on rows that chose nothing.
        notes: a sentence each, such as why it was stopped early.
        recall: where the measure is balanced accuracy, of the winner and the baseline: the share of
            each class's rows that is answered right, by the class's number; on the confirming rows
            where there are some, else on the choosing ones.
    """

    name: str
    remedies: tuple[Remedy, ...] = ()
    trials: tuple[Trial, ...] = ()
    choosing: Effect | None = None
    confirming: Effect | None = None
    notes: tuple[str, ...] = ()
    recall: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """What every trial of a study has in common.

    Attributes:
        seeds: seeds of the trials.
        epochs: the most epochs of one trial.
        patience: epochs without a lower honest validation loss (see `TrialEpoch`) after which a
            trial stops and the best weights are restored; None to train all epochs and score the
            last weights.
        measure: see `Effect.measure`.
        choosing_share: share of the validation rows that choose; the others confirm. 1 where test
            rows are given.
    """

    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    epochs: int = 100
    patience: int | None = 10
    measure: str = "accuracy"
    choosing_share: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyPoint:
    """One point of a curve: losses of one recipe over seeds, penalties left out.

    Attributes:
        name: what was changed, in words.
        at: where it stands on the curve; None where that is no number.
        train: mean honest loss on training rows; None where unknown.
        held: mean honest loss on rows that neither trained nor stopped anything.
        low, high: 95 % interval of `held` over seeds; None with fewer than two.
    """

    name: str
    at: float | None
    train: float | None
    held: float
    low: float | None = None
    high: float | None = None
    seeds: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyCurve:
    """Losses along one quantity.

    Attributes:
        name: "capacity", "data", "activation" or "learning-rate".
        along: what `StudyPoint.at` counts, in words.
        says: what it comes to, a sentence.
        forecast: the point that the curve is continued to, with its interval; None where it is not,
            or cannot be told.
    """

    name: str
    along: str
    points: tuple[StudyPoint, ...]
    says: str = ""
    forecast: StudyPoint | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StudyResult:
    """A study: arms by the order they were proposed, the baseline first.

    Attributes:
        winner: name of the arm to recommend; the baseline's where none is shown to be better.
        leader: name of the arm that looks best, shown or not: what to take where something has to
            be taken. "" where unknown.
        notes: a sentence each on what was left out or went wrong.
        curves: what else was asked for, see `StudyCurve`.
    """

    name: str
    protocol: Protocol
    arms: tuple[Arm, ...]
    winner: str
    leader: str = ""
    validation_rows: int = 0
    test_rows: int = 0
    notes: tuple[str, ...] = ()
    curves: tuple[StudyCurve, ...] = ()
    seconds: float = 0.0
    goodfit: str = ""
    keras: str = ""
    backend: str = ""
    created: str = ""

    @property
    def baseline(self) -> Arm:
        """The arm without a remedy."""
        return self.arms[0]

    def __str__(self) -> str:
        from goodfit.report import study_text

        return study_text(self)

    def _repr_html_(self) -> str:
        from goodfit.report import study_notebook

        return study_notebook(self)
