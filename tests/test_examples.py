"""Every script in examples/ under `goodfit run`: what it finds, its verdict, and its exit code."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from told import ROOT, tell

HIGGS = Path(os.environ.get("GOODFIT_DATA", ROOT.parent / "shared" / "data"))
NO_HIGGS = f"there is no higgs_train_10k.csv.gz in {HIGGS}; name its folder in GOODFIT_DATA"


@dataclass(frozen=True)
class Expected:
    """`first` is the code of the best finding, `also` are codes anywhere among them."""

    script: str
    verdict: str
    code: int
    first: str
    also: tuple[str, ...] = ()


ILL = [
    Expected("missing_channel_axis", "broken training", 3, "GF126", also=("GF601",)),
    Expected("softmax_two_units_binary", "broken training", 3, "GF201", also=("GF601", "GF109")),
    Expected("no_signal", "data problem", 0, "GF113"),
    Expected("no_signal_regularised", "data problem", 0, "GF113"),
    Expected("unscaled_images", "data problem", 1, "GF127"),
]
HEALTHY = ["healthy_classifier", "healthy_regression"]
# What may be said of each size. How much is probed depends on how busy the machine is, so the large
# one, whose validation rows neither gain nor clearly lose, may also end in "cannot tell".
SIZES = {
    "tiny": ["good fit"],
    "small": ["good fit"],
    "medium": ["good fit"],
    "large": ["close to overfitting", "overfitting", "cannot tell"],
}


def test_every_example_is_expected_to_say_something() -> None:
    scripts = {path.stem for path in (ROOT / "examples").glob("*.py")}
    assert scripts == {each.script for each in ILL} | {*HEALTHY, "higgs"}


def test_no_example_knows_goodfit_and_each_is_short() -> None:
    for path in (ROOT / "examples").glob("*.py"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert not [line for line in lines if "import goodfit" in line or "from goodfit" in line]
        assert len(lines) < 60, path


def test_the_readme_names_every_example_and_what_goodfit_says_of_it() -> None:
    readme = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    rows = {line.split("`")[1]: line for line in readme.splitlines() if line.startswith("| `")}
    assert {name.split(".py")[0] for name in rows} == {
        path.stem for path in (ROOT / "examples").glob("*.py")
    }
    for each in ILL:
        for word in (each.verdict, each.first, *each.also):
            assert word in rows[f"{each.script}.py"]


@pytest.mark.backend
@pytest.mark.script
@pytest.mark.parametrize("expected", ILL, ids=lambda each: each.script)
def test_an_ill_example_is_seen_through(expected: Expected, tmp_path: Path) -> None:
    told = tell(f"examples/{expected.script}.py", folder=tmp_path)

    assert told.codes[0] == expected.first
    assert set(expected.also) <= set(told.codes)
    assert told.verdict == expected.verdict
    assert told.code == expected.code
    best = told.report["findings"][0]
    assert best["where"]["file"].endswith(f"{expected.script}.py")
    assert best["where"]["line"] > 0


@pytest.mark.backend
@pytest.mark.script
@pytest.mark.parametrize("script", HEALTHY)
def test_a_healthy_example_passes_in_silence(script: str, tmp_path: Path) -> None:
    told = tell(f"examples/{script}.py", folder=tmp_path)

    assert told.codes == []
    assert told.verdict == "good fit"
    assert told.code == 0


@pytest.mark.script
@pytest.mark.skipif(not (HIGGS / "higgs_train_10k.csv.gz").exists(), reason=NO_HIGGS)
@pytest.mark.parametrize("size", SIZES)
def test_four_sizes_on_higgs(size: str, tmp_path: Path) -> None:
    told = tell("examples/higgs.py", "--size", size, str(HIGGS.resolve()), folder=tmp_path)

    assert told.verdict in SIZES[size], told.report["verdict"]
    assert told.code == 0
    if told.verdict != "overfitting":
        assert told.complaints == []
