"""A recipe as files that another process reads: JSON, and arrays that are mapped into memory.

FOLDER/arrays/DIGEST.npy holds an array, written once however many recipes share it;
FOLDER/DIGEST.json holds a recipe and names its arrays. Nothing is a pickle.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from goodfit.codec import from_plain, to_plain
from goodfit.recipe import (
    DataRecipe,
    FitRecipe,
    ModelRecipe,
    NoRecipeError,
    Recipe,
    Rows,
    Task,
    leaves,
)
from goodfit.results import Remedy


class Digests:
    """Digests of arrays by content, each computed once while it lives."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[np.ndarray, str]] = {}

    def __call__(self, array: np.ndarray) -> str:
        """Hexadecimal digest of dtype, shape and content."""
        known = self._known.get(id(array))
        if known is None:
            # The array is kept, so that its id stays its own.
            known = self._known[id(array)] = (array, _digest(np.asarray(array)))
        return known[1]


def _digest(array: np.ndarray) -> str:
    found = hashlib.blake2b(f"{array.dtype.str} {array.shape}".encode(), digest_size=20)
    if array.dtype.hasobject:
        found.update(repr(array.tolist()).encode())
    else:
        found.update(np.ascontiguousarray(array).reshape(-1).view("uint8").data)
    return found.hexdigest()


def why_not_portable(recipe: Recipe) -> str:
    """Why another process cannot train the recipe, a sentence; "" where it can."""
    if recipe.model.config is None or recipe.model.build is not None:
        return "the model is built by the user's own code, which only this process holds"
    if recipe.model.objects:
        names = ", ".join(sorted(recipe.model.objects))
        return f"the model is made with the user's own {names}, which only this process holds"
    for name, rows in _sets(recipe.data):
        for leaf in leaves([rows.x, rows.y, rows.weight]):
            if np.asarray(leaf).dtype.hasobject:
                return f"the {name} rows hold Python objects, expected numbers"
    return ""


def digest(recipe: Recipe, digests: Digests | None = None) -> str:
    """Hexadecimal digest of all that decides what the recipe trains to. Code of the user's own is
    known by its name alone."""
    build = recipe.model.build
    own = [getattr(build, "__qualname__", type(build).__qualname__), *sorted(recipe.model.objects)]
    told = _plain(recipe, digests or Digests())
    # How the recipe came about does not matter to what it trains to.
    told = {key: value for key, value in told.items() if key not in ("remedies", "notes")}
    text = json.dumps([told, own], sort_keys=True, default=_last_resort)
    return hashlib.blake2b(text.encode(), digest_size=20).hexdigest()


def pack(recipe: Recipe, folder: Path, digests: Digests | None = None) -> Path:
    """Write the recipe below `folder`; returns the path of its JSON file.

    Raises:
        NoRecipeError: it is not portable.
        OSError: the files cannot be written.
    """
    reason = why_not_portable(recipe)
    if reason:
        raise NoRecipeError(reason)
    arrays = folder / "arrays"
    arrays.mkdir(parents=True, exist_ok=True)
    digests = digests or Digests()
    for leaf in leaves([*_parts(recipe.data), recipe.model.loaded]):
        path = arrays / f"{digests(leaf)}.npy"
        if not path.exists():
            _write(path, partial(_save, leaf))
    try:
        text = json.dumps(_plain(recipe, digests), default=_scalar).encode()
    except (TypeError, ValueError) as error:
        raise NoRecipeError(f"a setting cannot be handed to another process: {error}") from error
    path = folder / f"{hashlib.blake2b(text, digest_size=20).hexdigest()}.json"
    if not path.exists():
        _write(path, lambda file: file.write(text))
    return path


