"""The stages of a study that has more to look at than time: many arms under one seed, then more
seeds for the best of them, as in successive halving (Jamieson and Talwalkar, AISTATS 2016)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from goodfit.experiment.plan import Plan
from goodfit.remedies import BY_ID
from goodfit.study.design import Chain, name_of
from goodfit.study.run import Proposal, Ran
from goodfit.study.search import Sampler, combinations, score_of

LOOKING = 0.55
"""Share of the budget in which new arms are looked at; the rest gives the best ones more seeds."""
HALVINGS = ((8, 2), (3, None))
"""Arms that go on, and under how many seeds; None for all of them."""


@dataclass(kw_only=True)
class Stages:
    """A study by stages.

    Attributes:
        arms: so far, the baseline first; those designed come before those found on the way.
        train: trains arms, and says what all of them came to.
        fresh: arms for the chains that are new and fit.
        spent: the share of the budget that is used up; 0 where there is none.
        slots: trials that are trained at once.
        notes: what a reader should know.
    """

    arms: list[Proposal]
    plan: Plan
    train: Callable[[str, Sequence[Proposal]], Ran]
    fresh: Callable[[Sequence[Proposal], Sequence[Chain]], list[Proposal]]
    spent: Callable[[], float]
    slots: int
    notes: list[str] = field(default_factory=list)

    def all(self) -> Ran:
        """Look at the arms as designed, at what looked good joined, and at other strengths; then
        give the best more seeds, and what was designed all of them."""
        designed = len(self.arms)
        self._seeds(range(designed), 1)
        ran = self._go("")
        ran = self._more(ran, "what looked good, joined", combinations(ran.arms, promising=True))
        ran = self._search(ran)
        for count, seeds in HALVINGS:
            ran = self._deepen(ran, count, seeds)
        if not ran.interrupted:
            self._seeds(range(designed), None)
            ran = self._go("all seeds")
        return ran

    def _go(self, part: str) -> Ran:
        return self.train(part, self.arms)

    def _seeds(self, places: Sequence[int], most: int | None) -> None:
        for at in places:
            self.arms[at] = replace(self.arms[at], most=most)

    def _more(self, ran: Ran, part: str, chains: Sequence[Chain]) -> Ran:
        """Look at further arms under one seed."""
        found = [] if ran.interrupted else self.fresh(self.arms, chains)
        if not found:
            return ran
        self.arms += [replace(arm, most=1) for arm in found]
        return self._go(part)

    def _search(self, ran: Ran) -> Ran:
        """Let Optuna draw remedies and strengths together, a few at a time."""
        left = 0 if ran.interrupted else self.plan.search
        if not left:
            return ran
        try:
            sampler = Sampler(ran.arms, BY_ID)
        except ValueError as error:
            self.notes.append(f"No strengths were searched: {error}.")
            return ran
        while left > 0 and self.spent() < LOOKING and not ran.interrupted:
            chains = [sampler.ask() for _ in range(min(2 * self.slots, left))]
            left -= len(chains)
            ran = self._more(ran, "search", chains)
            scores = {arm.name: score_of(arm) for arm in ran.arms[1:]}
            for chain in chains:
                sampler.tell(chain, scores.get(name_of(chain)) if chain else 0.0)
        return ran

    def _deepen(self, ran: Ran, count: int, most: int | None) -> Ran:
        """More seeds for the best of those that have come furthest, and for the baseline."""
        if ran.interrupted:
            return ran
        furthest = max((len(arm.trials) for arm in ran.arms[1:]), default=0)
        scores = {
            at: score
            for at, arm in enumerate(ran.arms)
            if at and len(arm.trials) == furthest and (score := score_of(arm)) is not None
        }
        best = sorted(scores, key=lambda at: -scores[at])[:count]
        self._seeds([0, *best], most)
        return self._go(f"the best {len(best)}")
