"""A whole study as a program: `whole_study.py FOLDER`; a line for every progress event, and the
results at the end. The tests of kill -9 and Ctrl-C run it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from small_recipes import recipe

from goodfit.results import Protocol
from goodfit.study.engines.processes import Processes
from goodfit.study.run import Progress, Proposal, run
from goodfit.study.store import Store

PROTOCOL = Protocol(seeds=(0, 1), epochs=3, patience=None)


def main(folder: Path) -> None:
    arms = [
        Proposal(name="baseline", recipe=recipe()),
        Proposal(name="slow", recipe=recipe(rate=1e-6)),
    ]

    def told(progress: Progress) -> None:
        epoch = None if progress.epoch is None else progress.epoch.index
        pids = sorted(engine.running.values())
        event = {"done": progress.done, "arm": progress.arm, "epoch": epoch, "pids": pids}
        print(json.dumps(event), flush=True)

    with Store(folder, PROTOCOL) as store, Processes(folder, PROTOCOL, workers=1) as engine:
        ran = run(arms, PROTOCOL, engine, store, on_progress=told)
    sums = {
        f"{arm.name} {trial.seed}": [
            [epoch.train_loss for epoch in trial.epochs],
            float(np.sum(trial.validation.score)) if trial.validation else None,
            float(np.sum(trial.validation.loss)) if trial.validation else None,
        ]
        for arm in ran.arms
        for trial in arm.trials
    }
    effects = [arm.choosing.difference for arm in ran.arms if arm.choosing is not None]
    told_last = {"interrupted": ran.interrupted, "sums": sums, "effects": effects}
    print(json.dumps(told_last), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
