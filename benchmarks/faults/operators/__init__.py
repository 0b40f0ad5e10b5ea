"""The fault operators: a module for each part of a program, all of them in OPERATORS."""

from operators.architecture import ARCHITECTURE
from operators.crashes import CRASHES
from operators.edits import DoesNotApply
from operators.features import FEATURES
from operators.labels import LABELS
from operators.operator import Operator
from operators.output import OUTPUT
from operators.pipeline import PIPELINE
from operators.settings import SETTINGS

__all__ = ["OPERATORS", "DoesNotApply", "Operator"]

OPERATORS: tuple[Operator, ...] = (
    *LABELS,
    *FEATURES,
    *OUTPUT,
    *SETTINGS,
    *ARCHITECTURE,
    *PIPELINE,
    *CRASHES,
)
