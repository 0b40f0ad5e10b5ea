"""The study's arms beside those of the plain loop: mean best validation cross-entropy over seeds.

    python benchmarks/higgs/compare.py PLAIN.jsonl STUDY/trials.jsonl [--patience 10]

PLAIN is the file that plain.py --out writes, STUDY the folder of study.py. An arm of the study
agrees where its mean lies within the 95 % interval of the plain loop's, and where Welch's interval
of the difference of the two holds 0.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from arms import NETWORKS, bounds, interval, read_lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("plain", type=Path)
    parser.add_argument("study", type=Path)
    parser.add_argument("--patience", type=int, default=10)
    given = parser.parse_args()
    plain, study = (best(path, given.patience) for path in (given.plain, given.study))
    print(f"{'arm':<20} {'plain loop':<30} {'study':<30} {'study less plain':<28} within")
    for name in NETWORKS:
        if len(plain.get(name, ())) > 1 and len(study.get(name, ())) > 1:
            difference, low, high = welch(plain[name], study[name])
            _, least, most = bounds(plain[name])
            within = least <= float(np.mean(study[name])) <= most
            told = f"{difference:+.4f} [{low:+.4f}, {high:+.4f}]"
            row = (interval(plain[name]), interval(study[name]), told)
            print(f"{name:<20} {row[0]:<30} {row[1]:<30} {row[2]:<28} {'yes' if within else 'no'}")


def best(path: Path, patience: int) -> dict[str, list[float]]:
    """Best validation cross-entropy by arm, of every seed that ended."""
    found: dict[str, list[float]] = {}
    for record in read_lines(path):
        ended = record.get("status", "finished") == "finished"
        if record["patience"] == patience and ended and record["best"] is not None:
            found.setdefault(record["arm"], []).append(record["best"])
    return found


def welch(first: Sequence[float], second: Sequence[float]) -> tuple[float, float, float]:
    """The second mean less the first, with its 95 % interval."""
    from scipy import stats

    told = stats.ttest_ind(second, first, equal_var=False).confidence_interval(0.95)
    return float(np.mean(second) - np.mean(first)), float(told.low), float(told.high)


if __name__ == "__main__":
    main()
