"""Write docs/checks/: a page for every check, from its docstring and its thresholds.

    python docs/make_checks.py

Run it after changing a check; a test compares the pages with what this would write.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path

from goodfit.checks import CHECKS, Check
from goodfit.checks.check import Threshold
from goodfit.checks.rank import CAUSES
from goodfit.report.explain import sections

FOLDER = Path(__file__).parent / "checks"
GROUPS = {
    "1": "Data and split",
    "2": "Model and settings",
    "3": "Training",
    "4": "Generalisation",
    "5": "Evaluation",
    "6": "Crashes",
}


def file_name(check: Check) -> str:
    return f"{check.code}-{check.name}.md"


def _link(code: str) -> str:
    found = next((check for check in CHECKS if check.code == code), None)
    return f"[{code} {found.name}]({file_name(found)})" if found else code


def _thresholds(check: Check) -> list[str]:
    names = vars(inspect.getmodule(check.function))
    found = [(name, value) for name, value in names.items() if isinstance(value, Threshold)]
    if not found:
        return []
    rows = [f"| `{name}` | {value.value:g} | {value.source} |" for name, value in found]
    return ["## Thresholds", "", "| name | value | source |", "|---|---|---|", *rows, ""]


def _relations(check: Check) -> list[str]:
    lines = []
    explained = CAUSES.get(check.code, ())
    causes = [code for code, codes in CAUSES.items() if check.code in codes]
    if explained:
        lines.append(f"Explains: {', '.join(_link(code) for code in explained)}.")
    if causes:
        lines.append(f"May be because of: {', '.join(_link(code) for code in causes)}.")
    return ["## Causes and consequences", "", "  \n".join(lines), ""] if lines else []


def page(check: Check) -> str:
    """One check's page as Markdown."""
    title, parts = sections(check.doc)
    lines = [f"# {check.code} {check.name}", "", f"*{check.severity}*: {title}", ""]
    for heading, body in parts:
        lines += [f"## {heading}", "", body[:1].upper() + body[1:], ""]
    lines += [*_thresholds(check), *_relations(check)]
    return "\n".join(lines).rstrip() + "\n"


def index() -> str:
    """The list of all checks as Markdown."""
    lines = [
        "# What goodfit looks for",
        "",
        "Made from the checks themselves by `make docs`; `goodfit explain CODE` shows the same.",
    ]
    for digit, group in GROUPS.items():
        lines += ["", f"## {group}", "", "| check | level | sees |", "|---|---|---|"]
        lines += [
            f"| {_link(check.code)} | {check.severity} | {sections(check.doc)[0]} |"
            for check in CHECKS
            if check.code[2] == digit
        ]
    return "\n".join(lines) + "\n"


def pages() -> Mapping[str, str]:
    """All pages by file name."""
    return {"README.md": index(), **{file_name(check): page(check) for check in CHECKS}}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    wanted = pages()
    for old in FOLDER.glob("*.md"):
        if old.name not in wanted:
            old.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
