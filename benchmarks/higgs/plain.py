"""The plain loop that the study is measured against: `model.fit` for one arm after the other.

    KERAS_BACKEND=tensorflow python benchmarks/higgs/plain.py [--arms tiny,small] [--seeds 5]

Early stopping on the validation cross-entropy without penalties, with all cores, seed after seed.
Prints a line for each training and, of several seeds, each arm's mean with its 95 % interval. With
--out the lines are also kept in a file: the same command again trains only what is not there, and
compare.py sets them beside those of a study.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from arms import BATCH, NETWORKS, SEVEN, compiled, data, data_folder, interval, read_lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--arms", default=",".join(SEVEN))
    parser.add_argument("--patience", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=10_000)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--data")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    import keras

    train, held, _ = data(data_folder(given.data))
    asked = {"backend": keras.config.backend(), "patience": given.patience, "most": given.epochs}
    have = {
        (record["arm"], record["seed"]): record
        for record in (read_lines(given.out) if given.out else ())
        if asked.items() <= record.items()
    }
    for name in given.arms.split(","):
        for seed in range(given.seeds):
            if (name, seed) in have:
                continue
            record = {"arm": name, "seed": seed, **asked}
            record |= trained(name, seed, (train, held), given)
            have[name, seed] = record
            line = json.dumps(record)
            print(line, flush=True)
            if given.out is not None:
                with given.out.open("a", encoding="utf-8") as file:
                    file.write(line + "\n")
    for name in given.arms.split(","):
        best = [have[name, seed]["best"] for seed in range(given.seeds)]
        print(f"{name:<20} {interval(best)}")


def trained(name: str, seed: int, sets: tuple[Any, Any], given: Any) -> dict[str, Any]:
    """What one training came to."""
    import keras

    train, held = sets
    keras.utils.set_random_seed(seed)
    started = time.perf_counter()
    stop = keras.callbacks.EarlyStopping(
        "val_binary_crossentropy", mode="min", patience=given.patience
    )
    history = (
        compiled(NETWORKS[name])
        .fit(
            train.x,
            train.y,
            batch_size=BATCH,
            epochs=given.epochs,
            validation_data=(held.x, held.y),
            callbacks=[stop],
            verbose=0,
        )
        .history
    )
    curve = history["val_binary_crossentropy"]
    return {"epochs": len(curve), "best": min(curve), "seconds": time.perf_counter() - started}


if __name__ == "__main__":
    main()
