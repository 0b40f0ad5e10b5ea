"""Records to strict JSON and back. Never a pickle.

JSON has no NaN or infinity, yet a diverged loss is just what has to be kept: such numbers are
written as the strings "nan", "inf" and "-inf", and read back as numbers.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


def _plain(value: object) -> object:
    """NumPy scalars and arrays inside evidence become Python's own."""
    tolist = getattr(value, "tolist", None)
    if tolist is not None:
        return tolist()
    raise TypeError(f"cannot write {type(value).__name__} as JSON")


def _strict(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {str(key): _strict(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_strict(item) for item in value]
    return value


def to_plain(record: object) -> Any:
    """A record as dicts, lists, strings and finite numbers."""
    return _strict(msgspec.to_builtins(record, enc_hook=_plain, str_keys=True))


def encode(record: object, *, indent: int | None = None) -> str:
    """A record as strict JSON text, on one line unless `indent` is given."""
    return json.dumps(to_plain(record), ensure_ascii=False, allow_nan=False, indent=indent)


def from_plain(data: Any, kind: type[T]) -> T:
    """The record of type `kind` that `to_plain` turned into `data`.

    Raises:
        ValueError: the data do not fit the record; the message names the field.
    """
    try:
        return msgspec.convert(data, kind, strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(f"not a {kind.__name__} as goodfit writes it: {error}") from error


def decode(text: str | bytes, kind: type[T]) -> T:
    """The record of type `kind` written in JSON `text`.

    Raises:
        ValueError: the text is not JSON, or does not fit the record.
    """
    return from_plain(json.loads(text), kind)
