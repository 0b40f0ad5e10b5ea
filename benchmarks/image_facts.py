"""What it costs to look at a folder of small images, against one epoch of reading it with Keras.

    python benchmarks/image_facts.py FOLDER [--files 50000] [--rounds 3]

FOLDER holds cifar10_subset.tar. Its images are saved anew in a folder of ten classes, as often as
it takes, each time a little brighter, so that no two files are equal. Each round is a process of
its own: `image_dataset_from_directory` reads one epoch, then the facts of the images (2,048 rows
and all files) and all checks are timed, and the growth of the process's peak memory meanwhile is
noted. Files were just written or read, so that neither waits for a disk.

Needs TensorFlow, which reads, and Pillow. The same is done for a tenth of the files: the memory
should not grow with them.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import tarfile
import tempfile
from pathlib import Path

from bench import machine, python, reached, spread, table

RATIO = 1.0
ROWS = 2048
SIDE = 32
SLACK_MEGABYTES = 30.0
"""What a process's peak varies by itself, and a few bytes for each file."""


def write_images(archive: Path, folder: Path, files: int) -> None:
    """`files` images, as many of each class."""
    from PIL import Image, ImageEnhance

    with tarfile.open(archive) as opened:
        members = sorted(opened.getnames())
        names = [name for name in members if "/train/" in name and name.endswith(".jpg")]
        for place, name in enumerate(names):
            source = opened.extractfile(name)
            assert source is not None
            image = Image.open(io.BytesIO(source.read()))
            target = folder / Path(name).parent.name
            target.mkdir(parents=True, exist_ok=True)
            for copy, number in enumerate(range(place, files, len(names))):
                brighter = ImageEnhance.Brightness(image).enhance(1 + 0.02 * copy)
                brighter.save(target / f"{number:06}.jpg", quality=90)


def one_round(folder: str) -> None:
    """One epoch of reading, then the look; prints its figures as JSON."""
    import keras
    import numpy as np
    from checks_scale import check, peak_megabytes, timed

    from goodfit.facts import Facts
    from goodfit.observe.images.look import image_facts
    from goodfit.observe.images.sets import Part

    options = {"image_size": (SIDE, SIDE), "batch_size": 32, "seed": 0, "verbose": False}
    data = keras.utils.image_dataset_from_directory(folder, **options)
    sample: list[tuple[np.ndarray, np.ndarray]] = []

    def read() -> int:
        count = 0
        for x, y in data:
            if count < ROWS:
                sample.append((np.asarray(x), np.asarray(y)))
            count += len(x)
        return count

    count, reading = timed(read)
    x, y = (np.concatenate(part)[:ROWS] for part in zip(*sample, strict=True))
    check(Facts())  # scikit-learn and the checks are loaded
    image_facts({"train": Part(x=x[:64], labels=y[:64])}, {})
    before = peak_megabytes()
    found, looking = timed(lambda: image_facts({"train": Part(x=x, labels=y)}, {"train": data}))
    _, checking = timed(lambda: check(Facts(images=found)))
    (seen,) = found.folders
    print(
        json.dumps(
            {
                "files": count,
                "opened": seen.looked_at,
                "decoded": seen.decoded,
                "broken": seen.broken_count,
                "reading": reading,
                "looking": looking,
                "checking": checking,
                "megabytes": peak_megabytes() - before,
            }
        )
    )


def rounds_of(folder: Path, count: int) -> list[dict[str, float]]:
    found = []
    for _ in range(count):
        _, done = python(__file__, "--round", str(folder))
        assert done.returncode == 0, done.stderr
        found.append(json.loads(done.stdout.splitlines()[-1]))
    return found


def show(rounds: list[dict[str, float]], target: float | None) -> list[object]:
    ratios = [(one["looking"] + one["checking"]) / one["reading"] for one in rounds]
    last = rounds[-1]
    assert last["broken"] == 0
    return [
        f"{last['files']:,.0f}",
        spread([one["reading"] for one in rounds], 1),
        spread([one["looking"] + one["checking"] for one in rounds], 1),
        spread(ratios, 2),
        f"{last['opened']:,.0f}",
        f"{last['decoded']:,.0f}",
        spread([one["megabytes"] for one in rounds], 0),
        reached(sorted(ratios)[len(ratios) // 2], target) if target else "",
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(machine())
    print(f"target: looking and checking in at most {RATIO:g} of one epoch of reading")
    with tempfile.TemporaryDirectory() as scratch:
        sizes = (options.files // 10, options.files)
        made = {size: Path(scratch) / str(size) for size in sizes}
        for size, folder in made.items():
            write_images(options.folder / "cifar10_subset.tar", folder, size)
        found = {size: rounds_of(made[size], options.rounds) for size in sizes}
    header = (
        "files",
        "reading s",
        "looking s",
        "ratio",
        "opened",
        "decoded",
        "extra MB",
        "reached",
    )
    small, large = (found[size] for size in sizes)
    table(header, [show(small, None), show(large, RATIO)])
    grown = min(r["megabytes"] for r in large) - min(r["megabytes"] for r in small)
    print(f"ten times the files: {grown:+.0f} MB, at most {SLACK_MEGABYTES:.0f} allowed: ", end="")
    print(reached(grown, SLACK_MEGABYTES))


if __name__ == "__main__":
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if sys.argv[1:2] == ["--round"]:
        one_round(sys.argv[2])
    else:
        main()
