"""GF226 removed-api: names and arguments that Keras 3 dropped, ignores or renamed.

Sees: imports, calls and keyword arguments in the script's source that Keras 2 knew, and the
attribute `lr` of an optimiser, which an assignment makes anew without any effect. What stands in a
`try`, or behind a test of a version, is left alone. An error where the script stopped at it; else a
tip, or a warning where Keras goes on without what was asked for and the model does badly.
Why it matters: some of these stop the script with a message that names no cure; others are ignored
in silence, so that the training is another one than the source says.
Evidence: the names with their lines and today's spelling; the exception, if there was one.
Remedies: none that is mechanical: spell it as Keras 3 does.
Source: Keras 3.15.1, on which most entries were tried; https://keras.io/guides/migrating_to_keras_3/.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from goodfit.checks.check import Answer, Check, Passed, Suspicion, place
from goodfit.checks.model.harm import harm
from goodfit.checks.model.removed_names import (
    ASSIGNED,
    GONE_FROM_TENSORFLOW,
    KEPT_BY_TENSORFLOW,
    KEYWORDS,
    METHODS,
    NAMES,
)
from goodfit.facts import (
    ApiCall,
    BaselineFacts,
    CrashFacts,
    ScriptFacts,
    SettingsFacts,
    SourceLine,
    Trace,
)
from goodfit.results import Severity

_TENSORFLOW = "tensorflow."
LISTED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Old:
    """A name of Keras 2 in the script: as it is told, today's, what happens ("stops", "ignored" or
    "works"), and the word by which an exception names it."""

    name: str
    today: str
    fate: str
    word: str
    where: SourceLine | None


def removed_api(
    script: ScriptFacts,
    crash: CrashFacts | None = None,
    trace: Trace | None = None,
    baselines: BaselineFacts | None = None,
    settings: SettingsFacts | None = None,
) -> Answer:
    found = list(old_names(script))
    if not found:
        return Passed(f"{len(script.calls)} calls are all spelled as Keras 3 knows them")
    guilty = [one for one in found if one.fate == "stops" and stopped_at(one, crash)]
    ignored = [one for one in found if one.fate == "ignored"]
    first = (guilty or ignored or found)[0]
    severity: Severity = "tip"
    case = first.fate if guilty or first.fate != "stops" else "unreached"
    if guilty:
        severity = "error"
    elif ignored and harm(trace, baselines, settings) is not None:
        severity = "warning"
    return Suspicion(
        case=case,
        severity=severity,
        evidence={
            "name": first.name,
            "today": first.today,
            "names": [one.name for one in found[:LISTED]],
            "lines": [one.where.line for one in found[:LISTED] if one.where],
            "count": len(found),
            "exception": crash.type if crash is not None and guilty else None,
        },
        where=place(first.where, argument=first.word),
    )


def old_names(script: ScriptFacts) -> Iterator[Old]:
    """What Keras 3 does not know as the script means it, in order of lines; each name once."""
    seen: set[str] = set()
    found = [old for call in script.imports if (old := _name(call)) is not None]
    for call in script.calls:
        old = _name(call) or _method(call)
        if old is not None:
            found.append(old)
        found.extend(_keywords(call))
    for call in script.assigned:
        found += [
            Old(
                name=f"{last[1:]} = ...",
                today=today[1:],
                fate="ignored",
                word="lr",
                where=call.where,
            )
            for last, today in ASSIGNED.items()
            if call.name.endswith(last)
        ]
    for old in sorted(found, key=lambda one: one.where.line if one.where else 0):
        if old.name not in seen:
            seen.add(old.name)
            yield old


def stopped_at(old: Old, crash: CrashFacts | None) -> bool:
    """Whether the exception is about this name: it names it, at the name's own line where both are
    known."""
    if crash is None:
        return False
    at, here = crash.where, old.where
    same = at is not None and here is not None and _same(at, here)
    named = old.word in crash.message or old.name in crash.message
    return named if at is None or here is None else same and (named or crash.type in _SAYING)


_SAYING = ("ImportError", "ModuleNotFoundError", "AttributeError")


def _same(at: SourceLine, here: SourceLine) -> bool:
    return at.line == here.line and os.path.basename(at.file) == os.path.basename(here.file)


def _plain(name: str) -> tuple[str, bool]:
    """The name as `keras` has it, and whether it was asked of TensorFlow."""
    if name.startswith(f"{_TENSORFLOW}keras"):
        return name.removeprefix(_TENSORFLOW), True
    return name, False


def _within(name: str, whole: str) -> bool:
    return name == whole or name.startswith((f"{whole}.", f"{whole}()"))


def _name(call: ApiCall) -> Old | None:
    name, of_tensorflow = _plain(call.name)
    for old, today in NAMES.items():
        if not _within(name, old):
            continue
        gone = any(_within(name, one) for one in GONE_FROM_TENSORFLOW)
        kept = any(_within(name, one) for one in KEPT_BY_TENSORFLOW)
        if of_tensorflow and kept and not gone:
            return None
        word = old.rsplit(".", 1)[-1]
        return Old(name=old, today=today, fate="stops", word=word, where=call.where)
    return None


def _method(call: ApiCall) -> Old | None:
    front, _, last = call.name.rpartition(".")
    if last not in METHODS or _plain(front)[0].startswith("keras."):
        return None
    return Old(name=f".{last}()", today=METHODS[last], fate="stops", word=last, where=call.where)


def _keywords(call: ApiCall) -> Iterator[Old]:
    name, _ = _plain(call.name)
    for (part, keyword), (today, fate) in KEYWORDS.items():
        if keyword not in call.keywords:
            continue
        if part.startswith("."):
            fits = name.endswith(part)
        elif part.endswith("."):
            fits = name.startswith(part) and not name.endswith("()")
        else:
            fits = name == part
        if fits:
            told = f"{name.rsplit('.', 1)[-1]}({keyword}=...)"
            yield Old(name=told, today=today, fate=fate, word=keyword, where=call.where)


CHECK = Check(
    code="GF226",
    name="removed-api",
    severity="error",
    function=removed_api,
    message={
        "stops": "Keras 3 does not know {name} any more, and the script stopped there "
        "({exception}).",
        "unreached": "Keras 3 does not know {name} any more; the script would stop where it gets "
        "there.",
        "ignored": "Keras 3 ignores {name}: the training is another one than the source says.",
        "works": "{name} is an old spelling that Keras 3 still takes, with a warning.",
    },
    advice={
        "stops": "In Keras 3 use {today}.",
        "unreached": "In Keras 3 use {today}.",
        "ignored": "In Keras 3 use {today}.",
        "works": "In Keras 3 use {today}.",
    },
)