def unpack(path: Path) -> Recipe:
    """The recipe that `pack` wrote; its arrays are read-only maps of the files.

    Raises:
        ValueError: the file is not such a recipe.
        OSError: a file cannot be read.
    """
    told = json.loads(path.read_bytes())
    folder = path.parent / "arrays"
    model, data = told["model"], told["data"]
    sets = {name: _rows(data[name], folder) for name in ("train", "validation", "test")}
    if sets["train"] is None:
        raise ValueError(f"{path.name} holds no training rows")
    return Recipe(
        model=ModelRecipe(
            config=model["config"], base=model["base"], loaded=_tree(model["loaded"], folder)
        ),
        compile=told["compile"],
        fit=from_plain(told["fit"], FitRecipe),
        data=DataRecipe(
            train=sets["train"],
            validation=sets["validation"],
            test=sets["test"],
            streamed=data["streamed"],
        ),
        task=from_plain(told["task"], Task),
        remedies=tuple(from_plain(one, Remedy) for one in told["remedies"]),
        notes=tuple(told["notes"]),
    )


def _sets(data: DataRecipe) -> list[tuple[str, Rows]]:
    named = [("training", data.train), ("validation", data.validation), ("test", data.test)]
    return [(name, rows) for name, rows in named if rows is not None]


def _parts(data: DataRecipe) -> list[Any]:
    return [(rows.x, rows.y, rows.weight) for _, rows in _sets(data)]


def _save(array: np.ndarray, file: Any) -> None:
    np.save(file, array, allow_pickle=False)


def _write(path: Path, fill: Callable[[Any], Any]) -> None:
    """Whole or not at all, whatever happens meanwhile."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    with unfinished.open("wb") as file:
        fill(file)
    os.replace(unfinished, path)


def _plain(recipe: Recipe, digests: Digests) -> dict[str, Any]:
    def rows(given: Rows | None) -> Any:
        if given is None:
            return None
        return [_named(part, digests) for part in (given.x, given.y, given.weight)]

    data, model = recipe.data, recipe.model
    return {
        "model": {
            "config": _dicts(model.config),
            "base": _dicts(model.base),
            "loaded": _named(dict(model.loaded), digests),
        },
        "compile": _dicts(recipe.compile),
        "fit": to_plain(recipe.fit),
        "data": {
            "train": rows(data.train),
            "validation": rows(data.validation),
            "test": rows(data.test),
            "streamed": data.streamed,
        },
        "task": to_plain(recipe.task),
        "remedies": [to_plain(one) for one in recipe.remedies],
        "notes": list(recipe.notes),
    }


def _dicts(config: Any) -> Any:
    if isinstance(config, Mapping):
        return {str(key): _dicts(value) for key, value in config.items()}
    return [_dicts(item) for item in config] if isinstance(config, (list, tuple)) else config


def _scalar(value: Any) -> Any:
    """NumPy's numbers in a configuration."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray) and not value.dtype.hasobject:
        return value.tolist()
    raise TypeError(f"{type(value).__name__} is not plain data")


def _last_resort(value: Any) -> Any:
    try:
        return _scalar(value)
    except TypeError:
        return getattr(value, "__qualname__", type(value).__qualname__)


def _named(tree: Any, digests: Digests) -> Any:
    """The structure with digests in place of arrays."""
    if isinstance(tree, Mapping):
        return {"mapping": {key: _named(value, digests) for key, value in tree.items()}}
    if isinstance(tree, (tuple, list)):
        kind = "tuple" if isinstance(tree, tuple) else "list"
        return {kind: [_named(item, digests) for item in tree]}
    return None if tree is None else digests(tree)


def _tree(named: Any, folder: Path) -> Any:
    if named is None:
        return None
    if isinstance(named, str):
        if not named.isalnum():
            raise ValueError(f"{named!r} is not the name of an array")
        # A plain view: not all that takes arrays takes NumPy's own class of maps.
        return np.asarray(np.load(folder / f"{named}.npy", mmap_mode="r", allow_pickle=False))
    ((kind, items),) = named.items()
    if kind == "mapping":
        return {key: _tree(item, folder) for key, item in items.items()}
    found = [_tree(item, folder) for item in items]
    return tuple(found) if kind == "tuple" else found


def _rows(named: Any, folder: Path) -> Rows | None:
    if named is None:
        return None
    x, y, weight = (_tree(part, folder) for part in named)
    return Rows(x=x, y=y, weight=weight)
