"""Arrays of any library as NumPy arrays, a few rows at a time, without importing that library.

What an object is, is read off the module its type comes from; nothing here imports JAX,
TensorFlow, PyTorch, pandas or Keras. A structure is what `fit` takes for several inputs: a list,
tuple or dict of arrays, nested or not. Leaves are named "0", "1", ... or by their dict keys;
deeper ones are joined by "/".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

BLOCK_CELLS = 4_000_000
"""Cells of a foreign array that are converted at a time: 16 MB of float32."""
CHUNK_CELLS = 131_072
"""Cells that are looked at at a time, small enough to stay in a processor's cache."""

Keep = list[slice] | None
_SCALARS = (bool, int, float, complex, str, bytes, np.generic, type(None))


def _bases(x: Any) -> Iterator[tuple[str, str]]:
    """(top module, name) of the type of `x` and of its bases."""
    for base in type(x).__mro__:
        yield base.__module__.partition(".")[0], base.__name__


def _library(x: Any) -> str:
    """The library an array comes from: "numpy", "jax", "tensorflow", "torch", "pandas", "scipy";
    "" for anything else."""
    for module, name in _bases(x):
        if module == "numpy":
            return "numpy"
        if module in ("jax", "jaxlib"):
            return "jax"
        if module in ("tensorflow", "pandas", "scipy"):
            return module
        if module == "torch" and name == "Tensor":
            return "torch"
    return ""


def _is_list(x: Any) -> bool:
    """Whether a list or tuple holds numbers or texts, nested or not, and so is one array."""
    while isinstance(x, (list, tuple)) and x:
        x = x[0]
    return isinstance(x, _SCALARS)


def source_of(x: Any) -> str:
    """What the user handed over: "numpy", "jax", "tensorflow", "torch", "pandas", "tf.data",
    "PyDataset", "DataLoader", "generator", "list", "scipy sparse", or the type's name. A list,
    tuple or dict of arrays is named by its first array."""
    if isinstance(x, (dict, list, tuple)):
        first = next((leaf for _, leaf in flatten(x)), None)
        return "list" if first is None or isinstance(first, (list, tuple)) else source_of(first)
    for module, name in _bases(x):
        if name == "PyDataset":
            return "PyDataset"
        if name == "DataLoader" and module == "torch":
            return "DataLoader"
        if module == "tensorflow" and ("Dataset" in name or "Iterator" in name):
            return "tf.data"
    library = _library(x)
    if library:
        return "scipy sparse" if library == "scipy" else library
    return "generator" if hasattr(x, "__next__") else type(x).__name__


def flatten(structure: Any, prefix: str = "") -> list[tuple[str, Any]]:
    """The arrays of a structure with their names; None leaves are left out."""
    if structure is None:
        return []
    if isinstance(structure, dict):
        items = [(str(key), value) for key, value in structure.items()]
    elif isinstance(structure, (list, tuple)) and not _is_list(structure):
        fields = getattr(structure, "_fields", None) or range(len(structure))
        items = [(str(key), value) for key, value in zip(fields, structure, strict=True)]
    else:
        return [(prefix or "0", structure)]
    parts = (flatten(value, f"{prefix}/{key}" if prefix else key) for key, value in items)
    return [leaf for part in parts for leaf in part]


def _rectangular(x: Any) -> np.ndarray:
    try:
        return np.asarray(x)
    except ValueError:
        return np.array(x, dtype=object)


def _from_torch(x: Any) -> np.ndarray:
    dense = (x.to_dense() if x.layout is not None and "sparse" in str(x.layout) else x).detach()
    try:
        found = dense.cpu().numpy()
    except TypeError:  # NumPy has no bfloat16 of its own
        found = dense.float().cpu().numpy()
    return np.asarray(found)


def _from_pandas(x: Any) -> np.ndarray:
    dtypes = list(x.dtypes) if getattr(x, "ndim", 1) == 2 else [x.dtype]
    if all(getattr(dtype, "kind", "O") in "biuf" for dtype in dtypes):
        same = all(dtype == dtypes[0] for dtype in dtypes)
        if not same or (dtypes and not isinstance(dtypes[0], np.dtype)):
            return np.asarray(x.to_numpy(dtype=float, na_value=np.nan))
    return np.asarray(x.to_numpy())


def _from_tensorflow(x: Any) -> np.ndarray:
    if hasattr(x, "dense_shape"):
        dense = np.zeros(tuple(x.dense_shape.numpy()), x.dtype.as_numpy_dtype)
        dense[tuple(x.indices.numpy().T)] = x.values.numpy()
        return dense
    # np.asarray shares a CPU tensor's memory where .numpy() copies it
    return _rectangular(x.numpy() if hasattr(x, "row_splits") else x)


