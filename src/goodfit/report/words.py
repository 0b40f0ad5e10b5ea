"""Numbers, places and strangers' text as a reader should see them; shared by all renderers.

Whatever comes from the user's program (names, messages, file names) passes through `clean` before
it is shown: it could hold escape sequences that repaint a terminal or text that reads backwards.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from goodfit.facts import Shape

UNKNOWN = "–"
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_PLAIN = str.maketrans(
    {
        "±": "+/-",
        "×": "x",
        "·": "-",
        "–": "-",
        "—": "-",
        "−": "-",
        "…": "...",
        "→": "->",
        "≤": "<=",
        "≥": ">=",
        "≈": "~",
        "²": "^2",
        "‖": "||",
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
        "\N{NO-BREAK SPACE}": " ",
    }
)


def clean(text: object, limit: int = 2000) -> str:
    """`text` on one line, without control, invisible and direction-changing characters (shown as
    their escapes), cut after `limit` characters."""
    line = re.sub(r"[ \t\r\n\v\f]+", " ", str(text)[: 2 * limit]).strip()
    line = _HIDDEN.sub(_visible, line)
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _visible(match: re.Match[str]) -> str:
    point = ord(match.group())
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}"


def ascii_only(text: str) -> str:
    """`text` for a terminal that knows ASCII only; what has no plain spelling is escaped."""
    return text.translate(_PLAIN).encode("ascii", "backslashreplace").decode("ascii")


def number(value: float | None) -> str:
    """Three significant figures, thousands apart: 0.0523, 12.1, 1,234, 1.2e-07."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not math.isfinite(value):
        return str(value)
    if isinstance(value, int) or (value == round(value) and abs(value) < 1e6):
        return f"{int(value):,}"
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e6 else f"{value:.3g}"


def give_or_take(middle: float, error: float | None) -> str:
    """ "0.83 ± 0.03"; the middle alone where its error says nothing."""
    if error is None or not math.isfinite(error) or not math.isfinite(middle):
        return number(middle)
    return f"{number(middle)} ± {number(error)}"


def percent(share: float | None) -> str:
    """A share in [0, 1] as "93 %"."""
    if share is None:
        return UNKNOWN
    if not math.isfinite(share):
        return str(share)
    return "< 1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"


def duration(seconds: float) -> str:
    """Seconds as "0.3 s", "14 s", "3 min 5 s" or "2 h 7 min"."""
    if not math.isfinite(seconds):
        return str(seconds)
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def count(many: int, what: str) -> str:
    """ "1 row", "1,200 rows"."""
    return f"{many:,} {what}" + ("" if many == 1 else "s")


def shape(axes: Shape) -> str:
    """ "28 × 28 × 1"; "?" is an axis of unknown length."""
    return " × ".join("?" if axis is None else str(axis) for axis in axes) or "scalar"


def value(item: Any, limit: int = 200) -> str:
    """One piece of evidence as text: numbers short, long lists and strings cut."""
    if item is None or isinstance(item, (bool, int, float)):
        return number(item)
    if isinstance(item, Mapping):
        parts = [f"{clean(key, 60)}: {value(entry, 60)}" for key, entry in list(item.items())[:8]]
    elif isinstance(item, (list, tuple)):
        parts = [value(entry, 60) for entry in item[:8]]
    elif hasattr(item, "tolist"):
        return value(item.tolist(), limit)
    else:
        return clean(item, limit)
    if len(item) > 8:
        parts.append(f"… ({len(item):,} in all)")
    return ", ".join(parts) or "none"


def short_path(file: str, script: str | None) -> str:
    """`file` as the user thinks of it: as the script was named, else beside the script, else its
    last two parts."""
    path = PurePath(file)
    if script:
        told = PurePath(script)
        if path.parts[-len(told.parts) :] == told.parts:
            return clean(told.name if told.is_absolute() else told)
        if told.is_absolute() and path.is_relative_to(told.parent):
            return clean(path.relative_to(told.parent))
    if path.is_absolute() and len(path.parts) > 3:
        return clean("…/" + "/".join(path.parts[-2:]))
    return clean(path)


def sentence(text: object, limit: int = 2000) -> str:
    """Cleaned text that begins with a capital letter."""
    line = clean(text, limit)
    return line[:1].upper() + line[1:]
