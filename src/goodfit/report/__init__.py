"""Results to text. Every renderer is a function of one `goodfit.results.Report` or `StudyResult`.

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
    from goodfit.report.study.files import (
        write_plots,
        write_study_csv,
        write_study_html,
        write_study_json,
    )
    from goodfit.report.study.html import study_html, study_notebook
    from goodfit.report.study.json import study_from_json, study_json, study_schema
    from goodfit.report.study.tables import study_csv, study_frame
    from goodfit.report.study.terminal import study_terminal, study_text
    from goodfit.report.tensorboard import write_tensorboard
    from goodfit.report.terminal import to_terminal, to_text
    from goodfit.report.write import write_html, write_json

__all__ = [
    "SCHEMA",
    "from_json",
    "schema",
    "study_csv",
    "study_frame",
    "study_from_json",
    "study_html",
    "study_json",
    "study_notebook",
    "study_schema",
    "study_terminal",
    "study_text",
    "to_html",
    "to_json",
    "to_notebook",
    "to_terminal",
    "to_text",
    "write_html",
    "write_json",
    "write_plots",
    "write_study_csv",
    "write_study_html",
    "write_study_json",
    "write_tensorboard",
]

_HOME = {
    "SCHEMA": "json",
    "from_json": "json",
    "schema": "json",
    "study_csv": "study.tables",
    "study_frame": "study.tables",
    "study_from_json": "study.json",
    "study_html": "study.html",
    "study_json": "study.json",
    "study_notebook": "study.html",
    "study_schema": "study.json",
    "study_terminal": "study.terminal",
    "study_text": "study.terminal",
    "to_html": "html",
    "to_json": "json",
    "to_notebook": "html",
    "to_terminal": "terminal",
    "to_text": "terminal",
    "write_html": "write",
    "write_json": "write",
    "write_plots": "study.files",
    "write_study_csv": "study.files",
    "write_study_html": "study.files",
    "write_study_json": "study.files",
    "write_tensorboard": "tensorboard",
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
