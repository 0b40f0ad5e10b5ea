"""What every kind of fact is made of."""

from __future__ import annotations

from dataclasses import dataclass

Shape = tuple[int | None, ...]
Scalar = bool | int | float | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """The line of the user's own code that made something."""

    file: str
    line: int
    text: str = ""
