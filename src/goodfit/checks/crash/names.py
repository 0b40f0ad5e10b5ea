"""The name that an exception is about, read from its text, and the one that was meant. Not a check.

`tensorflow.keras` calls its modules "keras._tf_keras.keras...", others "keras.api..."; all become
"keras...".
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from goodfit.checks.crash.keras_names import ARGUMENTS, IDENTIFIERS, MEMBERS, METHODS
from goodfit.facts import CrashFacts

Kind = Literal["member", "module", "attribute", "argument", "identifier", "layer name"]
CLOSE = 0.6  # difflib's own default for a close match
MOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A name that was not known. `owner` is what should have had it: the module, the object's
    class, the call (".fit" for a model's method, else the class) or what the string should have
    named; `known` is what the exception itself lists; `value` that of an argument, as printed."""

    kind: Kind
    owner: str
    name: str
    known: tuple[str, ...] = ()
    value: str = ""


_MODULE = re.compile(r"^(?:tensorflow\.(?:python\.)?keras|keras\._tf_keras\.keras|keras\.api)\b")
_IMPORT = re.compile(r"cannot import name '(\w+)' from '([\w.]+)'")
_MEMBER = re.compile(r"module '([\w.]+)' has no attribute '(\w+)'")
_NO_MODULE = re.compile(r"No module named '([\w.]+)'")
_ATTRIBUTE = re.compile(r"'(\w+)' object has no attribute '(\w+)'")
_KEYWORD = re.compile(r"(\w+)\.(\w+)\(\) got an unexpected keyword argument '(\w+)'")
_UNRECOGNIZED = re.compile(
    r"(?:Unrecognized keyword arguments passed to (\w+): "
    r"|Argument\(s\) not recognized: ?)\{'(\w+)': (.*?)(?:, '\w+':|\})",
    re.DOTALL,
)
_IDENTIFIER = re.compile(r"Could not interpret ([a-z ]+?) identifier: (.+)", re.DOTALL)
_LAYER = re.compile(r"No such layer: (\S+)\. Existing layers are: (\[.*?\])", re.DOTALL)


def plain(module: str) -> str:
    """The module as `keras` calls it."""
    return _MODULE.sub("keras", module)


def unknown(crash: CrashFacts) -> Unknown | None:
    """The name that Keras did not know, or None where the exception is of another kind."""
    text = crash.message
    if (found := _IMPORT.search(text)) is not None:
        return _member(plain(found[2]), found[1])
    if (found := _MEMBER.search(text)) is not None:
        return _member(plain(found[1]), found[2])
    if (found := _NO_MODULE.search(text)) is not None:
        module = plain(found[1])
        if not module.startswith("keras."):
            return None
        owner, _, name = module.rpartition(".")
        return Unknown(kind="module", owner=owner, name=name)
    if (found := _ATTRIBUTE.search(text)) is not None:
        return Unknown(kind="attribute", owner=found[1], name=found[2])
    return _argument(text) or _string(text)


def _member(module: str, name: str) -> Unknown | None:
    if module != "keras" and not module.startswith("keras."):
        return None
    return Unknown(kind="member", owner=module, name=name)


def _argument(text: str) -> Unknown | None:
    if (found := _KEYWORD.search(text)) is not None:
        owner = found[1] if found[2] == "__init__" else f".{found[2]}"
        return Unknown(kind="argument", owner=owner, name=found[3])
    if (found := _UNRECOGNIZED.search(text)) is not None:
        owner = found[1] or "the optimizer"
        return Unknown(kind="argument", owner=owner, name=found[2], value=found[3])
    return None


def _string(text: str) -> Unknown | None:
    if (found := _IDENTIFIER.search(text)) is not None:
        name = found[2].splitlines()[0].strip().strip("'\"")
        return Unknown(kind="identifier", owner=found[1], name=name)
    if (found := _LAYER.search(text)) is not None:
        known = tuple(re.findall(r"'([^']+)'", found[2]))
        return Unknown(kind="layer name", owner="the model", name=found[1], known=known)
    return None


def candidates(one: Unknown) -> Sequence[str]:
    """The names that could stand there."""
    if one.known:
        return one.known
    if one.kind == "identifier":
        return IDENTIFIERS.get(one.owner, ())
    if one.kind in ("member", "module"):
        return MEMBERS.get(one.owner, ())
    if one.kind == "attribute":
        return METHODS
    if one.owner.startswith("."):
        return ARGUMENTS.get(one.owner, ())
    if one.owner == "the optimizer" or one.owner in MEMBERS["keras.optimizers"]:
        return ARGUMENTS["optimizer"]
    if one.owner in MEMBERS["keras.callbacks"]:
        return ARGUMENTS["callback"]
    return ARGUMENTS["layer"] if one.owner in MEMBERS["keras.layers"] else ()


def nearest(name: str, known: Sequence[str]) -> tuple[str, ...]:
    """The known names most like this one, the best first, whatever the case of their letters."""
    plainly = {word.lower().replace("_", ""): word for word in reversed(known)}
    wanted = name.lower().replace("_", "").replace("-", "").replace(" ", "")
    close = difflib.get_close_matches(wanted, list(plainly), n=MOST, cutoff=CLOSE)
    return tuple(plainly[word] for word in close)
