"""The plain loop that the study is measured against: `model.fit` for one arm after the other.

    KERAS_BACKEND=tensorflow python benchmarks/higgs/plain.py [--arms tiny,small] [--patience 10]

One seed of each arm, early stopping on the validation cross-entropy without penalties, with all
cores. Prints a line for each arm and appends it as JSON to --out.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from arms import BATCH, NETWORKS, SEVEN, compiled, data, data_folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--arms", default=",".join(SEVEN))
    parser.add_argument("--patience", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    import keras

    train, held, _ = data(data_folder(given.data))
    for name in given.arms.split(","):
        keras.utils.set_random_seed(given.seed)
        started = time.perf_counter()
        model = compiled(NETWORKS[name])
        stop = keras.callbacks.EarlyStopping(
            "val_binary_crossentropy", mode="min", patience=given.patience
        )
        history = model.fit(
            train.x,
            train.y,
            batch_size=BATCH,
            epochs=given.epochs,
            validation_data=(held.x, held.y),
            callbacks=[stop],
            verbose=0,
        ).history
        curve = history["val_binary_crossentropy"]
        record = {
            "arm": name,
            "seed": given.seed,
            "backend": keras.config.backend(),
            "patience": given.patience,
            "epochs": len(curve),
            "best": min(curve),
            "seconds": time.perf_counter() - started,
        }
        line = json.dumps(record)
        print(line, flush=True)
        if given.out is not None:
            with given.out.open("a", encoding="utf-8") as file:
                file.write(line + "\n")


if __name__ == "__main__":
    main()
