"""What differs between two recipes: one frozen record for every single change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class CannotEditError(Exception):
    """A change that cannot be written into the source; the message says why, for the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerOption:
    """An option of the layer at `path`, of class `kind`, has another value."""

    path: str
    kind: str
    option: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerInserted:
    """A layer of class `kind` is new.

    Attributes:
        after: path of the layer behind which it stands for everything that reads it; None where
            that is the model's input, or where only some readers are led through the new layer.
        before: paths of the layers that read it, through other new layers if need be.
        reads: path of the old layer that feeds it, through other new layers if need be; "" for
            none. Unlike `after` it may be an input.
        model: path of the nested model it stands in, "" for the model itself.
    """

    path: str
    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)
    after: str | None = None
    before: tuple[str, ...] = ()
    reads: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRemoved:
    """The layer at `path` is gone; what it fed is fed by its input."""

    path: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerReplaced:
    """In the place of the layer at `path` stands one of class `after`, with these options."""

    path: str
    before: str
    after: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompileOption:
    """An argument of `compile` has another value.

    Attributes:
        option: where only one option of the same optimiser, loss, ... changed, its name; None for
            the argument as a whole.
        kind: class of the optimiser, loss, ... where `option` is given.
        whole: the argument's new value in either case, as Keras writes it.
    """

    argument: str
    option: str | None = None
    kind: str | None = None
    before: Any = None
    after: Any = None
    whole: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FitOption:
    """An argument of `fit` has another value; `option` is named as `fit` names it."""

    option: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAdded:
    """A callback is new."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRemoved:
    """A callback is gone; `index` counts the callbacks of the same class."""

    name: str
    index: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackOption:
    """An argument of a callback has another value; `index` as for `CallbackRemoved`."""

    name: str
    option: str
    before: Any
    after: Any
    index: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DataChange:
    """Rows or targets were changed by this remedy."""

    remedy: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionChange:
    """Answers become classes by another rule.

    Attributes:
        shares: of the classes, by their number; two of them where there is a threshold.
        value: the threshold, or tau of several classes; None where no training has told it.
        logits: whether the model answers with logits.
    """

    shares: tuple[float, ...]
    value: float | None = None
    logits: bool = False


LayerChange = LayerOption | LayerInserted | LayerRemoved | LayerReplaced
CallbackChange = CallbackAdded | CallbackRemoved | CallbackOption
Change = LayerChange | CompileOption | FitOption | CallbackChange | DataChange | DecisionChange
