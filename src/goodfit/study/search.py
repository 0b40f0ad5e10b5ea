"""Further arms from what the first ones came to: other strengths, then what helped joined."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from goodfit.results import Arm, Effect, Remedy
from goodfit.study.design import Chain, Cure, Parameter, name_of, split

GRID_MOST = 8
"""More strengths than this are left to Optuna."""
STEPS = (-1.0, 1.0, -0.5, 0.5, -1.5, 1.5, -2.0, 2.0)
"""Of a grid around the default: powers of ten on a logarithmic scale, else shares of the way to
the end of the range."""
JOINED_MOST = 3
"""Remedies that helped which are joined, the best first."""
OF_ONE_SLOT = {"less-capacity": "width", "more-capacity": "width"}
"""Remedies that undo each other, by what they set."""
NONE = "none"
START = 12
"""Arms that are known before Optuna's model is trusted more than chance."""
REACH = 30.0
"""How many times weaker or stronger than the default a strength is looked for."""


def searchable(chain: Chain, cures: Mapping[str, Cure]) -> Parameter | None:
    """The parameter whose strength can be searched: of a single remedy of which nothing was named
    but its kind, the first that has both a default and a range."""
    if len(chain) != 1:
        return None
    known = cures[chain[0].id].parameters
    if any(one.name in chain[0].parameters and not one.choices for one in known):
        return None
    for parameter in known:
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
        [_with(_asked(arm)[0], parameter, value) for value in grid(parameter, each)]
        for arm, parameter in able
    ]
    dealt = itertools.chain.from_iterable(itertools.zip_longest(*by_arm))
    return tuple(chain for chain in dealt if chain is not None)[:count]


def _asked(arm: Arm) -> Chain:
    """The chain as it was asked for: parameters are named only where they were given."""
    texts = split(arm.name)
    found = tuple(
        Remedy(
            id=one.id,
            parameters={key: each for key, each in one.parameters.items() if f":{key}=" in text},
        )
        for one, text in zip(arm.remedies, texts, strict=False)
    )
    return found if name_of(found) == arm.name else tuple(arm.remedies)


def _with(remedy: Remedy, parameter: Parameter, value: float) -> Chain:
    return (Remedy(id=remedy.id, parameters={**remedy.parameters, parameter.name: value}),)


def _difference(effect: Effect | None) -> float | None:
    if effect is None or not math.isfinite(effect.difference):
        return None
    return effect.difference


@dataclass(frozen=True, slots=True, kw_only=True)
class _Option:
    """A remedy that may be taken, as it was asked for, and what of it is searched."""

    name: str
    chain: Chain
    parameter: Parameter | None

    @property
    def key(self) -> str:
        """What its strength is called."""
        return f"{self.name} {self.parameter.name}" if self.parameter else ""

    def at(self, value: float) -> Chain:
        """The chain with another strength."""
        if self.parameter is None:
            return self.chain
        return _with(self.chain[0], self.parameter, float(f"{value:.3g}"))

    def bounds(self) -> dict[str, Any]:
        """Where to look for the strength: on a logarithmic scale not too far from the default."""
        assert self.parameter is not None
        low, high = float(self.parameter.low or 0.0), float(self.parameter.high or 0.0)
        if not self.parameter.log:
            return {"low": low, "high": high}
        default = float(self.parameter.default)
        return {"low": max(low, default / REACH), "high": min(high, default * REACH), "log": True}


