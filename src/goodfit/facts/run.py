"""One fit with all that is known of it, and the exception that ended the script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from goodfit.facts.base import Shape, SourceLine
from goodfit.facts.data import BaselineFacts, DataFacts
from goodfit.facts.model import ModelFacts
from goodfit.facts.settings import SettingsFacts
from goodfit.facts.training import Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class CrashFacts:
    """The exception that ended the script. `during` is what goodfit saw running: "import", "build",
    "compile", "fit", "evaluate", "predict" or "script"; `layers` names the layers that were being
    called, outermost first, each with the shape it received (batch axis included) where known."""

    type: str
    message: str
    during: str = "script"
    where: SourceLine | None = None
    layers: tuple[tuple[str, str, Shape], ...] = ()
    input_shapes: tuple[Shape, ...] = ()
    target_shapes: tuple[Shape, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that is known of one fit of one model; a part that could not be had is None, and
    `missing` says why, by the part's name."""

    model: ModelFacts | None = None
    settings: SettingsFacts | None = None
    data: DataFacts | None = None
    trace: Trace | None = None
    baselines: BaselineFacts | None = None
    crash: CrashFacts | None = None
    backend: str = ""
    missing: Mapping[str, str] = field(default_factory=dict)
