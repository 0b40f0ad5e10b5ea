"""The overfit-and-underfit study: which network, which cure, and which differences are real.

    python benchmarks/higgs/study.py [--patience 10] [--seeds 5] [--arms seven|fast|twelve|a,b]
        [--budget SECONDS] [--out DIR]

Every arm under every seed, early stopping on the unpenalised validation cross-entropy with the best
weights restored. A dot is an epoch, a line a hundred. The same command again goes on where it was
interrupted, or where its budget ended. Writes the table, the page, the curves and a line for each
trial (trials.jsonl, for compare.py) to the folder.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from arms import BATCH, FAST, NETWORKS, SEVEN, compiled, data, data_folder

CHOICES = {"seven": SEVEN, "fast": FAST, "twelve": tuple(NETWORKS)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patience", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=10_000)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--arms", default="twelve")
    parser.add_argument("--budget", type=float, default=float("inf"))
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
    names = CHOICES.get(given.arms) or tuple(given.arms.split(","))
    unknown = [name for name in names if name not in NETWORKS]
    if unknown:
        parser.error(f"no arm {unknown[0]!r}; expected {', '.join(CHOICES)} or of {list(NETWORKS)}")
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
        ran = run(
            arms,
            protocol,
            engine,
            store,
            on_progress=tell,
            over=lambda: time.perf_counter() - started >= given.budget,
        )
    seconds = time.perf_counter() - started
    result = StudyResult(
        name=f"HIGGS, patience {given.patience}",
        protocol=protocol,
        arms=ran.arms,
        winner=ran.winner,
        leader=ran.leader,
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
    records = []
    for arm in ran.arms:
        for trial in arm.trials:
            losses = [e.validation_loss for e in trial.epochs if e.validation_loss is not None]
            record = {
                "arm": arm.name,
                "seed": trial.seed,
                "patience": given.patience,
                "epochs": len(trial.epochs),
                "best": min(losses, default=None),
                "status": trial.status,
                "still_improving": trial.still_improving,
                "seconds": trial.seconds,
            }
            records.append(json.dumps(record))
    (folder / "trials.jsonl").write_text("\n".join(records) + "\n", encoding="utf-8")
    print("\n".join(records))
    print(f"wall clock {seconds:.1f} s")


if __name__ == "__main__":
    main()
