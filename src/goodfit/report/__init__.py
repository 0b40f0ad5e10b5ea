"""Results to text. Every renderer is a function of one `goodfit.results.Report`.

Names load on first use, so that importing this package loads neither Rich nor Jinja. How a check
is explained stands in `goodfit.report.explain`.

>>> from goodfit.report import to_text
>>> print(to_text(report))  # doctest: +SKIP
Verdict: overfitting (confidence 93 %)
...
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from goodfit.report.html import to_html, to_notebook
    from goodfit.report.json import SCHEMA, from_json, schema, to_json
    from goodfit.report.terminal import to_terminal, to_text
    from goodfit.report.write import write_html, write_json

__all__ = [
    "SCHEMA",
    "from_json",
    "schema",
    "to_html",
    "to_json",
    "to_notebook",
    "to_terminal",
    "to_text",
    "write_html",
    "write_json",
]

_HOME = {
    "SCHEMA": "json",
    "from_json": "json",
    "schema": "json",
    "to_html": "html",
    "to_json": "json",
    "to_notebook": "html",
    "to_terminal": "terminal",
    "to_text": "terminal",
    "write_html": "write",
    "write_json": "write",
}


def __getattr__(name: str) -> Any:
    """Load a public name on first use."""
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'goodfit.report' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"goodfit.report.{home}"), name)


def __dir__() -> list[str]:
    return __all__
