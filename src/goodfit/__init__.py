"""goodfit finds out why a Keras model does not generalise, proves it, and fixes it.

>>> import goodfit
>>> report = goodfit.diagnose(model, (x, y), validation_data=(x_val, y_val))  # doctest: +SKIP
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from goodfit.augmented.dataset import AugmentedImages
    from goodfit.diagnose import diagnose
    from goodfit.experiment.door import experiment
    from goodfit.monitor import Monitor
    from goodfit.results import Finding, Report, StudyResult, Verdict

__version__ = "0.1.0"
__all__ = [
    "AugmentedImages",
    "Finding",
    "Monitor",
    "Report",
    "StudyResult",
    "Verdict",
    "__version__",
    "diagnose",
    "experiment",
]

_HOME = {
    "AugmentedImages": "goodfit.augmented.dataset",
    "Finding": "goodfit.results",
    "Monitor": "goodfit.monitor",
    "Report": "goodfit.results",
    "StudyResult": "goodfit.results",
    "Verdict": "goodfit.results",
    "diagnose": "goodfit.diagnose",
    "experiment": "goodfit.experiment.door",
}


def __getattr__(name: str) -> Any:
    """Load a public name on first use, so that `import goodfit` loads neither Keras nor SciPy."""
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'goodfit' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__


class _Package(ModuleType):
    """Importing a module puts it into its package by its name; one that is called like a public
    function must not take that function's place."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
