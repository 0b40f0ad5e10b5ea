"""What was seen: frozen records of a model, its settings, its data and its training.

Nothing here concludes anything. Every record can be written as JSON and read back
(`goodfit.codec`), which is how the flight recorder survives a killed process.
Shapes never contain the batch axis unless a field says so; `None` is an axis of unknown length.
Losses are natural-log units (nats) for cross-entropies and target units squared for squared errors.
"""

from goodfit.facts.base import Scalar, Shape, SourceLine
from goodfit.facts.data import (
    ArrayFacts,
    BaselineFacts,
    BaselineScore,
    DataFacts,
    SetFacts,
    SplitFacts,
    TargetFacts,
)
from goodfit.facts.model import (
    InputFacts,
    LayerFacts,
    ModelFacts,
    OutputFacts,
    Penalty,
    WeightFacts,
)
from goodfit.facts.run import CrashFacts, Facts
from goodfit.facts.settings import (
    CallbackFacts,
    LossFacts,
    MetricFacts,
    OptimizerFacts,
    SettingsFacts,
)
from goodfit.facts.training import Epoch, GapFacts, HonestLoss, LayerProbe, PredictionFacts, Trace

__all__ = [
    "ArrayFacts",
    "BaselineFacts",
    "BaselineScore",
    "CallbackFacts",
    "CrashFacts",
    "DataFacts",
    "Epoch",
    "Facts",
    "GapFacts",
    "HonestLoss",
    "InputFacts",
    "LayerFacts",
    "LayerProbe",
    "LossFacts",
    "MetricFacts",
    "ModelFacts",
    "OptimizerFacts",
    "OutputFacts",
    "Penalty",
    "PredictionFacts",
    "Scalar",
    "SetFacts",
    "SettingsFacts",
    "Shape",
    "SourceLine",
    "SplitFacts",
    "TargetFacts",
    "Trace",
    "WeightFacts",
]
