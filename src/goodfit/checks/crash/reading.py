"""What an exception says of shapes, read from its text.

Keras and its three backends word the same mistake differently, and differently again from version
to version; every pattern below was met in a real run (docs/evidence/model.md). Shapes are tuples
with the batch axis where the text has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from goodfit.facts import CrashFacts, Shape

Kind = Literal[
    "axes",  # a layer wants another number of axes
    "width",  # one axis of a layer's input has another length
    "input",  # the whole input shape differs from the declared one
    "loss",  # labels against outputs, said so by Keras
    "metric",  # labels against outputs, said so by a metric
    "broadcast",  # two arrays that were to be combined element by element
    "matmul",  # two arrays that were to be multiplied as matrices
    "merge",  # a merging layer (Add, Concatenate, ...)
    "reshape",  # another number of values
    "empty",  # a convolution or pooling that leaves nothing
    "rows",  # inputs and labels of different lengths
    "arrays",  # another number of input arrays
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """One mismatch. `expected` and `received` are whole shapes where the text gives them: for
    "loss", "broadcast", "matmul" and "merge" they are the first (labels, where known) and the
    second; `numbers` are the bare lengths named by the text, the expected one first."""

    kind: Kind
    layer: str = ""
    expected: Shape | None = None
    received: Shape | None = None
    numbers: tuple[int, ...] = ()
    called: str = ""


_SHAPE = r"(?:torch\.Size\()?([(\[][\d\sNone,]*[)\]])\)?"
_LAYER = r"of layer ['\"]?([^'\"\s]+)['\"]? is incompatible with the layer: "
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_CALLED = re.compile(
    r"Exception encountered when calling (?:layer ['\"][^'\"]*['\"] \(type )?(\w+)"
)
_ARGUMENT = re.compile(r"(?:inputs|args|x)=[^\n]*?shape=" + _SHAPE)


def shape_of(text: str) -> Shape:
    """ "(None, 28, 28)", "[32,3]" or "[None 1 1 8]" as a tuple."""
    return tuple(None if item == "None" else int(item) for item in re.findall(r"None|-?\d+", text))


def _numbers(*texts: str) -> tuple[int, ...]:
    return tuple(int(text) for text in texts)


def _axes(m: re.Match[str]) -> Break:
    return Break(kind="axes", layer=m[1], numbers=_numbers(m[2], m[3]), received=shape_of(m[4]))


def _width(m: re.Match[str]) -> Break:
    return Break(kind="width", layer=m[1], numbers=_numbers(m[3], m[2]), received=shape_of(m[4]))


def _pair(kind: Kind) -> Callable[[re.Match[str]], Break]:
    return lambda m: Break(kind=kind, expected=shape_of(m[1]), received=shape_of(m[2]))


def _lengths(kind: Kind) -> Callable[[re.Match[str]], Break]:
    return lambda m: Break(kind=kind, numbers=_numbers(m[1], m[2]))


def _tensorflow(m: re.Match[str]) -> Break:
    kind: Kind = "matmul" if "MatMul" in m[0] else "broadcast"
    return Break(
        kind=kind,
        expected=shape_of(m[3]),
        received=shape_of(m[4]),
        numbers=_numbers(m[1], m[2]),
    )


def _matrices(m: re.Match[str]) -> Break:
    first, second = _numbers(m[1], m[2]), _numbers(m[3], m[4])
    return Break(kind="matmul", expected=first, received=second, numbers=(first[1], second[0]))


# In order: the more telling text first, since Keras quotes the inner exception in the outer one.
_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Break]], ...] = tuple(
    (re.compile(pattern, re.DOTALL), build)
    for pattern, build in (
        (
            _LAYER + r"expected (?:min_|max_)?ndim=(\d+), found ndim=(\d+)\. "
            r"Full shape received: " + _SHAPE,
            _axes,
        ),
        (
            _LAYER + r"expected axis (-?\d+) of input shape to have value (\d+),? "
            r"but received input with shape " + _SHAPE,
            _width,
        ),
        (
            _LAYER + r"expected shape=" + _SHAPE + r", found shape=" + _SHAPE,
            lambda m: Break(
                kind="input", layer=m[1], expected=shape_of(m[2]), received=shape_of(m[3])
            ),
        ),
        (
            r"Expected shape " + _SHAPE + r", but input has incompatible shape " + _SHAPE,
            _pair("input"),
        ),
        (r"target\.shape=" + _SHAPE + r", output\.shape=" + _SHAPE, _pair("loss")),
        (
            r"y_pred\.shape=" + _SHAPE + r" and y_true\.shape=" + _SHAPE,
            lambda m: Break(kind="metric", expected=shape_of(m[2]), received=shape_of(m[1])),
        ),
        (
            r"total size of the tensor must be unchanged\. Received: input_shape="
            + _SHAPE
            + r", target_shape="
            + _SHAPE,
            _pair("reshape"),
        ),
        (
            r"requires inputs with matching shapes.*?Received: input_shape=\["
            + _SHAPE
            + r", "
            + _SHAPE,
            _pair("merge"),
        ),
        (
            r"Inputs have incompatible shapes\. Received shapes " + _SHAPE + r" and " + _SHAPE,
            _pair("merge"),
        ),
        (
            r"Cannot broadcast shape.*?Input shapes are: " + _SHAPE + r" and " + _SHAPE,
            _pair("merge"),
        ),
        (
            r"output size would be (?:zero or )?negative\. Received: `?inputs?[._]shape=" + _SHAPE,
            lambda m: Break(kind="empty", received=shape_of(m[1])),
        ),
        (
            r"resulted in an empty output|Negative dimension size caused by|"
            r"Kernel size can't be greater than actual input size",
            lambda _: Break(kind="empty"),
        ),
        (
            r"got incompatible shapes for broadcasting: " + _SHAPE + ", " + _SHAPE,
            _pair("broadcast"),
        ),
        (
            r"Incompatible shapes for broadcasting: shapes=\[" + _SHAPE + ", " + _SHAPE,
            _pair("broadcast"),
        ),
        (r"Incompatible shapes: " + _SHAPE + r" vs\.? " + _SHAPE, _pair("broadcast")),
        (
            r"Dimensions must be equal, but are (\d+) and (\d+) for .*?with input shapes: "
            + _SHAPE
            + ", "
            + _SHAPE,
            _tensorflow,
        ),
        (
            r"The size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\)",
            _lengths("broadcast"),
        ),
        (
            r"dot_general requires contracting dimensions to have the same shape, "
            r"got \((\d+),\) and \((\d+),\)",
            _lengths("matmul"),
        ),
        (
            r"mat1 and mat2 shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)",
            _matrices,
        ),
        (
            r"Matrix size-incompatible: In\[0\]: \[(\d+),(\d+)\], In\[1\]: \[(\d+),(\d+)\]",
            _matrices,
        ),
        (
            r"Data cardinality is ambiguous.*?'x' sizes: (\d+).*?'y' sizes: (\d+)",
            _lengths("rows"),
        ),
        (
            r"expects (\d+) (?:named )?input\(s\).*?it received (\d+) input tensors",
            _lengths("arrays"),
        ),
    )
)


def read(crash: CrashFacts) -> Break | None:
    """The mismatch that the exception's text speaks of, or None."""
    text = _ANSI.sub("", crash.message)
    for pattern, build in _PATTERNS:
        found = pattern.search(text)
        if found is None:
            continue
        broken = build(found)
        called = _CALLED.findall(text)
        received = broken.received
        if broken.kind in ("empty", "matmul") and received is None:
            given = _ARGUMENT.search(text)
            received = shape_of(given[1]) if given else None
        return Break(
            kind=broken.kind,
            layer=broken.layer,
            expected=broken.expected,
            received=received,
            numbers=broken.numbers,
            called=called[-1] if called else "",
        )
    return None
