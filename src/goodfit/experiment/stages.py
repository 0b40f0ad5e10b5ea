"""The stages of a study that has more to look at than time: many arms under one seed, then more
seeds for the best of them, as in successive halving (Jamieson and Talwalkar, AISTATS 2016)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from goodfit.experiment.plan import Plan
from goodfit.remedies import BY_ID
from goodfit.study.design import Chain
from goodfit.study.judge import believed
from goodfit.study.run import Proposal, Ran
from goodfit.study.search import Sampler, combinations, score_of

LOOKING = 0.55
"""Share of the budget in which new arms are looked at; the rest gives the best ones more seeds. Of
what is left then, if it is enough, likewise."""
ENOUGH = 0.35
HALVINGS = ((2, 6, 2), (4, 3, 3), (8, 2, None))
"""One in so many arms goes on, so many at most, two at least; and under how many seeds, None for
all of them."""
LEAST = 2
WARNED = 2
"""Seeds of the arm that looks worst: one cannot tell harm from chance."""
LATE = 0.15
"""Share of the budget after which looks that still run are given up, where the time for looking is
over: one arm that takes very long must not cost the best ones their seeds. Chosen, not derived."""


@dataclass(kw_only=True)
class _Looks:
    """What is still to be looked at: the arms as designed from the place `first`, and `left` draws
    of the sampler. `joined` says that what looked good alone was joined."""

    first: int
    designed: int
    sampler: Sampler | None
    left: int
    joined: bool = False

    @property
    def more(self) -> bool:
        """Whether anything is left."""
        return self.first < self.designed or self.left > 0


@dataclass(kw_only=True)
class Stages:
    """A study by stages.

    Attributes:
        arms: so far, the baseline first; those designed come before those found on the way.
        train: trains arms, and says what all of them came to; once its last argument answers True,
            what still runs is given up.
        fresh: arms for the chains that are new and fit.
        spent: the share of the budget that is used up; 0 where there is none.
        seeds: of the whole study.
        slots: trials that are trained at once.
        notes: what a reader should know.
    """

    arms: list[Proposal]
    plan: Plan
    train: Callable[[str, Sequence[Proposal], Callable[[], bool]], Ran]
    fresh: Callable[[Sequence[Proposal], Sequence[Chain]], list[Proposal]]
    spent: Callable[[], float]
    seeds: int
    slots: int
    notes: list[str] = field(default_factory=list)

    def all(self) -> Ran:
        """Look at the arms as designed and, where a search was asked for, at as many that join
        them; then give the best more seeds, and what was designed all of them."""
        designed = len(self.arms)
        self._seeds(range(designed), 0)
        ran, looks = self._begin(designed)
        until = LOOKING
        while True:
            ran = self._look(ran, looks, until)
            if looks.first >= designed and not looks.joined and self.spent() < until:
                looks.joined = True
                joined = combinations(ran.arms, promising=True)
                ran = self._more(ran, "joined", joined, until)
            self._doubt(ran, designed)
            ran = self._deepen(ran, *HALVINGS[0])
            spent = self.spent()
            if ran.interrupted or spent > 1 - ENOUGH or not looks.more:
                break
            until = spent + LOOKING * (1 - spent)
        for one_in, most, seeds in HALVINGS[1:]:
            ran = self._deepen(ran, one_in, most, seeds)
        if not ran.interrupted:
            self._seeds(range(designed), None)
            ran = self._go("all seeds")
        return ran

    def _begin(self, designed: int) -> tuple[Ran, _Looks]:
        """The baseline and the first arms, one seed of each."""
        first = min(2 * self.slots, designed)
        self._seeds(range(first), 1)
        ran = self._go("")
        sampler = self._sampler(ran)
        left = self.plan.search if sampler is not None else 0
        return ran, _Looks(first=first, designed=designed, sampler=sampler, left=left)

    def _look(self, ran: Ran, looks: _Looks, until: float) -> Ran:
        """One seed of the arms as designed, the first of them first: where trials are so long that
        there is no time for all, some of them are known and not each a little. Between them, what
        a search draws: joined, remedies may do what none does alone."""
        while looks.more and self.spent() < until and not ran.interrupted:
            if looks.sampler is not None and looks.left > 0:
                ran = self._draw(ran, looks, looks.sampler, until)
            if looks.first < looks.designed and self.spent() < until and not ran.interrupted:
                last = min(looks.first + 2 * self.slots, looks.designed)
                self._seeds(range(looks.first, last), 1)
                looks.first = last
                ran = self._go("", until)
        return ran

    def _go(self, part: str, until: float = math.inf) -> Ran:
        """Train what is wanted; arms that were given up before their first trial ended are not
        taken up again."""
        ran = self.train(part, self.arms, lambda: self.spent() > until + LATE)
        if until < math.inf:
            self._seeds([at for at, arm in enumerate(ran.arms) if not arm.trials], 0)
        return ran

    def _seeds(self, places: Sequence[int], most: int | None) -> None:
        for at in places:
            self.arms[at] = replace(self.arms[at], most=most)

    def _more(self, ran: Ran, part: str, chains: Sequence[Chain], until: float) -> Ran:
        """Look at further arms under one seed."""
        found = [] if ran.interrupted else self.fresh(self.arms, chains)
        if not found:
            return ran
        self.arms += [replace(arm, most=1) for arm in found]
        return self._go(part, until)

    def _sampler(self, ran: Ran) -> Sampler | None:
        """What draws remedies and strengths, where that was asked for and there are any."""
        if ran.interrupted or not self.plan.search:
            return None
        try:
            return Sampler(ran.arms, BY_ID)
        except ValueError as error:
            self.notes.append(f"No strengths were searched: {error}.")
            return None

    def _draw(self, ran: Ran, looks: _Looks, sampler: Sampler, until: float) -> Ran:
        """A few arms that the sampler draws, having heard what others came to."""
        sampler.learn(ran.arms)
        chains = [sampler.ask() for _ in range(min(2 * self.slots, looks.left))]
        looks.left -= len(chains)
        ran = self._more(ran, "search", chains, until)
        sampler.learn(ran.arms)
        sampler.settle([arm.name for arm in ran.arms if arm.trials])
        return ran

    def _doubt(self, ran: Ran, designed: int) -> None:
        """The arm that looks worst of those designed is to have another seed: which remedy harms is
        worth knowing too."""
        looks = {at: score_of(ran.arms[at]) or 0.0 for at in range(1, designed)}
        worst = min(looks, key=lambda at: looks[at], default=0)
        if looks.get(worst, 0.0) < 0 and self._given(worst) < WARNED:
            self._seeds([worst], WARNED)

    def _deepen(self, ran: Ran, one_in: int, many: int, most: int | None) -> Ran:
        """More seeds for the arms that look best, and for the baseline. Of fewer seeds, less is
        believed: as if one more had shown nothing."""
        if ran.interrupted:
            return ran
        looked = sum(bool(arm.trials) for arm in ran.arms[1:])
        count = min(many, max(LEAST, looked // one_in))
        looks = {
            at: believed(arm, score)
            for at, arm in enumerate(ran.arms)
            if at and (score := score_of(arm)) is not None
        }
        ranked = sorted(looks, key=lambda at: -looks[at])[:count]
        best = [at for place, at in enumerate(ranked) if looks[at] > 0 or place < LEAST]
        wanted = most or self.seeds
        self._seeds([at for at in (0, *best) if self._given(at) < wanted], most)
        return self._go(f"the best {len(best)}")

    def _given(self, at: int) -> int:
        most = self.arms[at].most
        return self.seeds if most is None else most
