from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest
import samples

import goodfit.report
from goodfit.report import from_json, to_html, to_json, write_html, write_json


def test_files_hold_the_report(tmp_path: Path) -> None:
    report = samples.overfitting()
    page = write_html(report, tmp_path / "new" / "report.html")
    data = write_json(report, str(tmp_path / "report.json"))
    assert page.read_text(encoding="utf-8") == to_html(report)
    assert to_json(from_json(data.read_bytes())) == to_json(report)
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == ["report.html", "report.json"]


def test_a_report_that_exists_is_not_overwritten_silently(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("mine")
    with pytest.raises(FileExistsError, match=r"report\.html exists already"):
        write_html(samples.empty(), path)
    assert path.read_text() == "mine"
    write_html(samples.empty(), path, overwrite=True)
    assert path.read_text(encoding="utf-8") == to_html(samples.empty())


def test_half_characters_can_be_written(tmp_path: Path) -> None:
    report = dataclasses.replace(samples.empty(), notes=("caf\udce9",), keras="\udce9")
    assert write_html(report, tmp_path / "r.html").exists()
    assert write_json(report, tmp_path / "r.json").exists()


def test_the_public_names_exist_and_are_sorted() -> None:
    assert goodfit.report.__all__ == sorted(goodfit.report.__all__)
    for name in goodfit.report.__all__:
        assert getattr(goodfit.report, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        goodfit.report.nothing  # noqa: B018


def test_importing_the_package_loads_neither_rich_nor_jinja_nor_keras() -> None:
    code = (
        "import sys, goodfit.report\n"
        "from goodfit.report.explain import explain\n"
        "explain('', 'GF401', 'overfitting', 'tip')\n"
        "print([m for m in ('rich', 'jinja2', 'keras', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
