"""Curves: what capacity, rows, activations and learning rates do to the loss.

Each is made of arms that are trained as all others are; here they are designed, and read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from statistics import fmean

import numpy as np

from goodfit.recipe import Recipe
from goodfit.results import Arm, Effect, Remedy, StudyCurve, StudyPoint, Trial
from goodfit.study.design import BASELINE, Apply, name_of
from goodfit.study.run import Proposal
from goodfit.study.stats import MIN_ROWS, effect

NARROWER, WIDER = (0.25, 0.5), (2.0, 4.0)
DEPTHS = (-2, -1, 1, 2)
ACTIVATIONS = ("relu", "leaky_relu", "elu", "gelu", "selu", "silu", "tanh")
RATES = (1e-3, 1e-2, 0.1, 0.3, 3.0, 10.0, 100.0)
"""Factors to the learning rate; half powers of ten next to it."""
RATE_EPOCHS, RATE_SEEDS = 3, 3
FRACTIONS = (0.125, 0.18, 0.25, 0.35, 0.5, 0.71, 1.0)
"""A factor of the square root of two apart, so that three parameters stand on seven points."""
MIN_PART = 32
LEVEL = 0.05


def capacity_arms(recipe: Recipe, apply: Apply) -> tuple[Proposal, ...]:
    """The same shape narrower and wider, and with fewer and more layers."""
    chains = [
        *(Remedy(id="less-capacity", parameters={"factor": factor}) for factor in NARROWER),
        *(Remedy(id="more-capacity", parameters={"factor": factor}) for factor in WIDER),
        *(Remedy(id="depth", parameters={"number": number}) for number in DEPTHS),
    ]
    return _arms(recipe, chains, apply)


def activation_arms(recipe: Recipe, apply: Apply) -> tuple[Proposal, ...]:
    """The hidden layers with each usual activation."""
    chains = [Remedy(id="activation", parameters={"name": name}) for name in ACTIVATIONS]
    return _arms(recipe, chains, apply)


def rate_arms(recipe: Recipe, apply: Apply) -> tuple[Proposal, ...]:
    """Learning rates below and above the recipe's own."""
    chains = [Remedy(id="learning-rate", parameters={"factor": factor}) for factor in RATES]
    return _arms(recipe, chains, apply)


def _arms(recipe: Recipe, remedies: Iterable[Remedy], apply: Apply) -> tuple[Proposal, ...]:
    arms = [Proposal(name=BASELINE, recipe=recipe)]
    for remedy in remedies:
        changed = apply(recipe, remedy)
        if isinstance(changed, Recipe):
            arms.append(Proposal(name=name_of((remedy,)), recipe=changed))
    return tuple(arms)


def data_arms(recipe: Recipe, seed: int) -> tuple[Proposal, ...]:
    """The recipe with parts of its training rows, drawn by this seed; smaller ones lie in larger.

    Rows are repeated to the number of all rows: every part is trained by as many steps an epoch,
    and patience means the same to it.
    """
    train = recipe.data.train
    order = np.random.default_rng([seed, 412]).permutation(train.count)
    arms = []
    for fraction in FRACTIONS:
        rows = round(fraction * train.count)
        if rows < MIN_PART:
            continue
        part = recipe if fraction == 1 else recipe.with_train(
            train.at(np.resize(order[:rows], train.count))
        )  # fmt: skip
        arms.append(Proposal(name=f"{rows} rows, draw {seed}", recipe=part))
    return tuple(arms)


def rows_of(name: str) -> int:
    """Rows of an arm of `data_arms`, by its name."""
    return int(name.partition(" ")[0])


def points(arms: Iterable[Arm], at: Callable[[Arm], float | None]) -> tuple[StudyPoint, ...]:
    """A point for every arm that has a finished trial, by where `at` puts it."""
    found = []
    for arm in arms:
        trials = [trial for trial in arm.trials if trial.status == "finished"]
        held = [loss for trial in trials if (loss := held_loss(trial)) is not None]
        if held:
            found.append(_point(arm.name, at(arm), trials, held))
    return tuple(sorted(found, key=lambda point: (point.at is None, point.at or 0.0)))


def _point(
    name: str, at: float | None, trials: Sequence[Trial], held: Sequence[float]
) -> StudyPoint:
    reach = _reach(held)
    mean = fmean(held)
    train = [loss for trial in trials if (loss := _train_loss(trial)) is not None]
    return StudyPoint(
        name=name,
        at=at,
        train=fmean(train) if train else None,
        held=mean,
        low=None if reach is None else mean - reach,
        high=None if reach is None else mean + reach,
        seeds=len(held),
    )


