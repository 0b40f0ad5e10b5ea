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
"""Share of the budget in which new arms are looked at; the rest gives the best ones more seeds. Of
what is left then, if it is enough, likewise."""
ENOUGH = 0.25
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
        seeds: of the whole study.
        slots: trials that are trained at once.
        notes: what a reader should know.
    """

    arms: list[Proposal]
    plan: Plan
    train: Callable[[str, Sequence[Proposal]], Ran]
    fresh: Callable[[Sequence[Proposal], Sequence[Chain]], list[Proposal]]
    spent: Callable[[], float]
    seeds: int
    slots: int
    notes: list[str] = field(default_factory=list)

    def all(self) -> Ran:
        """Look at the arms as designed, at what looked good joined, and at other strengths; then
        give the best more seeds, and what was designed all of them."""
        designed = len(self.arms)
        ran = self._look(designed)
        if self.spent() < LOOKING:
            joined = combinations(ran.arms, promising=True)
            ran = self._more(ran, "what looked good, joined", joined)
        until, sampler, left = LOOKING, self._sampler(ran), self.plan.search
        while True:
            if sampler is not None:
                ran, left = self._search(ran, sampler, left, until)
            for count, seeds in HALVINGS:
                ran = self._deepen(ran, count, seeds)
            spent = self.spent()
            if ran.interrupted or sampler is None or left <= 0 or spent > 1 - ENOUGH:
                break
            until = spent + LOOKING * (1 - spent)
        if not ran.interrupted:
            self._seeds(range(designed), None)
            ran = self._go("all seeds")
        return ran

    def _look(self, designed: int) -> Ran:
        """One seed of the arms as designed, the first of them first: where trials are so long that
        there is no time for all, some of them are known and not each a little."""
        self._seeds(range(designed), 0)
        step = 2 * self.slots
        for first in range(0, designed, step):
            self._seeds(range(first, min(first + step, designed)), 1)
            ran = self._go("")
            if ran.interrupted or self.spent() >= LOOKING:
                break
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

    def _sampler(self, ran: Ran) -> Sampler | None:
        """What draws remedies and strengths, where that was asked for and there are any."""
        if ran.interrupted or not self.plan.search:
            return None
        try:
            return Sampler(ran.arms, BY_ID)
        except ValueError as error:
            self.notes.append(f"No strengths were searched: {error}.")
            return None

    def _search(self, ran: Ran, sampler: Sampler, left: int, until: float) -> tuple[Ran, int]:
        """Draw and look at further arms, a few at a time; what is left to draw after that."""
        while left > 0 and self.spent() < until and not ran.interrupted:
            chains = [sampler.ask() for _ in range(min(2 * self.slots, left))]
            left -= len(chains)
            ran = self._more(ran, "search", chains)
            scores = {arm.name: score_of(arm) for arm in ran.arms[1:]}
            for chain in chains:
                sampler.tell(chain, scores.get(name_of(chain)) if chain else 0.0)
        return ran, left

    def _deepen(self, ran: Ran, count: int, most: int | None) -> Ran:
        """More seeds for the arms that look best, and for the baseline. Of fewer seeds, less is
        believed: as if one more had shown nothing."""
        if ran.interrupted:
            return ran
        looks = {
            at: score * len(arm.trials) / (len(arm.trials) + 1)
            for at, arm in enumerate(ran.arms)
            if at and (score := score_of(arm)) is not None
        }
        best = sorted(looks, key=lambda at: -looks[at])[:count]
        wanted = most or self.seeds
        self._seeds([at for at in (0, *best) if (self.arms[at].most or self.seeds) < wanted], most)
        return self._go(f"the best {len(best)}")
