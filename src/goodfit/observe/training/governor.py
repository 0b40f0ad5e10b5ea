"""Keeps the monitor's cost under a share of the training time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

GRACE_SECONDS = 0.03
COMPILING_SECONDS = (
    0.2  # what the first of a kind is expected to take where the backend compiles it
)


class Governor:
    """Allows a measurement when its expected cost fits the budget: `share` of the time trained so
    far, or GRACE_SECONDS, whichever is more; a share of 1 allows everything. Costs are learned by
    kind from earlier measurements, the first of a kind that is compiled left out."""

    def __init__(self, share: float) -> None:
        self.share = share
        self.spent = 0.0
        self._started = time.perf_counter()
        self._expected: dict[str, float] = {}

    def start(self) -> None:
        """The clock of the training starts now."""
        self._started = time.perf_counter()
        self.spent = 0.0

    @property
    def elapsed(self) -> float:
        """Seconds since the start, the monitor's own included."""
        return time.perf_counter() - self._started

    def allows(self, kind: str, first: float = 0.0) -> bool:
        """Whether a measurement of this kind fits the budget now; `first` is what the first one
        is expected to take, in seconds."""
        if self.share >= 1:
            return True
        budget = max(GRACE_SECONDS, self.share * self.elapsed)
        return self.spent + self._expected.get(kind, first) <= budget

    @contextmanager
    def spending(self, kind: str) -> Iterator[None]:
        """Charge the body's time to the budget."""
        started = time.perf_counter()
        try:
            yield
        finally:
            cost = time.perf_counter() - started
            self.spent += cost
            known = kind in self._expected
            self._expected[kind] = cost if known else 0.0
