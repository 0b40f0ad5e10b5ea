"""Further arms from what the first ones came to: other strengths, then what helped joined."""

from __future__ import annotations

import itertools
import math
import warnings
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
OF_ONE_SLOT = {"less-capacity": "width", "more-capacity": "width"}
"""Remedies that undo each other, by what they set."""
SLOTS_MOST = 6
"""Remedies that are searched together; more than that and few draws meet the good ones."""
START = 6
"""Arms that are known before Optuna's model is trusted more than chance."""


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
class _Option:
    """A remedy that may be taken, as it was asked for, and what of it is searched."""

    name: str
    chain: Chain
    parameter: Parameter | None

    def at(self, value: float | None) -> Chain:
        """The chain with another strength."""
        if self.parameter is None or value is None:
            return self.chain
        strength = float(f"{value:.3g}")
        return (Remedy(id=self.chain[0].id, parameters={self.parameter.name: strength}),)

    @property
    def key(self) -> str:
        return f"{self.name} {self.parameter.name}" if self.parameter else ""


NONE = "none"


class Sampler:
    """Chains of remedies and their strengths, drawn together by Optuna's Tree-structured Parzen
    Estimator (Bergstra et al., NeurIPS 2011): of the remedies that were tried alone, any that do
    not overwrite each other may meet.

    Args:
        arms: what was trained so far, the baseline first; it knows their scores from the start.
            Those that harm, or did not finish, are left out.
        seed: of its draws, so that a study that was interrupted draws the same again.

    Raises:
        ImportError: Optuna is not installed.
        ValueError: no arm is left to draw from.
    """

    def __init__(self, arms: Sequence[Arm], cures: Mapping[str, Cure], *, seed: int = 0) -> None:
        optuna = _optuna()
        self._slots = _slots(arms, cures)
        ranged = any(one.parameter for options in self._slots.values() for one in options)
        if not ranged and len(self._slots) < 2:
            raise ValueError("no remedy here has a strength to search")
        with warnings.catch_warnings():
            # Options that Optuna has had for years and calls experimental still.
            warnings.simplefilter("ignore")
            sampler = optuna.samplers.TPESampler(
                seed=seed, n_startup_trials=START, multivariate=True, group=True, constant_liar=True
            )
        self._study = optuna.create_study(direction="maximize", sampler=sampler)
        self._asked: dict[str, list[Any]] = {}
        self._worst = 0.0
        self._know(optuna, {}, 0.0)
        for arm in arms[1:]:
            score = score_of(arm)
            taken = self._taken(arm)
            if score is not None and taken is not None:
                self._know(optuna, taken, score)

    def _taken(self, arm: Arm) -> dict[str, _Option] | None:
        """The options by slot that an arm amounts to, at the strengths they were proposed with;
        None where it is something else."""
        left, taken = list(_asked(arm)), {}
        for slot, options in self._slots.items():
            for option in options:
                if all(one in left for one in option.chain):
                    taken[slot] = option
                    left = [one for one in left if one not in option.chain]
                    break
        return None if left else taken

    def _know(self, optuna: Any, taken: Mapping[str, _Option], score: float) -> None:
        """Tell Optuna of an arm that it did not ask for."""
        self._worst = min(self._worst, score)
        choices: dict[str, Any] = {}
        kinds: dict[str, Any] = {}
        for slot, options in self._slots.items():
            option = taken.get(slot)
            choices[slot] = option.name if option else NONE
            kinds[slot] = optuna.distributions.CategoricalDistribution(_names(options))
            if option is not None and option.parameter is not None:
                one = option.parameter
                choices[option.key] = float(one.default)
                kinds[option.key] = optuna.distributions.FloatDistribution(
                    one.low, one.high, log=one.log
                )
        self._study.add_trial(
            optuna.trial.create_trial(params=choices, distributions=kinds, value=score)
        )

    def ask(self) -> Chain:
        """The next chain to try; empty for the baseline itself."""
        trial = self._study.ask()
        found: list[Remedy] = []
        for slot, options in self._slots.items():
            name = trial.suggest_categorical(slot, _names(options))
            option = next((one for one in options if one.name == name), None)
            if option is not None:
                one, value = option.parameter, None
                if one is not None:
                    value = trial.suggest_float(option.key, one.low, one.high, log=one.log)
                found.extend(option.at(value))
        self._asked.setdefault(name_of(tuple(found)), []).append(trial)
        return tuple(found)

    def tell(self, chain: Chain, score: float | None) -> None:
        """What a chain that was asked for came to; None where it did not finish."""
        # Optuna forgets trials that failed, and would ask for the like again.
        self._worst = min(self._worst, self._worst if score is None else score)
        for trial in self._asked.pop(name_of(chain), ()):
            self._study.tell(trial, self._worst if score is None else score)


def _names(options: Sequence[_Option]) -> list[str]:
    return [NONE, *(option.name for option in options)]


def _slots(arms: Sequence[Arm], cures: Mapping[str, Cure]) -> dict[str, tuple[_Option, ...]]:
    """Options that exclude each other, by what they set; the most promising of them."""
    able = sorted(
        (
            arm
            for arm in arms[1:]
            if score_of(arm) is not None and len({one.id for one in arm.remedies}) == 1
            and (arm.choosing is None or arm.choosing.says != "harms")
        ),
        key=lambda arm: -(score_of(arm) or 0.0),
    )  # fmt: skip
    found: dict[str, list[_Option]] = {}
    for arm in able:
        chain = _asked(arm)
        slot = _slot(chain[0])
        if slot in found or len(found) < SLOTS_MOST:
            option = _Option(name=arm.name, chain=chain, parameter=searchable(chain, cures))
            found.setdefault(slot, []).append(option)
    # In the order of the study: normalisation goes in front of dropout, whichever looked better.
    order = [arm.name for arm in arms]
    slots = sorted(found.items(), key=lambda item: min(order.index(one.name) for one in item[1]))
    return {slot: tuple(options) for slot, options in slots}


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