class Sampler:
    """Chains of remedies and their strengths, drawn together by Optuna's Tree-structured Parzen
    Estimator (Bergstra et al., NeurIPS 2011): of the remedies that a study compares, any that do
    not overwrite each other may meet, for what helps alone need not help with others, nor what
    helps with others alone.

    Args:
        arms: the baseline first, then one remedy each; others are passed over.
        seed: of its draws, so that a study that was interrupted draws the same again.

    Raises:
        ImportError: Optuna is not installed.
        ValueError: there is nothing to draw.
    """

    def __init__(self, arms: Sequence[Arm], cures: Mapping[str, Cure], *, seed: int = 0) -> None:
        self._optuna = _optuna()
        self._slots = _slots(arms, cures)
        ranged = any(one.parameter for options in self._slots.values() for one in options)
        if not ranged and len(self._slots) < 2:
            raise ValueError("no remedy here has a strength to search")
        with warnings.catch_warnings():
            # Options that Optuna has had for years and calls experimental still.
            warnings.simplefilter("ignore")
            sampler = self._optuna.samplers.TPESampler(
                seed=seed, n_startup_trials=START, multivariate=True, group=True, constant_liar=True
            )
        self._study = self._optuna.create_study(direction="maximize", sampler=sampler)
        self._asked: dict[str, list[Any]] = {}
        self._told: set[str] = set()
        self._worst = 0.0
        self._add({}, 0.0)

    def learn(self, arms: Sequence[Arm]) -> None:
        """Hear what arms came to, asked for or not, each once."""
        for arm in arms[1:]:
            if arm.name in self._told or not arm.trials:
                continue
            self._told.add(arm.name)
            score = score_of(arm)
            if arm.name in self._asked:
                self._tell(arm.name, score)
            elif score is not None and (taken := self._taken(arm)) is not None:
                self._add(taken, score)

    def ask(self) -> Chain:
        """The next chain to try; empty for the baseline itself."""
        trial = self._study.ask()
        found: list[Remedy] = []
        for slot, options in self._slots.items():
            name = trial.suggest_categorical(slot, [NONE, *(one.name for one in options)])
            for option in options:
                if option.name == name:
                    value = trial.suggest_float(option.key, **option.bounds()) if option.key else 0
                    found.extend(option.at(value))
        self._asked.setdefault(name_of(tuple(found)), []).append(trial)
        return tuple(found)

    def settle(self, known: Collection[str]) -> None:
        """Of what was asked for and is not trained: the baseline and what is known came to nothing
        new, what does not fit is as bad as the worst."""
        for name in list(self._asked):
            self._tell(name, 0.0 if not name or name in known else None)

    def _tell(self, name: str, score: float | None) -> None:
        # Optuna forgets trials that failed, and would ask for the like again.
        self._worst = min(self._worst, self._worst if score is None else score)
        for trial in self._asked.pop(name):
            self._study.tell(trial, self._worst if score is None else score)

    def _taken(self, arm: Arm) -> dict[str, _Option] | None:
        """The options by slot that an arm amounts to, at the strengths they were proposed with;
        None where it is something else."""
        left, taken = list(_asked(arm)), {}
        for slot, options in self._slots.items():
            for option in options:
                if slot not in taken and all(one in left for one in option.chain):
                    taken[slot] = option
                    left = [one for one in left if one not in option.chain]
        return None if left else taken

    def _add(self, taken: Mapping[str, _Option], score: float) -> None:
        """Tell Optuna of an arm that it did not ask for."""
        self._worst = min(self._worst, score)
        kinds = self._optuna.distributions
        choices: dict[str, Any] = {}
        spaces: dict[str, Any] = {}
        for slot, options in self._slots.items():
            choices[slot] = taken[slot].name if slot in taken else NONE
            spaces[slot] = kinds.CategoricalDistribution([NONE, *(one.name for one in options)])
        for option in taken.values():
            if option.parameter is not None:
                choices[option.key] = float(option.parameter.default)
                spaces[option.key] = kinds.FloatDistribution(**option.bounds())
        self._study.add_trial(
            self._optuna.trial.create_trial(params=choices, distributions=spaces, value=score)
        )


def _slots(arms: Sequence[Arm], cures: Mapping[str, Cure]) -> dict[str, tuple[_Option, ...]]:
    """Options that exclude each other, by what they set, in the order of the study."""
    found: dict[str, list[_Option]] = {}
    for arm in arms[1:]:
        harms = arm.choosing is not None and arm.choosing.says == "harms"
        if len({one.id for one in arm.remedies}) == 1 and not harms:
            chain = _asked(arm)
            option = _Option(name=arm.name, chain=chain, parameter=searchable(chain, cures))
            found.setdefault(_slot(chain[0]), []).append(option)
    return {slot: tuple(options) for slot, options in found.items()}


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
    """How much better than the baseline the arm is on the choosing rows, under the same seeds; None
    where it has no trial to compare, or one that did not finish."""
    if any(trial.status != "finished" for trial in arm.trials):
        return None
    return _difference(arm.choosing)


def combinations(arms: Sequence[Arm], *, promising: bool = False) -> tuple[Chain, ...]:
    """The remedies that helped, joined: the best with each of the next, and all of them. Of one
    remedy in several strengths, the best counts.

    Args:
        promising: join those that look better than the baseline, shown or not.
    """
    helped = sorted(
        (arm for arm in arms[1:] if (promising and (score_of(arm) or 0.0) > 0) or _helps(arm)),
        key=lambda arm: -(_difference(arm.choosing) or 0.0),
    )
    best: list[Chain] = []
    for arm in helped:
        chain = _asked(arm)
        used = {_slot(one) for known in best for one in known}
        if not used & {_slot(one) for one in chain}:
            best.append(chain)
    best = best[:JOINED_MOST]
    pairs = [best[0] + other for other in best[1:]]
    whole = [tuple(itertools.chain.from_iterable(best))] if len(best) > 2 else []
    return (*pairs, *whole)


def _helps(arm: Arm) -> bool:
    return arm.choosing is not None and arm.choosing.says == "helps"


def _slot(remedy: Remedy) -> str:
    return OF_ONE_SLOT.get(remedy.id, remedy.id)
