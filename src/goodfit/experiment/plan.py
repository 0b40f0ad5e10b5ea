"""What a study was asked for, checked before anything is trained."""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from goodfit.remedies import BY_ID
from goodfit.results import Remedy
from goodfit.study.design import Chain, check, name_of, parse
from goodfit.study.search import GRID_MOST

CURVES = ("capacity", "data", "activation", "learning-rate")
MIN_VALIDATION_ROWS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a study is made.

    Attributes:
        remedies: arms by name, see `goodfit.study.design.parse`; () to propose them.
        seeds: trials of each arm.
        epochs: the most epochs of a trial; None for those of the training it repeats.
        patience: see `goodfit.results.Protocol`.
        search: further arms with other strengths.
        curves: of `CURVES`.
        budget: seconds for all of it; None for no limit.
        folder: of the study; "" for one under .goodfit/studies/.
    """

    remedies: tuple[str, ...] = ()
    seeds: int = 5
    epochs: int | None = None
    patience: int | None = 10
    search: int = 0
    curves: tuple[str, ...] = ()
    budget: float | None = None
    folder: str = ""

    def __post_init__(self) -> None:
        _whole("seeds", self.seeds, 2, "one training cannot tell a remedy from chance")
        _whole("search", self.search, 0, "the number of further strengths to try")
        if self.search > GRID_MOST and find_spec("optuna") is None:
            raise ValueError(
                f"received search={self.search}; more than {GRID_MOST} strengths are chosen by "
                "Optuna, which is not installed: pip install 'goodfit[search]', or ask for fewer"
            )
        if self.epochs is not None:
            _whole("epochs", self.epochs, 1, "the most epochs of one training")
        if self.patience is not None:
            _whole("patience", self.patience, 1, "or None to train all epochs")
        if self.budget is not None and not 0 < self.budget < math.inf:
            raise ValueError(
                f"received budget={self.budget}; expected seconds above 0, or None for no limit"
            )
        for curve in self.curves:
            if curve not in CURVES:
                near = difflib.get_close_matches(curve, CURVES, n=1)
                hint = f"did you mean {near[0]}? " if near else ""
                raise ValueError(
                    f"there is no curve {curve!r}; {hint}expected one of: {', '.join(CURVES)}"
                )
        self.chains()

    def chains(self) -> tuple[Chain, ...]:
        """The arms that were named.

        Raises:
            ValueError: there is no such remedy or parameter.
        """
        return tuple(parse(text, BY_ID) for text in self.remedies)


def _whole(name: str, value: Any, least: int, why: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(
            f"received {name}={value!r}; expected a whole number of {least} or more ({why})"
        )


def named(remedies: str | Remedy | Sequence[Any] | None) -> tuple[str, ...]:
    """Remedies as the user may give them, each as `parse` reads it: a text, a `Remedy`, or several
    of them, where a tuple is a chain.

    Raises:
        TypeError: something else.
        ValueError: an empty list, or no such remedy or parameter.
    """
    if remedies is None:
        return ()
    if isinstance(remedies, (str, Remedy)):
        remedies = [remedies]
    found = tuple(_named(one) for one in remedies)
    if not found:
        raise ValueError("received no remedies; expected names such as 'l2', or None to propose")
    return found


def _named(one: Any) -> str:
    if isinstance(one, str):
        return one
    if isinstance(one, Remedy):
        check(one, BY_ID)
        return name_of((one,))
    if isinstance(one, tuple) and one:
        return "+".join(_named(part) for part in one)
    raise TypeError(
        f"received {type(one).__name__} among the remedies; expected names such as 'l2', "
        "'l2:strength=1e-4' or 'dropout+l2'"
    )