def _reach(values: Sequence[float]) -> float | None:
    """Half the 95 % interval of a mean."""
    from scipy import stats

    n = len(values)
    if n < 2:
        return None
    t = float(stats.t.ppf(1 - LEVEL / 2, n - 1))
    return t * float(np.std(values, ddof=1)) / math.sqrt(n)


def held_loss(trial: Trial) -> float | None:
    """Mean honest loss on the rows that confirm: early stopping did not see them."""
    rows = trial.test if trial.test is not None else trial.validation
    if rows is None or not len(rows.loss):
        return None
    mean = float(rows.loss.mean())
    return mean if math.isfinite(mean) else None


def _train_loss(trial: Trial) -> float | None:
    best = trial.best_epoch
    known = [epoch.train_loss for epoch in trial.epochs if epoch.index == best]
    return known[0] if known and known[0] is not None and math.isfinite(known[0]) else None


def parameters_of(arm: Arm) -> float | None:
    """Trainable numbers of an arm's model."""
    return next((float(one.parameters) for one in arm.trials if one.parameters), None)


def rate_of(arm: Arm) -> float | None:
    """The learning rate at the end of an arm's first epoch."""
    rates = (one.epochs[0].learning_rate for one in arm.trials if one.epochs)
    return next((float(rate) for rate in rates if rate), None)


def compared(
    name: str, along: str, arms: Sequence[Arm], at: Callable[[Arm], float | None]
) -> StudyCurve:
    """The curve of arms, the untouched recipe first, and whether the best of the others is better
    than that beyond noise."""
    found = points(arms, at)
    return StudyCurve(name=name, along=along, points=found, says=_says(arms))


def _says(arms: Sequence[Arm]) -> str:
    against = [(arm, told) for arm in arms[1:] if (told := _effect(arms[0], arm, len(arms) - 1))]
    if not against:
        return "Cannot tell, for fewer than two seeds finished."
    best, told = max(against, key=lambda pair: pair[1].difference)
    change = f"{-told.difference:+.3g} [{-told.high:+.3g}, {-told.low:+.3g}]"
    words = f"{best.name}, loss {-told.without:.3g} to {-told.with_remedy:.3g}, {change}"
    if told.says == "helps":
        return f"The best is {words}."
    return f"Nothing is better than the baseline beyond noise; nearest is {words}."


def _effect(without: Arm, arm: Arm, comparisons: int) -> Effect | None:
    ours = {trial.seed: trial for trial in arm.trials if trial.status == "finished"}
    pairs = [(a, ours[a.seed]) for a in without.trials if a.seed in ours]
    rows = [(a.test or a.validation, b.test or b.validation) for a, b in pairs]
    told = [(-a.loss, -b.loss) for a, b in rows if a is not None and b is not None]
    if len(told) < 2 or len(told[0][0]) < MIN_ROWS:
        return None
    return effect("loss", [a for a, _ in told], [b for _, b in told], comparisons=comparisons)


def data_curve(arms: Sequence[Arm]) -> StudyCurve:
    """The loss over the number of training rows, from the arms of `data_arms` of all seeds, with a
    forecast for twice the rows where one is determined."""
    by_rows: dict[int, list[Trial]] = {}
    for arm in arms:
        done = [trial for trial in arm.trials if trial.status == "finished"]
        by_rows.setdefault(rows_of(arm.name), []).extend(done)
    merged = [Arm(name=f"{rows} rows", trials=tuple(by_rows[rows])) for rows in sorted(by_rows)]
    found = points(merged, lambda arm: float(rows_of(arm.name)))
    losses = [
        (rows, loss)
        for rows, trials in sorted(by_rows.items())
        for trial in trials
        if (loss := held_loss(trial)) is not None
    ]
    ahead, says = forecast([rows for rows, _ in losses], [loss for _, loss in losses])
    return StudyCurve(name="data", along="training rows", points=found, says=says, forecast=ahead)


MIN_FRACTIONS = 4
SLOPES = (0.05, 3.0)
"""Exponents that are fitted; one at an end was not found."""


