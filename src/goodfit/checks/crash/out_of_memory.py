"""GF605 out-of-memory: an array did not fit into the memory of the device or the computer.

Sees: the exceptions of JAX, TensorFlow, PyTorch and NumPy that memory ran out, with the numbers of
bytes or the shape that they name.
Why it matters: what must be made smaller depends on what did not fit: the batch, a layer's weights,
or the data itself.
Evidence: how much was asked for, how much there is where that was said, and the largest batch that
could fit: by batch * capacity / (used + asked), an upper bound, as if all memory grew with the
batch.
Remedies: batch-size where the batch is what did not fit.
Source: the messages of the three backends; the bound is arithmetic.
"""

from __future__ import annotations

import math
import re

from goodfit.checks.check import Answer, Check, NotApplicable, Suspicion, Threshold, place
from goodfit.facts import CrashFacts, SettingsFacts
from goodfit.results import Remedy

ROOM = Threshold(0.5, source="the arrays that a step still has to make are not in the message")
_UNITS = {"B": 0, "KIB": 1, "MIB": 2, "GIB": 3, "TIB": 4, "PIB": 5, "EIB": 6}
_BYTES = re.compile(r"(?:allocate|allocating) (\d+) bytes")
_SIZE = re.compile(r"(?:allocate|allocating) ([\d.]+) ?([KMGTPE]iB)")
_TENSOR = re.compile(r"OOM when allocating tensor with shape\[([\d,]*)\] and type (\w+)")
_ARRAY = re.compile(r"array with shape (\([\d, ]*\)) and data type (\w+)")
_CAPACITY = re.compile(r"total capacity of ([\d.]+) ?([KMG]iB)")
_IN_USE = re.compile(r"this process has ([\d.]+) ?([KMG]iB) memory in use", re.IGNORECASE)
_IS_MEMORY = re.compile(
    r"RESOURCE_EXHAUSTED|OOM when allocating|out of memory|[Oo]ut of memory|can't allocate memory|"
    r"Unable to allocate [\d.]+ ?\S*iB|Cannot allocate memory"
)
_WIDTH = {"float": 4, "float32": 4, "half": 2, "bfloat16": 2, "double": 8, "int32": 4, "int64": 8}
_GPU = re.compile(r"GPU|CUDA|device:GPU|HIP")


def out_of_memory(crash: CrashFacts, settings: SettingsFacts | None = None) -> Answer:
    if crash.type != "MemoryError" and _IS_MEMORY.search(crash.message) is None:
        return NotApplicable(f"the {crash.type} is not about memory")
    asked, shape = _asked(crash.message)
    capacity, used = _size(_CAPACITY, crash.message), _size(_IN_USE, crash.message)
    batch = _batch(crash, settings)
    case = _case(crash, batch, shape)
    fits = None
    if case == "batch" and batch is not None:
        fits = _fits(batch, asked, capacity, used)
    evidence = {
        "during": crash.during,
        "bytes": asked,
        "asked": _told(asked),
        "shape": shape,
        "capacity": capacity,
        "in_use": used,
        "there": f" of {_told(capacity)} in all" if capacity is not None else "",
        "device": "the GPU" if _GPU.search(crash.message) else "the memory",
        "batch_size": batch,
        "batch": f" with batches of {batch} rows" if batch is not None else "",
        "fits": fits,
    }
    if case == "batch" and fits is None:
        case = "batch, unknown"
    remedies = (Remedy(id="batch-size", parameters={"batch_size": fits}),) if fits else ()
    return Suspicion(case=case, evidence=evidence, where=place(crash.where), remedies=remedies)


def _asked(text: str) -> tuple[float | None, tuple[int, ...] | None]:
    """The bytes asked for, and the shape of what they were for."""
    if (found := _TENSOR.search(text)) is not None:
        shape = tuple(int(n) for n in found[1].split(",") if n)
        return float(math.prod(shape) * _WIDTH.get(found[2], 4)), shape
    array = _ARRAY.search(text)
    shape_ = tuple(int(n) for n in re.findall(r"\d+", array[1])) if array else None
    if (found := _BYTES.search(text)) is not None:
        return float(found[1]), shape_
    return _size(_SIZE, text), shape_


def _size(pattern: re.Pattern[str], text: str) -> float | None:
    found = pattern.search(text)
    return float(found[1].rstrip(".")) * 1024 ** _UNITS[found[2].upper()] if found else None


def _told(size: float | None) -> str:
    if size is None:
        return "an array"
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:.3g} {unit}"
        size /= 1024
    return f"{size:,.0f} TiB"


def _batch(crash: CrashFacts, settings: SettingsFacts | None) -> int | None:
    """Rows in a batch of the call that failed: of fit the settings tell, else Keras' default."""
    if crash.during == "fit" and settings is not None:
        return settings.batch_size
    return None


def _case(crash: CrashFacts, batch: int | None, shape: tuple[int, ...] | None) -> str:
    if crash.type in ("MemoryError", "_ArrayMemoryError", "ArrayMemoryError"):
        return "array"
    if crash.during not in ("fit", "evaluate", "predict"):
        return "weights" if crash.during == "build" else "array"
    if shape is not None and batch is not None and len(shape) > 1 and shape[0] % batch != 0:
        return "weights"  # a tensor in which the batch's rows are not the first axis
    return "batch"


def _fits(
    batch: int, asked: float | None, capacity: float | None, used: float | None
) -> int | None:
    """A power of two that can fit; without numbers, half of what there was. None below one."""
    most = batch / 2
    if asked and capacity and used is not None:
        most = min(most, ROOM.value * batch * capacity / (used + asked))
    return 2 ** int(math.log2(most)) if most >= 1 else None


_GONE = "Memory ran out: {asked} did not fit into {device}{there}"

CHECK = Check(
    code="GF605",
    name="out-of-memory",
    severity="error",
    function=out_of_memory,
    message={
        "batch": _GONE + "{batch}.",
        "batch, unknown": _GONE + "{batch}.",
        "weights": _GONE + ", for an array of the model that does not grow with the batch.",
        "array": _GONE + ".",
    },
    advice={
        "batch": "Give fit smaller batches, batch_size={fits}, and halve it again if that is still "
        "too much. Smaller images or shorter sequences save as much, and "
        'keras.mixed_precision.set_global_policy("mixed_float16") about half.',
        "batch, unknown": "Give the call smaller batches, batch_size=1 to see whether any fits, "
        "then smaller images or shorter sequences, or a smaller model.",
        "weights": "Look in model.summary() for the layer with the most weights: most often a "
        "Dense behind Flatten; pool first (keras.layers.GlobalAveragePooling2D) or give it fewer "
        "units.",
        "array": 'Hold the data in less: x.astype("float32") is half of float64, "uint8" with '
        "keras.layers.Rescaling an eighth; or read it in batches with a keras.utils.PyDataset. "
        "Call model.predict(x, batch_size=...), not model(x), on many rows.",
    },
)
