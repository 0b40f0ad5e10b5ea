"""One worker of a study: `python -m goodfit.experiment.worker FOLDER`.

Trains the trials it is told on standard input, one JSON line each, and answers on standard output
with a JSON line for every epoch and every trial. It ends when its standard input does, so that no
worker outlives its study. The recipes lie in FOLDER; see `goodfit.study.parcel`.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import queue
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

Message = dict[str, Any]

KEPT = {-3: 2**25, -1: 2**30}
"""mallopt(3): blocks below M_MMAP_THRESHOLD (32 MB is the most) come out of malloc's own heap, of
which M_TRIM_THRESHOLD bytes are kept when they are free."""


def main(folder: Path) -> None:
    """Work until standard input ends."""
    # The pipe is for our lines alone: whatever else is printed goes to standard error.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    jobs: queue.Queue[Message] = queue.Queue()
    cut: set[int] = set()
    threading.Thread(target=_listen, args=(jobs, cut), daemon=True).start()
    while True:
        message = jobs.get()
        if "setting" in message:
            _apply(message["setting"])
        else:
            _work(message, folder, cut, lambda told: _send(answers, told))


def _listen(jobs: queue.Queue[Message], cut: set[int]) -> None:
    for line in sys.stdin:
        message = json.loads(line)
        if "cut" in message:
            cut.add(message["cut"])
        else:
            jobs.put(message)
    # The study is over or dead. A training step cannot be interrupted otherwise.
    os._exit(0)


def _send(answers: TextIO, message: Message) -> None:
    answers.write(json.dumps(message) + "\n")
    answers.flush()


def _apply(setting: Message) -> None:
    import keras

    keras.config.set_floatx(setting["floatx"])
    keras.config.set_image_data_format(setting["image_data_format"])


def _work(job: Message, folder: Path, cut: set[int], send: Callable[[Message], None]) -> None:
    from goodfit.codec import from_plain, to_plain
    from goodfit.observe.recipes.evaluator import RowEvaluator
    from goodfit.results import Protocol, TrialEpoch
    from goodfit.study.blobs import trial_to_plain
    from goodfit.study.engines.train import Job, train
    from goodfit.study.parcel import unpack

    number = job["job"]

    def on_epoch(epoch: TrialEpoch) -> bool:
        keep_memory()
        send({"job": number, "epoch": to_plain(epoch)})
        return number not in cut

    trial = train(
        unpack(folder / job["recipe"]),
        Job(
            arm=job["arm"],
            seed=job["seed"],
            protocol=from_plain(job["protocol"], Protocol),
            evaluator=RowEvaluator,
            on_epoch=on_epoch,
        ),
    )
    send({"job": number, "trial": trial_to_plain(trial)})
    # Models and their compiled functions refer to each other in circles.
    gc.collect()


def keep_memory() -> None:
    """Have malloc keep freed blocks for the next step, where the C library can be told.

    Once a generator has fed TensorFlow on Python 3.11, TensorFlow has every block above 128 kB
    returned to the system at once, against a leak of Python's, for as long as the process lives
    (tensorflow::data::ApplyPython311MemoryPatch in 2.21). Of a worker's time in a study of CIFAR a
    third went to the system then, which gave it the same pages again at every step.
    """
    with suppress(AttributeError, OSError, TypeError):
        for option, size in KEPT.items():
            ctypes.CDLL(None).mallopt(option, size)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
