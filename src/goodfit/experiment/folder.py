"""The folders that studies leave."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from goodfit.codec import encode
from goodfit.recipe import Recipe
from goodfit.results import Protocol
from goodfit.study.parcel import digest

STUDIES = Path(".goodfit", "studies")
DIGITS = 8


def folder_of(title: str, recipe: Recipe, protocol: Protocol, backend: str) -> Path:
    """The folder under .goodfit/studies/ for this recipe and protocol: the same for the same of
    both, so that a study that was interrupted goes on. More seeds and other arms lie in it too."""
    import hashlib

    same = encode(replace(protocol, seeds=()))
    told = hashlib.blake2b(f"{digest(recipe)} {same} {backend}".encode(), digest_size=20)
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", title).strip("-") or "study"
    return (STUDIES / f"{name[:40]}-{told.hexdigest()[:DIGITS]}").absolute()


def made(folder: Path) -> Path:
    """The folder, made; what lies under .goodfit is kept out of version control.

    Raises:
        OSError: it cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    root = STUDIES.parent.absolute()
    if root in folder.absolute().parents and not (root / ".gitignore").exists():
        (root / ".gitignore").write_text("# made by goodfit\n*\n", encoding="utf-8")
    return folder