def to_numpy(array: Any) -> np.ndarray:
    """A NumPy array (rows, ...) of anything array-like, sharing its memory where that is possible.

    Strings and other objects stay object arrays; bfloat16 and its like become float32; sparse
    arrays become dense; columns of pandas with missing numbers become float64 with NaN.
    """
    library = _library(array)
    if library == "torch":
        found = _from_torch(array)
    elif library == "pandas":
        found = _from_pandas(array)
    elif library == "tensorflow":
        found = _from_tensorflow(array)
    elif library == "scipy":
        found = np.asarray(array.toarray())
    elif library == "jax" and hasattr(array, "todense"):
        found = np.asarray(array.todense())
    else:
        found = _rectangular(array)
    if found.dtype.kind == "V" and found.dtype.type.__module__ == "ml_dtypes":
        return found.astype(np.int32 if "int" in found.dtype.name else np.float32)
    return found


def _length(leaf: Any) -> int:
    shape = getattr(leaf, "shape", None)
    if shape is None:
        return len(leaf) if hasattr(leaf, "__len__") else 0
    return int(shape[0]) if len(shape) else 0


def rows_of(structure: Any) -> int:
    """Rows of the first array of a structure; 0 for an empty one."""
    leaves = flatten(structure)
    return _length(leaves[0][1]) if leaves else 0


def _sliceable(leaf: Any) -> Any:
    """`leaf`, or what shares its memory or is cheaper to cut into rows."""
    library = _library(leaf)
    if library == "numpy":
        return to_numpy(leaf)
    if library == "scipy":
        return leaf.tocsr()
    if library == "torch" and leaf.device.type == "cpu" and "sparse" not in str(leaf.layout):
        return leaf.detach()
    if library == "tensorflow":
        on_host = "GPU" not in str(getattr(leaf, "device", ""))
        return to_numpy(leaf) if on_host or not hasattr(leaf, "device") else leaf
    if library == "jax":
        devices = leaf.devices() if hasattr(leaf, "devices") else ()
        return to_numpy(leaf) if all(device.platform == "cpu" for device in devices) else leaf
    return leaf if library == "pandas" or hasattr(leaf, "shape") else to_numpy(leaf)


def _cut(leaf: Any, index: Any) -> np.ndarray:
    if hasattr(leaf, "iloc"):
        return to_numpy(leaf.iloc[index])
    if isinstance(index, slice) or isinstance(leaf, np.ndarray) or _library(leaf):
        try:
            return to_numpy(leaf[index])
        except TypeError:  # TensorFlow on a device, indexed by an array
            return np.asarray(to_numpy(leaf)[index])
    wanted, place = np.unique(index, return_inverse=True)  # h5py wants rising row numbers
    return np.asarray(to_numpy(leaf[wanted])[place])


def take(structure: Any, index: Any) -> Any:
    """Rows `index` (a slice, or row numbers) of every array, as NumPy arrays in the same
    structure. Only the rows asked for are converted wherever the library can cut rows."""
    if structure is None:
        return None
    if isinstance(structure, dict):
        return {key: take(value, index) for key, value in structure.items()}
    if isinstance(structure, (list, tuple)) and not _is_list(structure):
        parts = [take(value, index) for value in structure]
        return tuple(parts) if isinstance(structure, tuple) else parts
    return _cut(_sliceable(structure), index)


def dtype_name(leaf: Any, converted: np.dtype[Any]) -> str:
    """The user's own dtype, e.g. "float32", "bfloat16", "Int64"; that of the `converted` array
    where the object has none or several."""
    dtype = getattr(leaf, "dtype", None)
    if dtype is None:
        return converted.name
    return str(getattr(dtype, "name", None) or str(dtype).removeprefix("torch."))


def cells_of_row(leaf: Any) -> int:
    """Numbers in one row of an array, 1 for a column."""
    shape = getattr(leaf, "shape", None)
    shape = np.shape(leaf) if shape is None and _length(leaf) else shape
    return max(1, int(np.prod([int(size) for size in (shape or ())[1:]])))


def spread_out(rows: int, wanted: int, blocks: int = 64) -> Keep:
    """Blocks of neighbouring rows, evenly spaced, of about `wanted` rows in all; None for all."""
    if rows <= wanted:
        return None
    each = max(1, wanted // blocks)
    starts = np.unique(np.linspace(0, rows - each, min(blocks, wanted)).astype(int))
    return [slice(int(start), int(start) + each) for start in starts]


def chunks(leaf: Any, keep: Keep = None) -> Iterator[tuple[int, np.ndarray]]:
    """(number of its first row, rows) of an array, in row order, a cache's worth at a time.
    `keep` names the rows to look at (default: all)."""
    cells = cells_of_row(leaf)
    cut = _sliceable(leaf)
    block, step = max(1, BLOCK_CELLS // cells), max(1, CHUNK_CELLS // cells)
    for part in keep or [slice(0, _length(cut))]:
        for first in range(part.start, part.stop, block):
            rows = _cut(cut, slice(first, min(first + block, part.stop)))
            for start in range(0, len(rows), step):
                yield first + start, rows[start : start + step]
