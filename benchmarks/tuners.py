"""A goodfit study against KerasTuner and Optuna: the same choices, the same time, other rows judge.

    pip install keras-tuner optuna
    GOODFIT_DATA=FOLDER KERAS_BACKEND=jax python benchmarks/tuners.py [--seconds 180]
        [--tasks higgs,wine,mnist] [--methods goodfit,optuna,hyperband,random]

Each method gets the same training and validation rows and chooses among the same remedies and
ranges (tuners_search.py). goodfit trains in two processes of one thread each for --seconds; so does
Optuna, with TPE and its median pruner on a shared journal; KerasTuner's Hyperband and random search
get one process and twice the time. What each recommends is then trained under five fresh seeds, by
one protocol for all, and scored on the confirming rows, which no method has seen. Searches and
trainings are kept in .goodfit/tuners/ (or in GOODFIT_TUNERS), so that an interrupted run goes on;
delete a line of searches.jsonl to search again.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from tuners_search import EPOCHS, HERE, METHODS, PATIENCE, TASKS, changed

KEPT = Path(os.environ.get("GOODFIT_TUNERS") or HERE.parent / ".goodfit" / "tuners")
PROCESSES = {"goodfit": 1, "optuna": 2, "hyperband": 1, "random": 1}
"""goodfit's one process is the study's, which trains nothing itself and has two workers."""
LONGER = {"hyperband": 2.0, "random": 2.0}
FINAL_SEEDS = (100, 101, 102, 103, 104)


def search(method: str, task: str, seconds: float, seed: int) -> dict[str, Any]:
    """Let one method search; what it recommends, and what that took."""
    from goodfit.study.engines.worker import one_core

    folder = KEPT / "searches" / f"{task}-{method}-{seconds:g}-{seed}-{time.time_ns()}"
    folder.mkdir(parents=True)
    given = one_core("jax", folder)
    if method == "goodfit":  # its workers' environment is its own to set
        given = dict(os.environ)
    script = [sys.executable, str(HERE / "tuners_search.py"), method, task]
    limit = seconds * LONGER.get(method, 1.0)
    running = [
        subprocess.Popen(
            [*script, f"{limit:g}", str(folder / "kept"), str(seed + place)],
            env=given,
            stdout=subprocess.PIPE,
            stderr=(folder / f"errors-{place}").open("w"),
            text=True,
        )
        for place in range(PROCESSES[method])
    ]
    answers = [child.communicate()[0].strip().splitlines() for child in running]
    if not all(answers):
        raise SystemExit(f"{method} on {task} ended without an answer; see {folder}")
    found = [json.loads(lines[-1]) for lines in answers]
    best: dict[str, Any] = max(found, key=lambda one: one["trials"])
    used = sum(one["processor_seconds"] for one in found)
    asked = {"method": method, "task": task, "limit": seconds, "seed": seed}
    return asked | best | {"processor_seconds": round(used, 1)}


def searches(given: argparse.Namespace) -> dict[tuple[str, str], dict[str, Any]]:
    """Every method's answer for every task; only what is not kept is searched."""
    path = KEPT / "searches.jsonl"
    KEPT.mkdir(parents=True, exist_ok=True)
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    known = [json.loads(line) for line in lines if line]
    have = {
        (one["task"], one["method"]): one
        for one in known
        if (one["limit"], one["seed"]) == (given.seconds, given.seed)
    }
    for task in given.tasks.split(","):
        asked = given.methods.split(",")
        left = [method for method in asked if (task, method) not in have]
        # Those of one process run side by side, the others one after the other.
        alone = [[method] for method in left if method not in LONGER]
        for some in [*alone, [method for method in left if method in LONGER]]:
            work = partial(search, task=task, seconds=given.seconds, seed=given.seed)
            with ThreadPoolExecutor() as pool:
                for one in pool.map(work, some):
                    have[task, one["method"]] = one
                    with path.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(one) + "\n")
        for method in asked:
            print(json.dumps(have[task, method]), flush=True)
    return have


def confirmed(task: str, chains: dict[str, list[str]]) -> dict[str, list[np.ndarray]]:
    """Scores by row of the confirming rows, by seed, of every recipe; those kept are not trained
    again. Early stopping looks at the validation rows, all of them."""
    from arms import data_folder

    from goodfit.results import Protocol
    from goodfit.study.engines.processes import Processes
    from goodfit.study.parcel import digest
    from goodfit.study.store import Store

    recipe = TASKS[task](data_folder(None))
    recipes = {name: changed(recipe, chain) for name, chain in chains.items()}
    marks = {name: digest(found) for name, found in recipes.items()}
    protocol = Protocol(
        seeds=FINAL_SEEDS, epochs=EPOCHS, patience=PATIENCE, measure="accuracy", choosing_share=1.0
    )
    folder = KEPT / "finals" / task
    with Store(folder, protocol) as store, Processes(folder, protocol) as engine:
        found = {(trial.arm, trial.seed): trial for trial in store.trials()}
        asked = 0
        for mark, one in {marks[name]: one for name, one in recipes.items()}.items():
            store.register(mark, mark, one.remedies)
            for seed in FINAL_SEEDS:
                if (mark, seed) not in found:
                    engine.submit(mark, one, seed)
                    asked += 1
        for _ in range(asked):
            trial = store.add(engine.wait(lambda *_: True))
            found[trial.arm, trial.seed] = trial
    failed = [key for key, trial in found.items() if trial.test is None]
    if failed:
        raise SystemExit(f"trainings that failed on {task}: {failed}; see {folder}")
    return {
        name: [found[mark, seed].test.score for seed in FINAL_SEEDS] for name, mark in marks.items()
    }


def compare(task: str, have: dict[tuple[str, str], dict[str, Any]]) -> None:
    """The table of one task: mean accuracy on the confirming rows, and goodfit's less each."""
    from goodfit.study.stats import effect

    chains = {method: one["chain"] for (of, method), one in have.items() if of == task}
    scores = confirmed(task, {"baseline": [], **chains})
    rows = len(scores["baseline"][0])
    print(f"\n{task}: {len(FINAL_SEEDS)} seeds, {rows} confirming rows")
    for name, found in scores.items():
        line = f"  {name:<10} {np.mean(found):.4f}"
        if name != "goodfit" and "goodfit" in scores:
            less = effect("accuracy", found, scores["goodfit"])
            line += f"  goodfit less it {less.difference:+.4f} [{less.low:+.4f}, {less.high:+.4f}]"
        print(f"{line}  {' + '.join(chains.get(name, ())) or 'as it is'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument("--tasks", default=",".join(TASKS))
    parser.add_argument("--methods", default=",".join(METHODS))
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    have = searches(given)
    for task in given.tasks.split(","):
        compare(task, have)


if __name__ == "__main__":
    main()
