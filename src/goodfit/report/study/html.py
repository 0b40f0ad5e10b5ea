"""A study as one HTML file that loads nothing, and as a frame for notebooks."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from goodfit.report.page import assets, environment, frame
from goodfit.report.study import curves, plots, quantities, summary, tables
from goodfit.report.study.effects import effects
from goodfit.report.study.verdict import verdict, warnings
from goodfit.report.words import clean, duration, sentence
from goodfit.results import StudyResult

ARMS = 60
TRIALS = 1000
SHADED = 5  # more arms in one frame hide each other's bands, and get a panel each


def study_html(study: StudyResult, more: Sequence[tuple[str, plots.Picture]] = ()) -> str:
    """The whole study as one self-contained HTML page; `more` adds pictures with their headings,
    such as a capacity curve."""
    return _page(study, more, brief=False)


def study_notebook(study: StudyResult) -> str:
    """Verdict, arms, effects and curves as an HTML fragment for a notebook: a frame of its own."""
    height = min(900, 640 + 30 * len(study.arms))
    return frame(_page(study, (), brief=True), "goodfit study", height)


def _page(study: StudyResult, more: Sequence[tuple[str, plots.Picture]], *, brief: bool) -> str:
    pictures = drawn(study)
    return (
        environment()
        .get_template("study.html.j2")
        .render(
            **assets("plots.css", "study.css"),
            brief=brief,
            name=clean(study.name, 80),
            verdict=verdict(study),
            setting=summary.setting(study),
            warnings=warnings(study),
            measure=study.protocol.measure,
            recall=summary.recall_words(study),
            rows=summary.rows(study)[:ARMS],
            hidden=max(0, len(study.arms) - ARMS),
            effects=pictures.get("effects"),
            losses=pictures.get("loss"),
            panels=pictures.get("arms"),
            scores=pictures.get("score"),
            rates=pictures.get("learning-rate"),
            more=[
                (clean(title, 200), picture)
                for title, picture in (*more, *quantities.pictures(study))
            ],
            trials=tables.trial_table(study, TRIALS),
            notes=[sentence(note, 600) for note in study.notes[:50]],
            seconds=duration(study.seconds),
            made_by=summary.made_by(study),
        )
    )


def drawn(study: StudyResult) -> dict[str, plots.Picture]:
    """Every picture of a study by its name: effects, loss, arms (a panel for each, where one frame
    would hold too many), score, learning-rate. Those with nothing to show are left out, and so are
    arms beyond the first `ARMS`."""
    study = dataclasses.replace(study, arms=study.arms[:ARMS])
    losses = curves.losses(study)
    many = len({curve.arm for curve in losses}) > SHADED
    measure = study.protocol.measure
    score = "score (minus the loss)" if measure == "loss" else measure
    loss = "loss with classes alike" if measure == "balanced accuracy" else "honest loss"
    found = {
        "effects": effects(study),
        "loss": plots.curves(loss, losses, bands=not many),
        "arms": plots.panels(loss, losses) if many else None,
        "score": plots.curves(score, curves.scores(study)),
        "learning-rate": plots.curves("learning rate", curves.learning_rates(study), bands=False),
    }
    return {name: picture for name, picture in found.items() if picture is not None}
