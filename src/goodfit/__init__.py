"""goodfit finds out why a Keras model does not generalise, proves it, and fixes it.

>>> import goodfit
>>> report = goodfit.diagnose(model, (x, y), validation_data=(x_val, y_val))  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from goodfit.diagnose import diagnose
    from goodfit.monitor import Monitor
    from goodfit.results import Finding, Report, Verdict

__version__ = "0.1.0"
__all__ = ["Finding", "Monitor", "Report", "Verdict", "__version__", "diagnose"]

_HOME = {
    "Finding": "goodfit.results",
    "Monitor": "goodfit.monitor",
    "Report": "goodfit.results",
    "Verdict": "goodfit.results",
    "diagnose": "goodfit.diagnose",
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
