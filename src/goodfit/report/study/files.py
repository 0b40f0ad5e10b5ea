"""A study to files: whole or not at all, and never over one that exists unless told to."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Literal

from goodfit.report.study.plots import Picture
from goodfit.report.words import clean
from goodfit.report.write import write_bytes, write_text
from goodfit.results import StudyResult

Format = Literal["svg", "png"]
_ROOT = re.compile(r":root \{(.*?)\}", re.DOTALL)
_VARIABLE = re.compile(r"--([\w-]+):\s*([^;]+);")
_DRAWING = (".curve", ".grid", ".axis", "svg text")
_FONT = "font-family: system-ui, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"
_ASIDE, _LINE = 20, 22
SCALE = 2


def write_study_html(
    study: StudyResult, path: str | os.PathLike[str], *, overwrite: bool = False
) -> Path:
    """Write the study as one HTML file and return its path; folders are made as needed.

    Raises:
        FileExistsError: the file exists and `overwrite` is False.
    """
    from goodfit.report.study.html import study_html

    return write_text(study_html(study), Path(path), overwrite=overwrite)


def write_study_json(
    study: StudyResult, path: str | os.PathLike[str], *, overwrite: bool = False
) -> Path:
    """Write the study as JSON and return its path; folders are made as needed.

    Raises:
        FileExistsError: the file exists and `overwrite` is False.
    """
    from goodfit.report.study.json import study_json

    return write_text(study_json(study) + "\n", Path(path), overwrite=overwrite)


def write_study_csv(
    study: StudyResult, folder: str | os.PathLike[str], *, overwrite: bool = False
) -> tuple[Path, Path]:
    """Write trials.csv, one row a trial, and epochs.csv, one row an epoch of a trial, into
    `folder`, and return their paths; the folder is made as needed.

    Raises:
        FileExistsError: one of the files exists and `overwrite` is False.
    """
    from goodfit.report.study.tables import study_csv

    trials, epochs = Path(folder) / "trials.csv", Path(folder) / "epochs.csv"
    return (
        write_text(study_csv(study, "trials"), trials, overwrite=overwrite),
        write_text(study_csv(study, "epochs"), epochs, overwrite=overwrite),
    )


def write_plots(
    study: StudyResult,
    folder: str | os.PathLike[str],
    format: Format = "svg",  # noqa: A002
    *,
    overwrite: bool = False,
) -> tuple[Path, ...]:
    """Write every picture of the study into `folder` and return their paths; the folder is made
    as needed. Which there are, `goodfit.report.study.html.drawn` says. They are drawn on white.

    Args:
        format: "svg" or "png"; the latter at twice the size in pixels.

    Raises:
        FileExistsError: one of the files exists and `overwrite` is False.
        ModuleNotFoundError: PNG files need the package resvg-py, which is not installed.
        ValueError: `format` is neither.
    """
    from goodfit.report.study import quantities
    from goodfit.report.study.html import drawn

    if format not in ("svg", "png"):
        raise ValueError(f'format={format!r}; expected "svg" or "png"')
    written = []
    for name, picture in {**drawn(study), **quantities.files(study)}.items():
        text = standalone(picture, study.name)
        data = text.encode() if format == "svg" else _png(text)
        path = Path(folder) / f"{name}.{format}"
        written.append(write_bytes(data, path, overwrite=overwrite))
    return tuple(written)


def standalone(picture: Picture, heading: str = "") -> str:
    """A picture as an SVG file of its own: with its title, colours and legend."""
    width, top = picture.width + 2 * _ASIDE, 34
    legend, lines = _legend(picture)
    named = f"{clean(heading, 60)}: {picture.title}" if heading else picture.title
    height = picture.height + top + _LINE * lines + 20
    title = f'<text x="{_ASIDE}" y="22" class="panel">{escape(named)}</text>'
    place = f'x="{_ASIDE}" y="{top}" width="{picture.width:g}" height="{picture.height:g}"'
    inner = picture.svg.replace("<svg ", f"<svg {place} ", 1)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}"><style>svg {{ {_FONT} }}\n{_style()}</style>'
        f'<rect width="100%" height="100%" fill="#ffffff"/>{title}{inner}'
        f'<g transform="translate({_ASIDE} {picture.height + top + 14:g})">{legend}</g></svg>\n'
    )


def _legend(picture: Picture) -> tuple[str, int]:
    """The keys of a legend in lines, and how many lines there are."""
    parts, x, line = [], 0.0, 0
    for key in picture.legend:
        wide = 46 + 7.0 * len(key.words)
        if x and x + wide > picture.width:
            x, line = 0.0, line + 1
        at = _LINE * line
        parts.append(f'<path class="{key.style}" d="M{x:g} {at}h26"/>')
        parts.append(f'<text x="{x + 33:g}" y="{at + 4}">{escape(key.words)}</text>')
        x += wide
    return "".join(parts), line + 1 if picture.legend else 0


@lru_cache(maxsize=1)
def _style() -> str:
    """The rules that drawings need, in the light colours. Few programs that read SVG know CSS
    variables, so their values are written in."""
    from goodfit.report.page import style

    page, plots = style(), style("plots.css").removeprefix(style())
    colors: dict[str, str] = {}
    for sheet in (page, plots):
        root = _ROOT.search(sheet)
        colors |= dict(_VARIABLE.findall(root.group(1) if root else ""))
    rules = [line for line in page.splitlines() if line.startswith(_DRAWING)]
    rules += [line for line in plots.splitlines() if line.startswith((".", "svg"))]
    return re.sub(r"var\(--([\w-]+)\)", lambda m: colors[m.group(1)], "\n".join(rules))


def _png(text: str) -> bytes:
    try:
        import resvg_py
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "PNG files need the package resvg-py, which is not installed: "
            'pip install "goodfit[plots]"; or take format="svg"'
        ) from error
    return bytes(resvg_py.svg_to_bytes(svg_string=text, zoom=SCALE))
