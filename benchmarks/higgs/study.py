"""The overfit-and-underfit study: which network, which cure, and which differences are real.

    python benchmarks/higgs/study.py [--patience 10] [--seeds 5] [--arms seven|fast|all] [--out DIR]

Every arm under every seed, early stopping on the unpenalised validation cross-entropy with the best
weights restored. A dot is an epoch, a line a hundred. The same command again goes on where it was
interrupted. Writes the table, the page and the curves to the folder.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from arms import BATCH, FAST, NETWORKS, SEVEN, compiled, data, data_folder

CHOICES = {"seven": SEVEN, "fast": FAST, "all": tuple(NETWORKS)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patience", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=10_000)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--arms", choices=sorted(CHOICES), default="all")
    parser.add_argument("--workers", type=int)
    parser.add_argument("--data")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    import keras

    from goodfit.observe.recipes.observed import observed
    from goodfit.report import study_text, write_plots, write_study_csv, write_study_html
    from goodfit.results import Protocol, StudyResult
    from goodfit.study.engines.processes import Processes
    from goodfit.study.run import Progress, Proposal, run
    from goodfit.study.store import Store

    train, held, test = data(data_folder(given.data))
    told = {
        "x": train.x,
        "y": train.y,
        "validation_data": (held.x, held.y),
        "batch_size": BATCH,
        "epochs": given.epochs,
    }
    names = CHOICES[given.arms]
    arms = [
        Proposal(
            name=name,
            recipe=observed(compiled(NETWORKS[name]), told).recipe(test=(test.x, test.y)),
        )
        for name in names
    ]
    protocol = Protocol(
        seeds=tuple(range(given.seeds)),
        epochs=given.epochs,
        patience=given.patience,
        measure="loss",
        choosing_share=1.0,
    )
    folder = given.out or Path(".goodfit") / "higgs" / f"{given.arms}-patience-{given.patience}"
    folder.mkdir(parents=True, exist_ok=True)
    dots = 0

    def tell(progress: Progress) -> None:
        nonlocal dots
        if progress.epoch is not None:
            dots += 1
            end = "\n" if dots % 100 == 0 else ""
            print(".", end=end, file=sys.stderr, flush=True)
        else:
            left = progress.seconds_left
            about = f", about {left:.0f} s left" if left is not None else ""
            print(f"\n{progress.done}/{progress.total}{about}", file=sys.stderr, flush=True)

    started = time.perf_counter()
    with (
        Store(folder, protocol, backend=keras.config.backend()) as store,
        Processes(folder, protocol, workers=given.workers) as engine,
    ):
        ran = run(arms, protocol, engine, store, on_progress=tell)
    seconds = time.perf_counter() - started
    result = StudyResult(
        name=f"HIGGS, patience {given.patience}",
        protocol=protocol,
        arms=ran.arms,
        winner=ran.winner,
        validation_rows=ran.validation_rows,
        test_rows=ran.test_rows,
        notes=ran.notes,
        seconds=seconds,
        backend=keras.config.backend(),
    )
    print(study_text(result))
    write_study_html(result, folder / "study.html", overwrite=True)
    write_study_csv(result, folder, overwrite=True)
    write_plots(result, folder, overwrite=True)
    for arm in ran.arms:
        for trial in arm.trials:
            losses = [e.validation_loss for e in trial.epochs if e.validation_loss is not None]
            record = {
                "arm": arm.name,
                "seed": trial.seed,
                "patience": given.patience,
                "epochs": len(trial.epochs),
                "best": min(losses, default=None),
                "still_improving": trial.still_improving,
                "seconds": trial.seconds,
            }
            print(json.dumps(record))
    print(f"wall clock {seconds:.1f} s")


if __name__ == "__main__":
    main()
