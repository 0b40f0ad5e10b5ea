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
    FeatureDrift,
    FeatureScore,
    LabelSuspects,
    PassFacts,
    SetFacts,
    SplitFacts,
    TargetFacts,
)
from goodfit.facts.experiments import (
    CurvePoint,
    ExperimentFacts,
    OneBatch,
    PermutedLabels,
    RangeTest,
    RatePoint,
    ShuffledInput,
)
from goodfit.facts.model import (
    InputFacts,
    LayerFacts,
    ModelFacts,
    OutputFacts,
    Penalty,
    WeightFacts,
)
from goodfit.facts.run import (
    ApiCall,
    CallFacts,
    CrashFacts,
    Facts,
    FitSummary,
    FixProof,
    ScriptFacts,
)
from goodfit.facts.settings import (
    CallbackFacts,
    LossFacts,
    MetricFacts,
    OptimizerFacts,
    SettingsFacts,
)
from goodfit.facts.training import (
    CalibrationFacts,
    Epoch,
    GapFacts,
    HonestLoss,
    LayerProbe,
    PredictionFacts,
    SegmentFacts,
    ThresholdFacts,
    Trace,
)

__all__ = [
    "ApiCall",
    "ArrayFacts",
    "BaselineFacts",
    "BaselineScore",
    "CalibrationFacts",
    "CallFacts",
    "CallbackFacts",
    "CrashFacts",
    "CurvePoint",
    "DataFacts",
    "Epoch",
    "ExperimentFacts",
    "Facts",
    "FeatureDrift",
    "FeatureScore",
    "FitSummary",
    "FixProof",
    "GapFacts",
    "HonestLoss",
    "InputFacts",
    "LabelSuspects",
    "LayerFacts",
    "LayerProbe",
    "LossFacts",
    "MetricFacts",
    "ModelFacts",
    "OneBatch",
    "OptimizerFacts",
    "OutputFacts",
    "PassFacts",
    "Penalty",
    "PermutedLabels",
    "PredictionFacts",
    "RangeTest",
    "RatePoint",
    "Scalar",
    "ScriptFacts",
    "SegmentFacts",
    "SetFacts",
    "SettingsFacts",
    "Shape",
    "ShuffledInput",
    "SourceLine",
    "SplitFacts",
    "TargetFacts",
    "ThresholdFacts",
    "Trace",
    "WeightFacts",
]
