"""The pairs of the fault corpus: every operator on each of its bases, and the two halves."""

from __future__ import annotations

import ast
import hashlib
import random
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from operators import OPERATORS, DoesNotApply, Operator

__all__ = ["BASES", "CODES", "HEALTHY", "PAIRS", "DoesNotApply", "Operator", "Pair", "Program"]

HERE = Path(__file__).resolve().parent
SCRATCH = HERE.parent.parent / ".goodfit" / "faults"  # git-ignored

# Changed never again: it says which pairs may be looked at while checks are tuned.
HALVES_SEED = 20250611

# Accepted codes of single pairs, where the base makes them other than the operator's.
CODES: dict[str, tuple[str, ...]] = {}


@dataclass(frozen=True, slots=True)
class Program:
    """A healthy program of the corpus."""

    folder: Literal["bases", "healthy"]
    name: str

    def source(self) -> str:
        return (HERE / self.folder / f"{self.name}.py").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Pair:
    """An operator on a base: one faulty program.

    Attributes:
        half: "tuning" (may be looked at while checks are made) or "scored" (may not).
    """

    operator: Operator
    base: str
    half: Literal["tuning", "scored"]

    @property
    def name(self) -> str:
        return f"{self.operator.name}--{self.base}"

    @property
    def codes(self) -> tuple[str, ...]:
        """goodfit's codes that name the cause; any one of them is a detection."""
        return CODES.get(self.name, self.operator.codes)

    def source(self) -> str:
        """The faulty program. Raises `DoesNotApply` if the base lacks what is to be broken."""
        healthy = Program("bases", self.base).source()
        try:
            faulty = self.operator.edit(healthy)
        except DoesNotApply as reason:
            raise DoesNotApply(f"{self.name}: {reason}") from None
        try:
            same = ast.dump(ast.parse(faulty)) == ast.dump(ast.parse(healthy))
        except SyntaxError as error:
            raise DoesNotApply(f"{self.name}: no Python any more: {error}") from error
        if same:
            raise DoesNotApply(f"{self.name}: changes nothing")
        return faulty


def half_of(operator: Operator) -> dict[str, Literal["tuning", "scored"]]:
    """Which half each base of an operator is in: drawn by lot, as evenly as its number allows.

    The lot depends on nothing but the seed, the operator's name and its bases, so that other
    operators may come and go. A later base has a lot of its own, so that the pairs there were
    before it stay in their half.
    """
    lot = random.Random(f"{HALVES_SEED} {operator.name}")
    order = sorted(operator.bases)
    lot.shuffle(order)
    tuning = len(order) // 2 + (len(order) % 2 and lot.randrange(2))
    halves: dict[str, Literal["tuning", "scored"]] = {
        base: "tuning" if order.index(base) < tuning else "scored" for base in operator.bases
    }
    for base in operator.later_bases:
        own = random.Random(f"{HALVES_SEED} {operator.name} {base}")
        halves[base] = "tuning" if own.randrange(2) else "scored"
    return halves


def _pairs() -> tuple[Pair, ...]:
    return tuple(
        Pair(operator, base, half)
        for operator in OPERATORS
        for base, half in half_of(operator).items()
    )


def programs(folder: Literal["bases", "healthy"]) -> tuple[Program, ...]:
    return tuple(Program(folder, path.stem) for path in sorted((HERE / folder).glob("*.py")))


def needs(source: str) -> frozenset[str]:
    """What a program says it needs: "data", "tensorflow"."""
    lines = [line for line in source.splitlines() if line.startswith("# needs:")]
    return frozenset(word.strip() for line in lines for word in line.partition(":")[2].split(","))


def with_seed(source: str, seed: int) -> str:
    """A program under another seed than its own 0."""
    return re.sub(r"^SEED = 0$", f"SEED = {seed}", source, flags=re.MULTILINE)


def digest(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()


PAIRS = _pairs()
BASES = programs("bases")
HEALTHY = programs("healthy")