def forecast(rows: Sequence[int], losses: Sequence[float]) -> tuple[StudyPoint | None, str]:
    """The loss with twice the rows, by the inverse power law a + b n^-c, and a sentence; no point
    where the curve does not determine it.

    The law: Hestness et al., "Deep learning scaling is predictable, empirically" (2017), section 3.
    The interval is the delta method's over all trainings; on simulated curves of seven parts and
    five seeds it covers 93 to 100 %, where a bootstrap over seeds covers 75 to 87 %.
    """
    n, y = np.asarray(rows, dtype="float64"), np.asarray(losses, dtype="float64")
    sizes = np.unique(n)
    if len(sizes) < MIN_FRACTIONS or len(n) < 2 * len(sizes):
        few = f"{len(sizes)} sizes and {len(n)} trainings"
        return None, f"Twice the data: cannot tell from {few}; more training rows are needed."
    smallest, largest = y[n == sizes[0]], y[n == sizes[-1]]
    if not _falls(smallest, largest):
        return None, (
            f"Twice the data: cannot tell; the loss does not clearly fall from {sizes[0]:.0f} rows "
            f"({smallest.mean():.3g}) to {sizes[-1]:.0f} ({largest.mean():.3g})."
        )
    told = _fitted(n / sizes[-1], y)
    if told is None or told[2] - told[1] > smallest.mean() - largest.mean():
        return None, "Twice the data: cannot tell; the curve does not say where it leads."
    value, low, high, now = told
    point = StudyPoint(
        name="forecast", at=2 * float(sizes[-1]), train=None, held=value, low=low, high=high
    )
    return point, f"Twice the data: {now:.3g} to {value:.3g}, 95 % {low:.3g} to {high:.3g}."


def _falls(first: np.ndarray, last: np.ndarray) -> bool:
    from scipy import stats

    if first.std() == 0 and last.std() == 0:
        return bool(first.mean() > last.mean())
    found = stats.ttest_ind(first, last, equal_var=False, alternative="greater")
    return bool(found.pvalue < LEVEL)


def _fitted(share: np.ndarray, y: np.ndarray) -> tuple[float, float, float, float] | None:
    """The forecast at share 2, its interval, and the fitted loss at share 1."""
    import warnings

    from scipy import stats
    from scipy.optimize import OptimizeWarning, curve_fit

    def law(x: np.ndarray, a: float, b: float, c: float) -> np.ndarray:
        return np.asarray(a + b * x**-c)

    lowest, spread = float(y.min()), float(y.max() - y.min())
    bounds = ([min(0.0, lowest - 10 * spread), 0.0, SLOPES[0]], [float(y.max()), np.inf, SLOPES[1]])
    begin = (lowest - spread / 4, max(spread / 4, 1e-9), 0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error", OptimizeWarning)
        try:
            found, covariance = curve_fit(law, share, y, p0=begin, bounds=bounds, maxfev=5000)
        except (RuntimeError, ValueError, OptimizeWarning):
            return None
    a, b, c = (float(x) for x in found)
    if not SLOPES[0] * 1.01 < c < SLOPES[1] * 0.99 or not np.isfinite(covariance).all():
        return None
    slope = np.array([1.0, 2.0**-c, -b * 2.0**-c * math.log(2.0)])
    reach = float(stats.t.ppf(1 - LEVEL / 2, len(y) - 3)) * math.sqrt(slope @ covariance @ slope)
    value = a + b * 2.0**-c
    return value, value - reach, value + reach, a + b


def range_curve(arms: Sequence[Arm]) -> StudyCurve:
    """The losses after a few epochs over the learning rate."""
    return StudyCurve(
        name="learning-rate",
        along=f"learning rate, after {RATE_EPOCHS} epochs",
        points=points(arms, rate_of),
        says=_range_says(arms),
    )


def _range_says(arms: Sequence[Arm]) -> str:
    """What a range test comes to: the rate with the lowest training loss after a few epochs."""
    found = [point for point in points(arms, rate_of) if point.train is not None]
    own = rate_of(arms[0])
    if len(found) < 3 or own is None:
        return "Cannot tell, for fewer than three rates trained without diverging."
    best = min(found, key=lambda point: point.train or 0.0)
    used = next((point for point in found if point.name == arms[0].name), None)
    yours = f"; yours, {own:.3g}: {used.train:.3g}" if used is not None else ""
    return (
        f"Lowest training loss after {RATE_EPOCHS} epochs at {best.at:.3g}: "
        f"{best.train:.3g}{yours}."
    )
