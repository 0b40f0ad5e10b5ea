"""What a remedy is: a pure function from recipe to recipe, with its parameters and its source."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from goodfit.recipe import Recipe
from goodfit.results import Remedy


class DoesNotApplyError(Exception):
    """The remedy does not fit this recipe; the message says why, for the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of a remedy and where to search for it.

    Attributes:
        default: used where none is given; None where the remedy works it out from the recipe.
        low, high: the range to search, `log` on a logarithmic scale; None for no search.
        choices: values to search where there is no range.
    """

    name: str
    default: Any = None
    low: float | None = None
    high: float | None = None
    log: bool = False
    choices: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cure:
    """One remedy. `kind` is the part of a recipe it changes; `function(recipe, **parameters)`
    returns the changed recipe, or raises `DoesNotApplyError`. `rewrites_inputs` says that it writes
    the features of every set another way; all others leave those of held-out rows as they are.
    `resplits` says that it deals the rows of training and validation out anew."""

    id: str
    kind: Literal["correctness", "scaling", "regularisation", "capacity", "training", "data"]
    function: Callable[..., Recipe]
    parameters: tuple[Parameter, ...] = ()
    rewrites_inputs: bool = False
    resplits: bool = False

    @property
    def doc(self) -> str:
        """The docstring of the remedy's file: Does, Needs, Does not apply, Source."""
        return inspect.getdoc(inspect.getmodule(self.function)) or ""

    def __call__(self, recipe: Recipe, **parameters: Any) -> Recipe:
        """The changed recipe, with this remedy noted in it.

        Raises:
            DoesNotApplyError: it does not fit the recipe, or would change nothing.
            TypeError: a parameter it does not have.
        """
        known = {parameter.name: parameter.default for parameter in self.parameters}
        unknown = sorted(set(parameters) - set(known))
        if unknown:
            raise TypeError(
                f"{self.id} has no parameter {unknown[0]!r}; expected one of {sorted(known)}"
            )
        given = known | parameters
        changed = self.function(recipe, **given)
        told = {name: value for name, value in given.items() if value is not None}
        return replace(changed, remedies=(*recipe.remedies, Remedy(id=self.id, parameters=told)))


def apply_all(recipe: Recipe, remedies: Iterable[Remedy], cures: Mapping[str, Cure]) -> Recipe:
    """The recipe with a chain of remedies applied, first to last.

    Raises:
        DoesNotApplyError: one of them does not fit.
        KeyError: there is no such remedy.
    """
    for remedy in remedies:
        recipe = cures[remedy.id](recipe, **remedy.parameters)
    return recipe
