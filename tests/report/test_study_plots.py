"""Pictures of studies; refresh the snapshots with GOODFIT_UPDATE=1."""

from __future__ import annotations

import dataclasses
import math
import os
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import study_samples

from goodfit.report import write_plots
from goodfit.report.axes import Axis
from goodfit.report.study import curves, plots
from goodfit.report.study.effects import effects
from goodfit.report.study.html import drawn
from goodfit.report.study.points import Mark, Series, points
from goodfit.results import Arm, TrialEpoch

SNAPSHOTS = Path(__file__).parent / "snapshots" / "study"


@pytest.mark.parametrize("name", ["effects", "loss"])
def test_snapshot(name: str) -> None:
    text = drawn(study_samples.usual())[name].svg.replace("><", ">\n<") + "\n"
    file = SNAPSHOTS / f"{name}.svg"
    if os.environ.get("GOODFIT_UPDATE"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8"), "GOODFIT_UPDATE=1 refreshes; look at them"


def _trial(seed: int, *losses: float | None):  # type: ignore[no-untyped-def]
    epochs = tuple(TrialEpoch(index=i, validation_loss=v) for i, v in enumerate(losses))
    return dataclasses.replace(study_samples.trial("a", seed), epochs=epochs)


def test_a_curve_is_the_mean_of_the_seeds_with_their_band() -> None:
    arm = Arm(name="a", trials=(_trial(0, 1.0, 0.5), _trial(1, 2.0, 0.7)))
    study = dataclasses.replace(study_samples.usual(), arms=(arm,))
    found = curves.losses(study)
    assert [curve.role for curve in found] == ["validation"]
    assert found[0].band == ((1.0, 1.5, 1.0, 2.0), (2.0, pytest.approx(0.6), 0.5, 0.7))


def test_a_curve_ends_where_fewer_than_half_of_the_seeds_are_left() -> None:
    trials = (_trial(0, 1.0), _trial(1, 1.0, 0.9), _trial(2, 1.0, 0.9, 0.1))
    study = dataclasses.replace(study_samples.usual(), arms=(Arm(name="a", trials=trials),))
    assert [point[0] for point in curves.losses(study)[0].band] == [1.0, 2.0]


def test_what_is_not_finite_is_no_part_of_a_mean() -> None:
    trials = (_trial(0, 1.0, math.inf), _trial(1, 2.0, 1.0), _trial(2, math.nan, 1.0))
    study = dataclasses.replace(study_samples.usual(), arms=(Arm(name="a", trials=trials),))
    assert [point[1] for point in curves.losses(study)[0].band] == [1.5, 1.0]


def test_learning_rates_are_shown_only_where_they_differ() -> None:
    assert curves.learning_rates(study_samples.usual())
    assert curves.learning_rates(study_samples.unsure()) == ()


def test_training_is_solid_and_validation_dashed_in_every_arm() -> None:
    svg = drawn(study_samples.usual())["loss"].svg
    lines = re.findall(r'class="curve arm c(\d+) (\w+)" data-arm="(\d+)"', svg)
    assert lines == [(str(a), role, str(a)) for a in range(4) for role in ("train", "validation")]
    assert svg.count('class="band') == 8


@pytest.mark.parametrize("name", study_samples.STUDIES)
def test_every_picture_is_xml_inside_its_frame(name: str) -> None:
    for picture in drawn(study_samples.STUDIES[name]()).values():
        ET.fromstring(picture.svg)
        assert "nan" not in re.sub(r'aria-label="[^"]*"|>[^<]*<', "", picture.svg)
        assert "inf" not in re.sub(r'aria-label="[^"]*"|>[^<]*<', "", picture.svg)
        for path in re.findall(r'<path class="curve[^"]*"[^>]* d="([^"]*)"', picture.svg):
            for x, y in re.findall(r"[ML]([-\d.e+]+) ([-\d.e+]+)", path):
                assert 0 <= float(x) <= picture.width
                assert 0 <= float(y) <= picture.height


def test_nothing_to_draw_is_no_picture() -> None:
    assert plots.curves("loss", ()) is None
    assert plots.panels("loss", ()) is None
    assert drawn(study_samples.empty()) == {}


def test_effects_stand_about_zero_and_the_winner_twice() -> None:
    picture = effects(study_samples.usual())
    assert picture is not None
    names = re.findall(r'class="name"[^>]*>([^<]*)<', picture.svg)
    assert names == ["dropout + l2", "confirmed on other rows", "learning-rate x10", "decay"]
    zero = float(re.findall(r'class="axis" d="M([\d.]+)', picture.svg)[0])
    dots = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"', picture.svg)]
    assert [dot > zero for dot in dots] == [True, True, False, False]
    kinds = re.findall(r'class="effect (\w+)"', picture.svg)
    assert kinds == ["good", "good", "unsure", "bad"]


def test_arms_that_begin_alike_are_told_apart() -> None:
    study = study_samples.usual()
    names = ["augmentation:kind=shift+dropout", "augmentation:kind=shift+dropout+more-capacity"]
    arms = [dataclasses.replace(study.arms[1], name=name) for name in names]
    picture = effects(dataclasses.replace(study, arms=(study.arms[0], *arms), winner=""))
    assert picture is not None
    shown = re.findall(r'class="name"[^>]*>([^<]*)<', picture.svg)
    assert shown == ["augmentation:kind=shift", "+dropout", "augmentation:kind=shift",
                     "+dropout+more-capacity"]  # fmt: skip


def test_a_wild_effect_does_not_flatten_the_others() -> None:
    study = study_samples.usual()
    wild = dataclasses.replace(study.arms[3], choosing=study_samples.effect(-50.0, 5.0, "harms"))
    calm = drawn(study)["effects"].svg
    picture = drawn(dataclasses.replace(study, arms=(*study.arms[:3], wild)))["effects"].svg
    spans = [
        [float(b) - float(a) for a, b in re.findall(r'class="span" d="M([\d.]+) \d+H([\d.]+)', svg)]
        for svg in (calm, picture)
    ]
    assert spans[1][0] > 0.1 * spans[0][0]


def test_an_effect_without_an_interval_is_open() -> None:
    picture = effects(study_samples.unsure())
    assert picture is not None
    assert picture.svg.count('class="span open"') == 1


def test_points_have_intervals_and_a_forecast_ahead_of_the_last() -> None:
    marks = tuple(Mark(x=10.0**i, y=0.5 + 0.1 * i, low=0.45, high=0.9) for i in range(1, 4))
    picture = points(
        "accuracy",
        "rows <n>",
        [
            Series(name="training", role="train", marks=marks),
            Series(name="validation", role="validation", marks=(*marks, Mark(x=0, y=math.nan))),
        ],
        forecast=Mark(x=10_000, y=0.85, low=0.8, high=0.9),
    )
    assert picture is not None
    ET.fromstring(picture.svg)
    assert picture.svg.count("<circle") == 7
    assert "rows &lt;n&gt;" in picture.svg
    assert [key.words for key in picture.legend] == ["training", "validation", "forecast"]
    at = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"', picture.svg)]
    assert at[1] - at[0] == pytest.approx(at[2] - at[1], abs=0.2)  # a logarithmic axis
    assert at[-1] > max(at[:-1])


def test_points_without_numbers_are_no_picture() -> None:
    assert points("a", "b", []) is None
    assert (
        points("a", "b", [Series(name="s", role="train", marks=(Mark(x=1, y=math.nan),))]) is None
    )


@pytest.mark.parametrize(
    ("axis", "expected"),
    [
        (Axis(1, 60, 0, 100, "epochs"), [1, 2, 5, 10, 20, 50]),
        (Axis(0, 60, 0, 100, "epochs"), [1, 2, 5, 10, 20, 50]),
        (Axis(100, 3000, 0, 100, "log"), [100, 200, 500, 1000, 2000]),
        (Axis(1, 1e12, 0, 100, "log"), [1, 100, 1e4, 1e6, 1e8, 1e10, 1e12]),
    ],
)
def test_logarithmic_axes_have_few_round_ticks(axis: Axis, expected: list[float]) -> None:
    assert axis.ticks() == pytest.approx(expected)
    assert axis.at(axis.low) == 0
    assert axis.at(axis.high) == 100


def test_files_stand_alone(tmp_path: Path) -> None:
    paths = write_plots(study_samples.hostile(), tmp_path / "new")
    assert [path.name for path in paths] == [
        "effects.svg",
        "loss.svg",
        "score.svg",
        "learning-rate.svg",
    ]
    for path in paths:
        text = path.read_text(encoding="utf-8")
        root = ET.fromstring(text)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert "var(" not in text
        assert not [e for e in root.iter() if e.tag.endswith(("script", "img"))]
    with pytest.raises(FileExistsError, match=r"effects\.svg exists already"):
        write_plots(study_samples.usual(), tmp_path / "new")


def test_png_files_are_pictures(tmp_path: Path) -> None:
    pytest.importorskip("resvg_py")
    paths = write_plots(study_samples.usual(), tmp_path, "png")
    assert len(paths) == 4
    for path in paths:
        data = path.read_bytes()
        assert data.startswith(b"\x89PNG")
        assert int.from_bytes(data[16:20], "big") == 2 * (plots.WIDTH + 40)


def test_another_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match='expected "svg" or "png"'):
        write_plots(study_samples.usual(), tmp_path, "pdf")  # type: ignore[arg-type]
