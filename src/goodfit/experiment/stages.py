"""The stages of a study that has more to look at than time: many arms under one seed, then more
seeds for the best of them, as in successive halving (Jamieson and Talwalkar, AISTATS 2016)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from goodfit.experiment.plan import Plan
from goodfit.remedies import BY_ID
from goodfit.study.design import Chain
from goodfit.study.run import Proposal, Ran
from goodfit.study.search import Sampler, combinations, score_of

LOOKING = 0.55
"""Share of the budget in which new arms are looked at; the rest gives the best ones more seeds. Of
what is left then, if it is enough, likewise."""
ENOUGH = 0.25
HALVINGS = ((2, 6, 2), (4, 3, 3), (8, 2, None))
"""One in so many arms goes on, so many at most, two at least; and under how many seeds, None for
all of them."""
LEAST = 2


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
        """Look at the arms as designed and, where a search was asked for, at as many that join
        them; then give the best more seeds, and what was designed all of them."""
        designed, left = len(self.arms), self.plan.search
        ran, sampler, left = self._look(designed, left)
        if self.spent() < LOOKING:
            ran = self._more(ran, "joined", combinations(ran.arms, promising=True))
        until = LOOKING
        while True:
            if sampler is not None:
                ran, left = self._search(ran, sampler, left, until)
            looked = sum(bool(arm.trials) for arm in ran.arms[1:])
            for one_in, most, seeds in HALVINGS:
                ran = self._deepen(ran, min(most, max(LEAST, looked // one_in)), seeds)
            spent = self.spent()
            if ran.interrupted or sampler is None or left <= 0 or spent > 1 - ENOUGH:
                break
            until = spent + LOOKING * (1 - spent)
        if not ran.interrupted:
            self._seeds(range(designed), None)
            ran = self._go("all seeds")
        return ran

    def _look(self, designed: int, left: int) -> tuple[Ran, Sampler | None, int]:
        """One seed of the arms as designed, the first of them first: where trials are so long that
        there is no time for all, some of them are known and not each a little. Between them, what
        a search draws: joined, remedies may do what none does alone."""
        self._seeds(range(designed), 0)
        sampler: Sampler | None = None
        step = 2 * self.slots
        for first in range(0, designed, step):
            self._seeds(range(first, min(first + step, designed)), 1)
            ran = self._go("")
            sampler = sampler if first else self._sampler(ran)
            if sampler is not None:
                ran, left = self._draw(ran, sampler, left)
            if ran.interrupted or self.spent() >= LOOKING:
                break
        return ran, sampler, left

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
        """Draw and look at further arms; what is left to draw after that."""
        while left > 0 and self.spent() < until and not ran.interrupted:
            ran, left = self._draw(ran, sampler, left)
        return ran, left

    def _draw(self, ran: Ran, sampler: Sampler, left: int) -> tuple[Ran, int]:
        """A few arms that the sampler draws, having heard what others came to."""
        sampler.learn(ran.arms)
        chains = [sampler.ask() for _ in range(min(2 * self.slots, left))]
        ran = self._more(ran, "search", chains)
        sampler.learn(ran.arms)
        sampler.settle([arm.name for arm in ran.arms])
        return ran, left - len(chains)

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
        self._seeds([at for at in (0, *best) if self._given(at) < wanted], most)
        return self._go(f"the best {len(best)}")

    def _given(self, at: int) -> int:
        most = self.arms[at].most
        return self.seeds if most is None else most
