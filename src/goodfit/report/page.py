"""What the HTML pages share: templates that escape, one style sheet, one script that may run."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

import jinja2

from goodfit.report.words import clean, number, sentence

FOLDER = Path(__file__).parent


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """The templates of this package."""
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters.update(clean=clean, sentence=sentence, number=number, data=_data)
    return found


@lru_cache(maxsize=4)
def style(*more: str) -> str:
    """The style sheet, with those of the names `more` behind it."""
    names = ("page.css", *more)
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in names)


def assets(*more: str) -> dict[str, str]:
    """What every template writes into its head and foot: the style sheet (see `style`), the script,
    and the policy that lets only this script run."""
    script = (FOLDER / "page.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return {"style": style(*more), "script": script, "policy": f"'sha256-{digest}'"}


def _data(value: Any) -> str:
    """JSON for a script element: no "<" that could end it."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def frame(page: str, title: str, height: int) -> str:
    """A page as a frame of its own in a notebook, so that neither the notebook's styles nor the
    page's reach the other."""
    return (
        f'<iframe title="{escape(title)}" sandbox="allow-scripts" '
        f'srcdoc="{escape(page, quote=True)}" '
        f'style="width:100%;height:{height}px;border:0;resize:vertical"></iframe>'
    )
