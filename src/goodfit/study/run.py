"""A study: arms by seeds, in rounds, with racing, resumed from a store."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from goodfit.recipe import Recipe
from goodfit.results import Arm, Protocol
from goodfit.study.engines.engine import Engine
from goodfit.study.held import Cutter
from goodfit.study.judge import judge, leader
from goodfit.study.loop import Known, Loop, Progress, Proposal
from goodfit.study.parcel import Digests
from goodfit.study.store import Store, Unkept

__all__ = ["Known", "Progress", "Proposal", "Ran", "run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a study came to.

    Attributes:
        arms: in the order they were proposed.
        winner: name of the arm to recommend; the baseline's where none is shown to be better.
        leader: name of the arm that looks best, shown or not.
        interrupted: whether Ctrl-C or the end of the time left trials untrained.
        validation_rows, test_rows: rows that chose, and that confirmed.
    """

    arms: tuple[Arm, ...]
    winner: str
    leader: str
    notes: tuple[str, ...] = ()
    interrupted: bool = False
    validation_rows: int = 0
    test_rows: int = 0
    seconds: float = 0.0


def run(
    arms: Sequence[Proposal],
    protocol: Protocol,
    engine: Engine,
    store: Store | Unkept,
    *,
    on_progress: Callable[[Progress], None] = lambda _: None,
    over: Callable[[], bool] = lambda: False,
    enough: Callable[[], bool] = lambda: False,
    known: Known | None = None,
) -> Ran:
    """Train every arm under every seed and compare the arms with the first, the baseline.

    All arms train a seed before any trains the next one, the baseline first. Trials that the store
    has are not repeated. Ctrl-C, and `over` answering True, end the study with what is known; the
    engine is closed then. `enough` answering True gives up what still runs, and no more. `known` is
    the same for all stages of one study.

    Raises:
        ValueError: no arm, two of one name, no seed, or no validation rows.
        StoreError: the store holds another study, or cannot be written.
        NoRecipeError: the engine cannot train a recipe.
    """
    _refuse(arms, protocol)
    started = time.perf_counter()
    known = known or Known(cut=Cutter(protocol), digests=Digests())
    loop = Loop(arms, protocol, engine, store, on_progress, lambda: over() or enough(), known)
    interrupted = False
    try:
        loop.go()
        interrupted = loop.unfinished and (over() or not enough())
    except KeyboardInterrupt:
        interrupted = True
    if interrupted:
        engine.close()
    judged, winner, notes = judge(loop.arms(), protocol, loop.classes)
    if interrupted:
        done, total = loop.count()
        notes = (*notes, f"Interrupted after {done} of {total} trials.")
    chose, confirmed = _held(loop.recipes[arms[0].name])
    return Ran(
        arms=judged,
        winner=winner,
        leader=leader(judged, winner, protocol.measure, loop.classes),
        notes=notes,
        interrupted=interrupted,
        validation_rows=chose,
        test_rows=confirmed,
        seconds=time.perf_counter() - started,
    )


def _refuse(arms: Sequence[Proposal], protocol: Protocol) -> None:
    names = [arm.name for arm in arms]
    twice = sorted({name for name in names if names.count(name) > 1})
    if not names:
        raise ValueError("no arms; expected the baseline, and recipes to compare with it")
    if twice:
        raise ValueError(f"two arms are called {twice[0]!r}; expected a name of its own for each")
    if not protocol.seeds or len(set(protocol.seeds)) < len(protocol.seeds):
        raise ValueError(f"seeds {protocol.seeds}; expected different integers, at least one")
    for arm in arms:
        if arm.recipe.data.validation is None:
            raise ValueError(
                f"arm {arm.name!r} has no validation rows; a study compares arms on held-out rows"
            )


def _held(recipe: Recipe) -> tuple[int, int]:
    data = recipe.data
    return (
        data.validation.count if data.validation else 0,
        data.test.count if data.test else 0,
    )
