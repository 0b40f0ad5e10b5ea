"""Which arms a study compares: the baseline, and chains of remedies named by the user or proposed.

Remedies are handed over by the door: what they are called, what they can be given, and a function
that applies one.
"""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from goodfit.recipe import Recipe
from goodfit.results import Finding, Remedy, VerdictName
from goodfit.study.run import Proposal
from goodfit.study.scores import BALANCED, measure_of

BASELINE = "baseline"
MOST_ARMS = 12
"""Arms that are proposed where the user names none, the baseline among them."""
PER_FINDING = 2
"""Remedies tried for one finding."""

Chain = tuple[Remedy, ...]
Apply = Callable[[Recipe, Remedy], Recipe | str]
"""The recipe with a remedy applied, or a clause that says why it does not fit."""

PROTOCOLS = ("early-stopping", "epochs", "metric")
"""Remedies that a study's own protocol stands in for: how long is trained, and what is scored."""

AGAINST_OVERFITTING = ("dropout", "l2", "spatial-dropout", "weight-decay", "label-smoothing",
                       "augmentation", "less-capacity", "gaussian-noise")  # fmt: skip
AGAINST_UNDERFITTING = ("scale-features", "more-capacity", "optimizer", "batch-normalisation",
                        "weaker-regularisation", "less-dropout", "depth")  # fmt: skip
USUAL = ("l2", "dropout", "spatial-dropout", "weight-decay", "scale-features",
         "batch-normalisation", "less-capacity", "more-capacity")  # fmt: skip
BY_VERDICT: Mapping[str, tuple[str, ...]] = {
    "overfitting": AGAINST_OVERFITTING,
    "close to overfitting": AGAINST_OVERFITTING,
    "underfitting": AGAINST_UNDERFITTING,
}
AGAINST_IMBALANCE = (("class-weights",), ("decision-threshold",), ("oversampling",),
                     ("focal-loss",), ("class-weights", "decision-threshold"))  # fmt: skip
"""Chains for classes so rare that accuracy hardly sees them, joined ones last."""
AUGMENTATIONS = ({"kind": "shift"}, {"kind": "standard"})
"""For images: first what leaves digits and letters right, then what mirrors them as well."""
ONLY_FOR = {"augmentation": ("image",), "spatial-dropout": ("image", "sequence", "tokens"),
            "scale-features": ("tabular",), "gaussian-noise": ("tabular",)}  # fmt: skip
"""Kinds of inputs that these are proposed for; the others' users may still name them."""


class Parameter(Protocol):
    """One parameter of a remedy and where to search for it; see `goodfit.remedies`."""

    @property
    def name(self) -> str: ...
    @property
    def default(self) -> Any: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...
    @property
    def log(self) -> bool: ...
    @property
    def choices(self) -> tuple[Any, ...]: ...


