"""Further arms from what the first ones came to: other strengths, then what helped joined."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from goodfit.results import Arm, Effect, Remedy
from goodfit.study.design import Chain, Cure, Parameter, name_of

GRID_MOST = 8
"""More strengths than this are left to Optuna."""
STEPS = (-1.0, 1.0, -0.5, 0.5, -1.5, 1.5, -2.0, 2.0)
"""Of a grid around the default: powers of ten on a logarithmic scale, else shares of the way to
the end of the range."""
JOINED_MOST = 3
"""Remedies that helped which are joined, the best first."""


def searchable(chain: Chain, cures: Mapping[str, Cure]) -> Parameter | None:
    """The parameter whose strength can be searched: of a single remedy without parameters of the
    user's own, the first that has both a default and a range."""
    if len(chain) != 1 or chain[0].parameters:
        return None
    for parameter in cures[chain[0].id].parameters:
        ranged = parameter.low is not None and parameter.high is not None
        if ranged and isinstance(parameter.default, (int, float)):
            return parameter
    return None


def grid(parameter: Parameter, count: int) -> tuple[float, ...]:
    """So many strengths around the default, the nearest first."""
    low, high = float(parameter.low or 0.0), float(parameter.high or 0.0)
    default = float(parameter.default)
    found: list[float] = []
    for step in STEPS:
        if parameter.log:
            value = default * 10.0**step
        else:
            value = default + abs(step) / 2 * ((high if step > 0 else low) - default)
        value = float(f"{min(max(value, low), high):.2g}")
        if value not in (default, *found):
            found.append(value)
    return tuple(found[:count])


def gridded(arms: Sequence[Arm], cures: Mapping[str, Cure], count: int) -> tuple[Chain, ...]:
    """Other strengths of the arms that look best so far, dealt out evenly, `count` in all."""
    ranked = sorted(
        (arm for arm in arms[1:] if _difference(arm.choosing) is not None),
        key=lambda arm: -(_difference(arm.choosing) or 0.0),
    )
    able = [(arm, found) for arm in ranked if (found := searchable(_asked(arm), cures))]
    able = able[: max(1, math.ceil(count / 2))]
    if not able:
        return ()
    each = math.ceil(count / len(able))
    by_arm = [
        [_with(arm, parameter, value) for value in grid(parameter, each)] for arm, parameter in able
    ]
    dealt = itertools.chain.from_iterable(itertools.zip_longest(*by_arm))
    return tuple(chain for chain in dealt if chain is not None)[:count]


def _asked(arm: Arm) -> Chain:
    """The chain as it was asked for: parameters are named only where they were given."""
    plain = tuple(Remedy(id=one.id) for one in arm.remedies)
    return plain if name_of(plain) == arm.name else tuple(arm.remedies)


def _with(arm: Arm, parameter: Parameter, value: float) -> Chain:
    return (Remedy(id=arm.remedies[0].id, parameters={parameter.name: value}),)


def _difference(effect: Effect | None) -> float | None:
    if effect is None or not math.isfinite(effect.difference):
        return None
    return effect.difference


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    remedy: str
    parameter: Parameter


class Sampler:
    """Strengths drawn by Optuna's Tree-structured Parzen Estimator (Bergstra et al., NeurIPS 2011).

    Args:
        arms: what was trained so far, the baseline first; it knows their scores from the start.
        seed: of its draws, so that a study that was interrupted draws the same again.

    Raises:
        ImportError: Optuna is not installed.
        ValueError: no arm has a strength to search.
    """

    def __init__(self, arms: Sequence[Arm], cures: Mapping[str, Cure], *, seed: int = 0) -> None:
        optuna = _optuna()
        self._choices = {
            arm.name: _Choice(remedy=arm.remedies[0].id, parameter=found)
            for arm in arms[1:]
            if (found := searchable(_asked(arm), cures))
        }
        if not self._choices:
            raise ValueError("no remedy here has a strength to search")
        self._study = optuna.create_study(
            direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed, n_startup_trials=4)
        )
        self._trial: Any = None
        self._worst = 0.0
        for arm in arms[1:]:
            score = score_of(arm)
            if arm.name in self._choices and score is not None:
                self._known(optuna, arm.name, score)

    def _known(self, optuna: Any, name: str, score: float) -> None:
        self._worst = min(self._worst, score)
        parameter = self._choices[name].parameter
        key = f"{name}:{parameter.name}"
        self._study.add_trial(
            optuna.trial.create_trial(
                params={"remedy": name, key: float(parameter.default)},
                distributions={
                    "remedy": optuna.distributions.CategoricalDistribution(list(self._choices)),
                    key: optuna.distributions.FloatDistribution(
                        parameter.low, parameter.high, log=parameter.log
                    ),
                },
                value=score,
            )
        )

    def ask(self) -> Chain:
        """The next strength to try."""
        self._trial = self._study.ask()
        name = self._trial.suggest_categorical("remedy", list(self._choices))
        choice = self._choices[name]
        parameter = choice.parameter
        value = self._trial.suggest_float(
            f"{name}:{parameter.name}", parameter.low, parameter.high, log=parameter.log
        )
        return (Remedy(id=choice.remedy, parameters={parameter.name: float(f"{value:.3g}")}),)

    def tell(self, score: float | None) -> None:
        """What the last one came to; None where it did not finish."""
        # Optuna forgets trials that failed, and would ask for the like again.
        self._worst = min(self._worst, self._worst if score is None else score)
        self._study.tell(self._trial, self._worst if score is None else score)


def _optuna() -> Any:
    try:
        import optuna
    except ImportError as error:
        raise ImportError(
            f"more than {GRID_MOST} strengths are chosen by Optuna, which is not installed; "
            "install it with `pip install 'goodfit[search]'`, or ask for fewer"
        ) from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


def score_of(arm: Arm) -> float | None:
    """The mean score on the choosing rows; None where no trial finished with a finite one."""
    found = [
        float(trial.validation.score.mean())
        for trial in arm.trials
        if trial.status == "finished" and trial.validation is not None
    ]
    mean = sum(found) / len(found) if found else math.nan
    return mean if math.isfinite(mean) else None


def combinations(arms: Sequence[Arm]) -> tuple[Chain, ...]:
    """The remedies that helped, joined: the best with each of the next, and all of them. Of one
    remedy in several strengths, the best counts."""
    helped = sorted(
        (arm for arm in arms[1:] if arm.choosing is not None and arm.choosing.says == "helps"),
        key=lambda arm: -(_difference(arm.choosing) or 0.0),
    )
    best: list[Chain] = []
    for arm in helped:
        chain = _asked(arm)
        used = {one.id for known in best for one in known}
        if not used & {one.id for one in chain}:
            best.append(chain)
    best = best[:JOINED_MOST]
    pairs = [best[0] + other for other in best[1:]]
    whole = [tuple(itertools.chain.from_iterable(best))] if len(best) > 2 else []
    return (*pairs, *whole)
