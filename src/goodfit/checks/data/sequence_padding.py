"""GF129 sequence-padding: tokens without an embedding, and padding that the model reads as data.

Sees: token numbers at or beyond an Embedding's `input_dim`, or below 0; sequences that are mostly
zeros behind their end, with no mask, in front of a recurrent layer, whose last state has then read
zeros only.
Why it matters: for a token beyond the table JAX gives NaN, TensorFlow and PyTorch stop (on a GPU
TensorFlow gives zeros); a token of -1 is taken from the end of the table. And what an LSTM has read
is forgotten over a long tail of zeros.
Evidence: the largest and smallest token against `input_dim`; the share of padding, its side, the
layers that read it, and whether a mask is made. Padding is a warning only where the trained model
did badly.
Remedies: none; `input_dim`, `mask_zero`, or padding in front.
Source: tried on Keras 3.15 with all three backends; the Keras guide "Understanding masking and
padding"; Dwarampudi, Reddy, "Effects of Padding on LSTMs and CNNs" (2019).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from goodfit.checks.check import (
    Answer,
    CannotTell,
    Check,
    NotApplicable,
    Passed,
    Suspicion,
    Threshold,
    place,
)
from goodfit.checks.data.approach import input_name, ways
from goodfit.checks.data.faring import badly_off
from goodfit.facts import (
    ArrayFacts,
    BaselineFacts,
    DataFacts,
    LayerFacts,
    ModelFacts,
    SettingsFacts,
    Trace,
)
from goodfit.results import Severity

MOSTLY = Threshold(0.5, source="more zeros than tokens")
RECURRENT = ("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional", "ConvLSTM1D")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fed:
    """An array of a set and the Embedding that takes it."""

    role: str
    array: ArrayFacts
    layer: LayerFacts


def _embedding(data: DataFacts, model: ModelFacts, number: int) -> LayerFacts | None:
    """The Embedding that takes this input straight away; None where that is not known."""
    inputs = data.train.inputs
    all_embeddings = [layer for layer in model.layers if layer.type == "Embedding"]
    name = input_name(model, inputs, number)
    known = model.kind == "sequential" or any(name in layer.model_inputs for layer in model.layers)
    if known:
        ends = [way.layer for way in ways(model, inputs, number) if way.layer is not None]
        direct = [layer for layer in ends if layer.type == "Embedding"]
        return direct[0] if direct else None
    tokens = [array for array in inputs if array.kind == "tokens"]
    alone = len(all_embeddings) == 1 and len(tokens) == 1
    return all_embeddings[0] if alone and inputs[number].kind == "tokens" else None


def _fed(data: DataFacts, model: ModelFacts) -> Iterator[_Fed]:
    for number in range(len(data.train.inputs)):
        layer = _embedding(data, model, number)
        for part in (data.train, data.validation):
            if layer is not None and part is not None and number < len(part.inputs):
                yield _Fed(role=part.role, array=part.inputs[number], layer=layer)


def _outside(fed: _Fed) -> tuple[str, dict[str, Any]] | None:
    rows = fed.layer.options.get("input_dim")
    low, high = fed.array.minimum, fed.array.maximum
    if not isinstance(rows, int) or low is None or high is None:
        return None
    told = {
        "layer": fed.layer.path,
        "input": fed.array.name,
        "set": fed.role,
        "input_dim": rows,
        "largest": high,
        "smallest": low,
        "needed": int(high) + 1,
    }
    if high >= rows:
        return "beyond", told
    return ("negative", told) if low <= -1 else None


def _masked(model: ModelFacts) -> bool:
    """Whether anything in the model makes a mask, or may, as code of the user's own does."""
    return any(
        layer.type == "Masking" or layer.options.get("mask_zero") or not layer.builtin
        for layer in model.layers
    )


def _reader(model: ModelFacts) -> LayerFacts | None:
    """The first recurrent layer, if it gives its last state only."""
    found = [layer for layer in model.layers if layer.type in RECURRENT]
    if not found or found[0].type == "Bidirectional" or found[-1].options.get("return_sequences"):
        return None
    return found[0]


def _padded(data: DataFacts, model: ModelFacts) -> tuple[ArrayFacts, LayerFacts] | None:
    reader = _reader(model)
    if reader is None or _masked(model) or model.kind == "subclassed":
        return None
    for array in data.train.inputs:
        share = array.pad_share
        if share is not None and share >= MOSTLY.value and array.pad_side == "post":
            return array, reader
    return None


def sequence_padding(
    data: DataFacts,
    model: ModelFacts,
    trace: Trace | None = None,
    baselines: BaselineFacts | None = None,
    settings: SettingsFacts | None = None,
) -> Answer:
    fed = list(_fed(data, model))
    for one in fed:
        outside = _outside(one)
        if outside is not None:
            case, told = outside
            where = place(one.layer.where, layer=one.layer.path, argument="input_dim")
            level: Severity = "error" if case == "beyond" else "warning"
            return Suspicion(evidence=told, case=case, severity=level, where=where)
    padded = _padded(data, model)
    shares = [array.pad_share for array in data.train.inputs if array.pad_share is not None]
    if padded is None:
        if not fed and not shares:
            return NotApplicable("no input holds tokens or sequences")
        if not shares and all(one.array.maximum is None for one in fed):
            return CannotTell("the tokens were not looked at")
        most = max(shares, default=0.0)
        return Passed(f"tokens lie within the embedding; padding {most:.0%} at most")
    array, reader = padded
    harmed = badly_off(baselines, trace, settings)
    embedding = next((one.layer.path for one in fed if one.array.name == array.name), None)
    evidence = {
        "input": array.name,
        "layer": reader.path,
        "share": array.pad_share,
        "side": array.pad_side,
        "model_did_badly": harmed,
    }
    return Suspicion(
        evidence=evidence,
        case="unmasked" if embedding is not None else "unmasked numbers",
        severity=None if harmed else "tip",
        where=place(reader.where, layer=embedding or reader.path, argument="mask_zero"),
    )


_UNMASKED = (
    "{share:.0%} of input {input} is padding behind the end of the rows, nothing masks it, and "
    "{layer} gives its state after having read it."
)

CHECK = Check(
    code="GF129",
    name="sequence-padding",
    severity="warning",
    function=sequence_padding,
    message={
        "beyond": "The {set} rows hold token {largest:.0f}, but {layer} has input_dim={input_dim} "
        "rows, for 0 to one less: JAX gives NaN for it, TensorFlow and PyTorch stop.",
        "negative": "The {set} rows hold token {smallest:.0f}; {layer} takes numbers below 0 from "
        "the end of its table, as another token's.",
        "unmasked": _UNMASKED,
        "unmasked numbers": _UNMASKED,
    },
    advice={
        "beyond": "Set input_dim={needed} or more (vocabulary size plus one for padding, plus one "
        "for unknown words), or map rarer tokens to one number for unknown.",
        "negative": "Number the tokens from 0 (0 for padding), and look whether they were scaled "
        "or shifted by mistake.",
        "unmasked": "Give the Embedding mask_zero=True and keep 0 for padding alone, or pad in "
        "front: keras.utils.pad_sequences(x, padding='pre').",
        "unmasked numbers": "Put keras.layers.Masking(mask_value=0.0) in front of it, or pad in "
        "front: keras.utils.pad_sequences(x, padding='pre', dtype='float32').",
    },
)
