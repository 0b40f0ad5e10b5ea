"""How long `import goodfit` and `goodfit explain` take, and what the import loads.

    python benchmarks/startup.py [--rounds 15]

Import is timed inside a fresh process; `explain` is a whole process, Python's own start included.
"""

from __future__ import annotations

import argparse
import statistics

from bench import machine, python, reached, spread, table

IMPORT = """
import time, sys
started = time.perf_counter()
import goodfit
seconds = time.perf_counter() - started
heavy = [name for name in ("keras", "jax", "tensorflow", "torch", "scipy", "sklearn", "numpy")
         if name in sys.modules]
print(seconds, ",".join(heavy) or "-")
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    print(machine())
    imports, explains, bare, loaded = [], [], [], ""
    python("-c", IMPORT), python("-m", "goodfit", "explain", "GF204")  # fill the caches
    for _ in range(options.rounds):
        _, done = python("-c", IMPORT)
        seconds, loaded = done.stdout.split()
        imports.append(1000 * float(seconds))
        bare.append(1000 * python("-c", "pass")[0])
        seconds, done = python("-m", "goodfit", "explain", "GF204")
        assert done.stdout.startswith("GF204"), done.stderr
        explains.append(1000 * seconds)
    assert not {"keras", "jax", "tensorflow", "torch"} & set(loaded.split(",")), loaded
    rows = [
        ("import goodfit", spread(imports, 1), "< 50", imports, 50.0),
        ("goodfit explain GF204", spread(explains, 1), "< 300", explains, 300.0),
    ]
    table(
        ("what", "milliseconds", "target", "reached"),
        [(a, b, c, reached(statistics.median(d), e)) for a, b, c, d, e in rows]
        + [("python -c pass, for comparison", spread(bare, 1), "", "")],
    )
    print(f"heavy modules that `import goodfit` loaded: {loaded}")


if __name__ == "__main__":
    main()
