"""After the script's crash: the fixes that are mechanical, each tried once on a copy, until one
passes.

A copy without the fix is tried first: where that passes, the copy does not show the crash and
nothing is claimed of any fix. What is the user's own, and the global random state, stay as they
are.
"""

from __future__ import annotations

import functools
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from goodfit.facts import Facts, FixProof
from goodfit.observe.data.arrays import flatten, rows_of, take
from goodfit.observe.experiments.clone import CannotCopyError
from goodfit.observe.experiments.copies import Clock
from goodfit.observe.proof import attempt as attempts
from goodfit.observe.proof.attempt import COMPILE, PREDICT, TEST, TRAIN, Attempt, Edit
from goodfit.observe.proof.batches import RefusedError, checked, first_batch
from goodfit.observe.proof.constructor import corrections, failed_making
from goodfit.observe.proof.held import FailedCall, held
from goodfit.observe.proof.labels import at_the_loss
from goodfit.observe.proof.layers import before_the_loss
from goodfit.observe.proof.values import fresh_optimizer, names, numbers, whole_arrays
from goodfit.observe.script.crash import chain, crash_facts, kept
from goodfit.randomness import sealed

SECONDS = 5.0
"""No second try begins later than this; one that runs is not broken off."""
MOST_TRIES = 12
LONGEST_REASON = 200
VERBS = {
    "fit": TRAIN,
    "train_on_batch": TRAIN,
    "evaluate": TEST,
    "test_on_batch": TEST,
    "predict": PREDICT,
    "predict_on_batch": PREDICT,
    "compile": COMPILE,
}
Try = tuple[str, str, Callable[[], float | None], Mapping[str, Any]]


def with_proof(fits: Sequence[Facts], error: BaseException | None) -> tuple[Facts, ...]:
    """The facts, that of the crash which `error` is with the proof of a fix, if one was tried."""
    if not isinstance(error, Exception):
        return tuple(fits)
    crashed = kept(error) or crash_facts(error)
    if not any(facts.crash == crashed for facts in fits):
        return tuple(fits)
    proof = proved(error)
    if proof is None:
        return tuple(fits)
    told = replace(crashed, proof=proof)
    return tuple(replace(one, crash=told) if one.crash == crashed else one for one in fits)


def proved(error: Exception) -> FixProof | None:
    """The first fix that passes, or why none did; None where nothing is known to be tried."""
    started = time.perf_counter()
    with sealed(), warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            found = _of_the_chain(error)
        except CannotCopyError as reason:
            found = FixProof(reason=str(reason)[:LONGEST_REASON])
    return replace(found, seconds=time.perf_counter() - started) if found is not None else None


def _of_the_chain(error: Exception) -> FixProof | None:
    for one in chain(error):
        call = held(one)
        if call is not None:
            return _call(call, str(one))
    for one in chain(error):
        making = failed_making(one)
        if making is not None:
            tries = (
                (id_, words, corrected.do, known)
                for id_, words, corrected, known in corrections(making, str(one))
            )
            return _first("call", making.do, tries)
    return None


def _first(
    what: Literal["batch", "compile", "call"],
    control: Callable[[], object] | None,
    tries: Iterator[Try],
) -> FixProof | None:
    """The first try that passes, told; None where there is none to make."""
    clock, last = Clock(SECONDS), None
    for number, (id_, words, do, known) in enumerate(tries):
        if number == 0 and control is not None and _passes(control):
            return FixProof(what=what, reason="a copy of what failed does not fail")
        if number and (clock.over() or number >= MOST_TRIES):
            return FixProof(what=what, reason=f"nothing passed within {SECONDS:g} seconds")
        try:
            loss = do()
        except Exception as error:
            last = error
            continue
        return FixProof(
            fix=id_, words=words, what=what, passed=True, loss=loss, parameters=dict(known)
        )
    if last is None:
        return None
    line = str(last).strip().partition("\n")[0][:LONGEST_REASON]
    return FixProof(what=what, reason=f"nothing passed; at last {type(last).__name__}: {line}")


def _passes(do: Callable[[], object]) -> bool:
    try:
        do()
    except CannotCopyError:
        raise
    except Exception:
        return False
    return True


def _call(call: FailedCall, message: str) -> FixProof | None:
    verb = VERBS.get(call.name)
    if verb is None:
        return None
    told = _attempt(call, verb)
    if verb == COMPILE:
        return _first("compile", lambda: attempts.run(told), _tries(names(told, message)))
    x, y = call.arguments.get("x"), call.arguments.get("y")
    whole = call.name in ("fit", "evaluate", "predict")

    def control() -> None:
        if whole:
            checked(x, y)
        attempts.run(told)

    new = list(fresh_optimizer(told, message))
    if new:  # the copy without the fix would have a new optimiser as well
        return _first("batch", None, _tries(iter(new)))
    return _first("batch", control, _tries(_edits(told, x, y, message)))


def _tries(edits: Iterator[Edit]) -> Iterator[Try]:
    for edit in edits:
        yield edit.id, edit.words, functools.partial(attempts.run, edit.attempt), edit.parameters


def _attempt(call: FailedCall, verb: str) -> Attempt:
    model, told = call.model, call.arguments
    if verb == COMPILE:
        parts = ("optimizer", "loss", "metrics", "weighted_metrics")
        given = {name: told[name] for name in parts if name in told}
        return Attempt(verb=verb, model=model, **{"optimizer": "rmsprop", **given})
    x, y = told.get("x"), told.get("y")
    rows = attempts.smallest_batch(told.get("batch_size"))
    counts = [rows_of(leaf) for part in (x, y) for _, leaf in flatten(part)]
    if call.name in ("fit", "evaluate", "predict"):
        x, y = first_batch(x, y, min([rows, *(count for count in counts if count > 0)]))
    else:
        x, y = take(x, slice(0, None)), take(y, slice(0, None))
    metrics = getattr(model, "_compile_metrics", None)
    return Attempt(
        verb=verb,
        model=model,
        x=x,
        y=y,
        optimizer=model.optimizer,
        loss=getattr(model, "loss", None),
        metrics=getattr(metrics, "_user_metrics", None),
        weighted_metrics=getattr(metrics, "_user_weighted_metrics", None),
    )


def _edits(told: Attempt, x: Any, y: Any, message: str) -> Iterator[Edit]:
    try:
        checked(x, y)
    except RefusedError:
        yield from whole_arrays(told, x, y)
        return
    yield from names(told, message)
    yield from numbers(told, y)
    answers: Any = None
    if told.verb != PREDICT:  # without labels only the rows can be at fault
        try:
            answers = attempts.answers_of(told)
        except CannotCopyError:
            raise
        except Exception:  # the rows do not even reach the loss
            answers = None
    if answers is None:
        shape = tuple(getattr(x, "shape", None) or np.shape(told.x))
        yield from before_the_loss(told, shape)
    else:
        yield from at_the_loss(told, answers, y if y is not None else told.y)
