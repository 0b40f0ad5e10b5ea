"""`python script` against `goodfit run script`, for a script that trains for about a minute.

    python benchmarks/run_overhead.py [--epochs 60] [--rounds 2]

The two run in turns. The target allows 3 s and a tenth of the script's own time on top.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
from pathlib import Path

from bench import ROOT, machine, python, reached, spread, table

os.environ.setdefault("KERAS_BACKEND", "jax")
SCRIPT = str(ROOT / "benchmarks" / "minute.py")
SECONDS, SHARE = 3.0, 0.10


def one_round(epochs: str, number: int) -> tuple[float, float, dict[str, float]]:
    """Seconds without and with goodfit, and the report's own account of them."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        goodfit = ("-m", "goodfit", "run", "--json", str(report), SCRIPT, epochs)
        commands = {"plain": (SCRIPT, epochs), "goodfit": goodfit}
        seconds, output = {}, {}
        for name in list(commands)[:: 1 if number % 2 == 0 else -1]:
            seconds[name], done = python(*commands[name], cwd=Path(folder))
            output[name] = done.stdout
            assert done.returncode in (0, 1), done.stderr
        assert output["plain"] == output["goodfit"], "goodfit changed what the script prints"
        account = json.loads(report.read_text(encoding="utf-8"))["seconds"]
    return seconds["plain"], seconds["goodfit"], account


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", default="60")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    print(machine())
    rounds = [one_round(options.epochs, number) for number in range(options.rounds)]
    plain, watched = [a for a, _, _ in rounds], [b for _, b, _ in rounds]
    added = [b - a for a, b, _ in rounds]
    allowed = SECONDS + SHARE * statistics.median(plain)
    verdict = reached(statistics.median(added), allowed)
    header = ("plain s", "goodfit s", "added s", "allowed s", "reached")
    table(header, [[*(spread(v, 1) for v in (plain, watched, added)), f"{allowed:.1f}", verdict]])
    print("goodfit's own account of the last round, seconds:")
    account = rounds[-1][2]
    table(list(account), [[f"{value:.1f}" for value in account.values()]])


if __name__ == "__main__":
    main()
