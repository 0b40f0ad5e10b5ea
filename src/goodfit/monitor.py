"""The door for the user's own `fit`: a callback that can report."""

from __future__ import annotations

from goodfit.diagnose import conclude
from goodfit.observe.training import monitor
from goodfit.results import Report, Seconds


class Monitor(monitor.Monitor):
    __doc__ = monitor.Monitor.__doc__

    def report(self) -> Report:
        """What was seen, and what it comes to. Call it after `fit` returned or failed."""
        facts = self.facts()
        trace = facts.trace
        return conclude(
            [facts],
            seconds=Seconds(
                script=trace.seconds if trace else 0.0,
                monitor=trace.monitor_seconds if trace else 0.0,
            ),
            pictures=self.pictures,
        )