class Cure(Protocol):
    """What a study needs to know of a remedy; see `goodfit.remedies`."""

    @property
    def id(self) -> str: ...
    @property
    def parameters(self) -> Sequence[Parameter]: ...
    @property
    def resplits(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """Arms, the baseline first, and a sentence on everything that was left out."""

    arms: tuple[Proposal, ...]
    left_out: tuple[str, ...] = ()


def parse(text: str, cures: Mapping[str, Cure]) -> Chain:
    """The remedies that a text names: "l2", "l2:strength=1e-4", "dropout:rate=0.3+l2".

    Raises:
        ValueError: there is no such remedy or parameter; the message says what there is.
    """
    return tuple(_remedy(part.strip(), cures) for part in split(text))


def split(text: str) -> list[str]:
    """The parts of a chain's text; a plus sign in a number, as in 1e+2, joins nothing."""
    return re.split(r"\+(?=\s*[a-zA-Z])", text)


def _remedy(text: str, cures: Mapping[str, Cure]) -> Remedy:
    name, *given = (part.strip() for part in text.split(":"))
    _check_name(name, cures)
    parameters: dict[str, Any] = {}
    for one in given:
        key, equals, value = one.partition("=")
        if not equals or not value:
            raise ValueError(
                f"received {text!r}; expected parameters as NAME=VALUE, such as l2:strength=1e-4"
            )
        parameters[key.strip()] = _value(value.strip())
    remedy = Remedy(id=name, parameters=parameters)
    check(remedy, cures)
    return remedy


def _value(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _check_name(name: str, cures: Mapping[str, Cure]) -> None:
    if name in cures:
        return
    near = difflib.get_close_matches(name, cures, n=2, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    raise ValueError(
        f"there is no remedy {name!r}; {hint}expected one of: {', '.join(sorted(cures))}"
    )


def check(remedy: Remedy, cures: Mapping[str, Cure]) -> None:
    """
    Raises:
        ValueError: there is no such remedy, or it has no such parameter.
    """
    _check_name(remedy.id, cures)
    known = [parameter.name for parameter in cures[remedy.id].parameters]
    for name in remedy.parameters:
        if name not in known:
            has = f"it has {', '.join(known)}" if known else "it has none"
            raise ValueError(f"{remedy.id} has no parameter {name!r}; {has}")


def name_of(chain: Chain) -> str:
    """The arm's name: what `parse` would read as the chain."""
    return "+".join(
        ":".join([one.id, *(f"{key}={_written(value)}" for key, value in one.parameters.items())])
        for one in chain
    )


def _written(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def suggested(
    recipe: Recipe,
    findings: Iterable[Finding],
    prescribe: Callable[[Finding, Recipe], Sequence[Remedy]],
    *,
    verdict: VerdictName | None = None,
) -> tuple[Chain, ...]:
    """Remedies worth comparing, best first: those prescribed for findings that nothing else
    explains, those for rare classes where there are some, then the usual ones for the verdict."""
    found: dict[str, Chain] = {}
    for finding in findings:
        if finding.because_of or finding.code.startswith("GF6"):
            continue
        for remedy in list(prescribe(finding, recipe))[:PER_FINDING]:
            found.setdefault(name_of((remedy,)), (remedy,))
    if measure_of(recipe) == BALANCED:
        for ids in AGAINST_IMBALANCE:
            found.setdefault("+".join(ids), tuple(Remedy(id=one) for one in ids))
    if recipe.task.inputs == "image" and verdict != "underfitting":
        for options in AUGMENTATIONS:
            chain = (Remedy(id="augmentation", parameters=options),)
            found.setdefault(name_of(chain), chain)
    prescribed = {chain[0].id for chain in found.values()}
    for usual in BY_VERDICT.get(verdict or "", USUAL):
        fits = recipe.task.inputs in ONLY_FOR.get(usual, (recipe.task.inputs,))
        labels = usual != "label-smoothing" or recipe.task.name in ("binary", "classes")
        if usual not in prescribed and fits and labels:
            found.setdefault(usual, (Remedy(id=usual),))
    return tuple(found.values())


def propose(
    recipe: Recipe,
    chains: Iterable[Chain],
    *,
    cures: Mapping[str, Cure],
    apply: Apply,
    measure: str = "",
    most: int | None = None,
) -> Design:
    """The baseline and an arm for every chain that fits the recipe.

    Args:
        measure: see `goodfit.results.Effect.measure`.
        most: arms at most, the baseline among them; None for all.
    """
    arms = [Proposal(name=BASELINE, recipe=replace(recipe, remedies=()))]
    left_out: list[str] = []
    for chain in chains:
        name = name_of(chain)
        if any(arm.name == name for arm in arms):
            continue
        if most is not None and len(arms) >= most:
            left_out.append(f"{name} is left out: {most} arms are compared unless you name them.")
            continue
        reason = next((why for one in chain if (why := _unfit(one, cures, measure))), "")
        changed = reason or chained(arms[0].recipe, chain, apply)
        if isinstance(changed, str):
            left_out.append(f"{name} is left out: {changed}.")
        else:
            arms.append(Proposal(name=name, recipe=changed))
    return Design(arms=tuple(arms), left_out=tuple(left_out))


def chained(recipe: Recipe, chain: Chain, apply: Apply) -> Recipe | str:
    """The recipe with a chain applied, first to last, or a clause that says why it does not fit."""
    found: Recipe | str = recipe
    for remedy in chain:
        if isinstance(found, str):
            break
        found = apply(found, remedy)
    return found


def _unfit(remedy: Remedy, cures: Mapping[str, Cure], measure: str) -> str:
    """Why a remedy cannot be compared with others; "" where it can."""
    if cures[remedy.id].resplits:
        return "it deals out other validation rows, and arms are compared on the same ones"
    if remedy.id in PROTOCOLS:
        return "it is the same for all arms, for the study itself sets it"
    if measure == "loss" and remedy.id in ("loss", "focal-loss", "label-smoothing"):
        return "it changes the very loss that arms are compared by"
    return ""
