"""A study while it runs: stage after stage of arms, then its curves."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from goodfit.experiment.plan import Plan
from goodfit.experiment.progress import Teller
from goodfit.experiment.stages import Stages
from goodfit.recipe import Recipe
from goodfit.remedies import BY_ID, DoesNotApplyError
from goodfit.results import Arm, Protocol, Remedy, StudyCurve
from goodfit.study import curves
from goodfit.study.design import Chain, chained, name_of
from goodfit.study.engines.engine import Engine
from goodfit.study.held import Cutter
from goodfit.study.parcel import Digests, digest, why_not_portable
from goodfit.study.run import Known, Proposal, Ran, run
from goodfit.study.search import GRID_MOST, combinations, gridded
from goodfit.study.store import Store


def applied(recipe: Recipe, remedy: Remedy) -> Recipe | str:
    """The recipe with a remedy, or a clause that says why it does not fit."""
    try:
        return BY_ID[remedy.id](recipe, **remedy.parameters)
    except DoesNotApplyError as error:
        return str(error)
    except (ValueError, TypeError) as error:
        return f"{remedy.id} cannot be given {dict(remedy.parameters)} ({error})"


@dataclass(kw_only=True)
class Work:
    """A study while it runs: the arms so far, and what they came to. `clock` gives seconds, as
    `started` is one of."""

    plan: Plan
    protocol: Protocol
    recipe: Recipe
    folder: Path
    started: float
    clock: Callable[[], float] = time.perf_counter
    teller: Teller = field(default_factory=Teller)
    notes: list[str] = field(default_factory=list)
    curves: list[StudyCurve] = field(default_factory=list)
    digests: Digests = field(default_factory=Digests)
    _known: tuple[Protocol, Known] | None = None

    def all(self, arms: Sequence[Proposal]) -> Ran:
        """The arms as designed and what follows from them, then the curves."""
        try:
            with self._room(self.folder, self.protocol) as (engine, store):
                ran = self._explore(arms, engine, store)
                for name in self.plan.curves:
                    if not ran.interrupted and not self.over():
                        self._curve(name, engine, store)
        finally:
            self.teller.end()
        return ran

    def spent(self) -> float:
        """The share of the budget that is used up; 0 where there is none."""
        budget = self.plan.budget
        return 0.0 if budget is None else (self.clock() - self.started) / budget

    def over(self) -> bool:
        """Whether the budget is used up."""
        return self.spent() >= 1.0

    @contextmanager
    def _room(self, folder: Path, protocol: Protocol) -> Iterator[tuple[Engine, Store]]:
        """A store, and worker processes where the recipe can be handed to them, else this one."""
        from goodfit.observe.recipes.evaluator import RowEvaluator
        from goodfit.study.engines.inline import Inline
        from goodfit.study.engines.processes import Processes

        reason = why_not_portable(self.recipe)
        engine: Engine
        if reason:
            note = f"Trained one trial after the other in this process: {reason}."
            if note not in self.notes:
                self.notes.append(note)
            engine = Inline(protocol, RowEvaluator)
        else:
            engine = Processes(folder, protocol)
        with Store(folder, protocol, backend=backend()) as store:
            try:
                yield engine, store
            finally:
                engine.close()

    def _run(
        self,
        part: str,
        arms: Sequence[Proposal],
        protocol: Protocol,
        engine: Engine,
        store: Store,
        enough: Callable[[], bool] = lambda: False,
    ) -> Ran:
        self.teller.part = part
        budget = self.plan.budget
        if budget is not None:
            self.teller.budget_left = lambda: budget * (1 - self.spent())
        shared = self._known
        if shared is None or shared[0] != replace(protocol, seeds=()):
            known = Known(cut=Cutter(protocol), digests=self.digests)
            shared = self._known = (replace(protocol, seeds=()), known)
        return run(
            arms,
            protocol,
            engine,
            store,
            on_progress=self.teller,
            over=self.over,
            enough=enough,
            known=shared[1],
        )

    def _explore(self, arms: Sequence[Proposal], engine: Engine, store: Store) -> Ran:
        """The arms as designed, other strengths, and what helped joined: one after the other where
        there is time for all, else stage by stage."""
        if self.plan.budget is not None or self.plan.search > GRID_MOST:
            stages = Stages(
                arms=list(arms),
                plan=self.plan,
                train=lambda part, some, enough: self._run(
                    part, some, self.protocol, engine, store, enough
                ),
                fresh=self._new,
                spent=self.spent,
                seeds=len(self.protocol.seeds),
                slots=engine.slots,
                notes=self.notes,
            )
            return stages.all()
        every = list(arms)

        def go(part: str, chains: Sequence[Chain] = ()) -> Ran:
            every.extend(self._new(every, chains))
            return self._run(part, every, self.protocol, engine, store)

        ran = go("")
        if self.plan.search and not ran.interrupted:
            ran = go("strengths", gridded(ran.arms, BY_ID, self.plan.search))
        joined = () if ran.interrupted else combinations(ran.arms)
        return go("what helped, joined", joined) if joined else ran

    def _curve(self, name: str, engine: Engine, store: Store) -> None:
        """Train one curve's arms and keep what it shows, unless it was ended early."""
        recipe, protocol, part = replace(self.recipe, remedies=()), self.protocol, f"{name} curve"
        if name == "data":
            parts: list[Arm] = []
            for seed in protocol.seeds:
                arms = curves.data_arms(recipe, seed)
                ran = self._run(part, arms, replace(protocol, seeds=(seed,)), engine, store)
                if ran.interrupted:
                    return self._unfinished(name)
                parts += ran.arms
            self.curves.append(curves.data_curve(parts))
            return None
        if name == "learning-rate":
            return self._range_test(recipe)
        design = curves.capacity_arms if name == "capacity" else curves.activation_arms
        ran = self._run(part, design(recipe, applied), protocol, engine, store)
        if ran.interrupted:
            return self._unfinished(name)
        if name == "capacity":
            curve = curves.compared(name, "trainable parameters", ran.arms, curves.parameters_of)
        else:
            curve = curves.compared(name, "activation", ran.arms, lambda _: None)
        self.curves.append(curve)
        return None

    def _range_test(self, recipe: Recipe) -> None:
        """Of a few epochs only, so in a store of its own."""
        short = replace(
            self.protocol,
            seeds=self.protocol.seeds[: curves.RATE_SEEDS],
            epochs=curves.RATE_EPOCHS,
            patience=None,
        )
        with self._room(self.folder / "range-test", short) as (engine, store):
            arms = curves.rate_arms(recipe, applied)
            ran = self._run("learning-rate range test", arms, short, engine, store)
        if ran.interrupted:
            return self._unfinished("learning-rate")
        self.curves.append(curves.range_curve(ran.arms))
        return None

    def _unfinished(self, name: str) -> None:
        self.notes.append(f"The {name} curve is left out: it was ended before all of it was known.")

    def _new(self, every: Sequence[Proposal], chains: Sequence[Chain]) -> list[Proposal]:
        """Arms for the chains that fit and train to something else than any arm there is."""
        if not chains:
            return []
        known = {digest(arm.recipe, self.digests) for arm in every}
        found = []
        for chain in chains:
            changed = chained(replace(self.recipe, remedies=()), chain, applied)
            if isinstance(changed, str):
                self.notes.append(f"{name_of(chain)} is left out: {changed}.")
                continue
            mark = digest(changed, self.digests)
            if mark not in known:
                known.add(mark)
                found.append(Proposal(name=name_of(chain), recipe=changed))
        return found


def backend() -> str:
    """Keras' backend."""
    import keras

    return str(keras.config.backend())
