"""Trials in the study's folder: SQLite, so that what is finished stays finished."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from goodfit.codec import encode, to_plain
from goodfit.results import Protocol, Remedy, RowScores, Trial, TrialEpoch
from goodfit.study.blobs import from_bytes, kept, to_bytes
from goodfit.study.lock import Lock, holder

VERSION = 2
MARK = 0x676F6664
"""SQLite's application_id of these files: "gofd"."""
FILE = "study.sqlite"

TABLES = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE arms (name TEXT PRIMARY KEY, digest TEXT NOT NULL, remedies TEXT NOT NULL)",
    # Columns of measured numbers have no type: SQLite would turn NaN into NULL.
    """CREATE TABLE trials (id INTEGER PRIMARY KEY, arm TEXT NOT NULL, seed INTEGER NOT NULL,
        status TEXT NOT NULL, reason TEXT NOT NULL, best_epoch INTEGER, still_improving INTEGER,
        parameters INTEGER, seconds REAL, validation_score BLOB, validation_loss BLOB,
        test_score BLOB, test_loss BLOB, threshold, UNIQUE (arm, seed))""",
    """CREATE TABLE epochs (trial INTEGER, number INTEGER, train_loss, validation_loss, score,
        learning_rate, seconds, PRIMARY KEY (trial, number)) WITHOUT ROWID""",
)


class StoreError(Exception):
    """The study's folder cannot be used; the message says what was found, what was expected and
    how to fix it."""


class Unkept:
    """The store of a study that nobody will resume: in memory."""

    def __init__(self) -> None:
        self._trials: list[Trial] = []

    def register(self, name: str, digest: str, remedies: tuple[Remedy, ...] = ()) -> None:
        """Nothing to compare with."""

    def add(self, trial: Trial) -> Trial:
        """Keep a trial; returns it as `trials` will give it."""
        self._trials.append(kept(trial))
        return self._trials[-1]

    def trials(self) -> tuple[Trial, ...]:
        """All trials, as they came."""
        return tuple(self._trials)


class Store:
    """The store of one study, held by one process at a time until `close`.

    Args:
        folder: made where it is not there.
        protocol: of the study. A store keeps trials of one protocol; only seeds may differ.
        backend: Keras' backend, likewise; "" where it does not matter.

    Raises:
        StoreError: the folder holds something else, or another process uses it.
    """

    def __init__(self, folder: Path, protocol: Protocol, *, backend: str = "") -> None:
        self.path = folder / FILE
        self._lock = self._locked(folder)
        try:
            self._db = sqlite3.connect(self.path, isolation_level=None)
            try:
                self._open(protocol, backend)
            except BaseException:
                self._db.close()
                raise
        except BaseException as error:
            self._lock.release()
            if isinstance(error, sqlite3.Error):
                raise StoreError(self._unreadable(error)) from error
            raise

    def _locked(self, folder: Path) -> Lock:
        path = folder / "study.lock"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return Lock(path)
        except BlockingIOError as error:
            raise StoreError(
                f"{folder} is in use by {holder(path)}; expected one study in a folder at a time. "
                "Wait until it ends, or choose another folder."
            ) from error
        except OSError as error:
            raise StoreError(
                f"{folder} cannot be written ({error.strerror}). Choose another folder."
            ) from error

    def _open(self, protocol: Protocol, backend: str) -> None:
        db = self._db
        db.execute("PRAGMA busy_timeout = 10000")
        mark = db.execute("PRAGMA application_id").fetchone()[0]
        tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if mark != MARK and (mark or tables):
            raise StoreError(
                f"{self.path} is a database of another program; expected a study that goodfit "
                "wrote. Choose another folder."
            )
        if db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("its pages do not fit together")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        told = {"schema": str(VERSION), "protocol": _protocol(protocol), "backend": backend}
        if tables:
            self._compare(told)
            return
        with self._transaction():
            db.execute(f"PRAGMA application_id = {MARK}")
            for statement in TABLES:
                db.execute(statement)
            db.executemany("INSERT INTO meta VALUES (?, ?)", told.items())

    def _compare(self, told: dict[str, str]) -> None:
        found = dict(self._db.execute("SELECT key, value FROM meta"))
        if found.get("schema") != told["schema"]:
            raise StoreError(
                f"{self.path} has schema version {found.get('schema')}; this goodfit reads and "
                f"writes version {VERSION}. Use the goodfit that wrote it, or choose another "
                "folder."
            )
        if found.get("protocol") != told["protocol"]:
            changes = _differences(found.get("protocol", "{}"), told["protocol"])
            raise StoreError(
                f"{self.path} holds trials of another protocol ({changes}). Repeat the study with "
                "the settings it began with, or choose another folder."
            )
        if found.get("backend") != told["backend"]:
            raise StoreError(
                f"{self.path} holds trials of the {found.get('backend')!r} backend; this process "
                f"uses {told['backend']!r}. Set KERAS_BACKEND, or choose another folder."
            )

    def _unreadable(self, error: sqlite3.Error) -> str:
        return (
            f"{self.path} cannot be read as a study ({error}): it is damaged, cut short, or no "
            "file of goodfit's. Move it away and run the study again, or choose another folder."
        )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.rollback()
            raise
        self._db.execute("COMMIT")

    def register(self, name: str, digest: str, remedies: tuple[Remedy, ...] = ()) -> None:
        """Say which recipe an arm is.

        Raises:
            StoreError: the store knows an arm of this name with another recipe.
        """
        known = self._db.execute("SELECT digest FROM arms WHERE name = ?", (name,)).fetchone()
        if known is not None:
            if known[0] != digest:
                raise StoreError(
                    f"{self.path} holds trials of another recipe under the name {name!r} (digest "
                    f"{known[0][:8]}, now {digest[:8]}): the model, its settings or the data have "
                    "changed. Undo the change, or choose another folder."
                )
            return
        written = json.dumps([to_plain(remedy) for remedy in remedies])
        with self._writing(), self._transaction():
            self._db.execute("INSERT INTO arms VALUES (?, ?, ?)", (name, digest, written))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(
                f"{self.path} could not be written ({error}). The trials before are kept: make "
                "room or lift the hindrance, and run the same command again."
            ) from error

    def add(self, trial: Trial) -> Trial:
        """Keep a trial, in one transaction; returns it as `trials` will give it, so that a study
        comes to the same whether or not it was interrupted.

        Raises:
            StoreError: it cannot be written, or this arm and seed are there already.
        """
        trial = kept(trial)
        row = (
            trial.arm,
            trial.seed,
            trial.status,
            trial.reason,
            trial.best_epoch,
            trial.still_improving,
            trial.parameters,
            trial.seconds,
            *_blobs(trial.validation),
            *_blobs(trial.test),
            trial.threshold,
        )
        with self._writing(), self._transaction():
            marks = ", ".join("?" * len(row))
            number = self._db.execute(f"INSERT INTO trials VALUES (NULL, {marks})", row).lastrowid
            self._db.executemany(
                "INSERT INTO epochs VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(number, *map(_in, astuple(epoch))) for epoch in trial.epochs],
            )
        return trial

    def trials(self) -> tuple[Trial, ...]:
        """All trials, in the order they were finished.

        Raises:
            StoreError: the file is damaged.
        """
        try:
            rows = self._db.execute("SELECT * FROM trials ORDER BY id").fetchall()
            return tuple(self._trial(*row) for row in rows)
        except (sqlite3.Error, ValueError) as error:
            raise StoreError(self._unreadable(sqlite3.DatabaseError(str(error)))) from error

    def _trial(self, number: int, *row: Any) -> Trial:
        arm, seed, status, reason, best, improving, parameters, seconds, *blobs, threshold = row
        epochs = self._db.execute(
            "SELECT number, train_loss, validation_loss, score, learning_rate, seconds "
            "FROM epochs WHERE trial = ? ORDER BY number",
            (number,),
        )
        return Trial(
            arm=arm,
            seed=seed,
            status=status,
            reason=reason,
            epochs=tuple(_epoch(*map(_out, values)) for values in epochs),
            best_epoch=best,
            still_improving=bool(improving),
            parameters=parameters,
            seconds=seconds,
            validation=_scores(*blobs[:2]),
            test=_scores(*blobs[2:]),
            threshold=threshold,
        )

    def close(self) -> None:
        """Let other processes have the folder. A second call does nothing."""
        self._db.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _protocol(protocol: Protocol) -> str:
    """All that decides what a trial comes to; other seeds are other trials, not others' trials."""
    return encode(replace(protocol, seeds=()))


def _differences(found: str, expected: str) -> str:
    before, now = json.loads(found), json.loads(expected)
    names = [name for name in now if before.get(name) != now[name]]
    return "; ".join(f"{name} was {before.get(name)}, now {now[name]}" for name in names)


def _in(value: Any) -> Any:
    return "nan" if isinstance(value, float) and value != value else value


def _out(value: Any) -> Any:
    return float("nan") if value == "nan" else value


def _epoch(
    number: int, train: Any, validation: Any, score: Any, rate: Any, took: Any
) -> TrialEpoch:
    return TrialEpoch(
        index=number,
        train_loss=train,
        validation_loss=validation,
        score=score,
        learning_rate=rate,
        seconds=took,
    )


def _blobs(scores: RowScores | None) -> tuple[bytes | None, bytes | None]:
    return (None, None) if scores is None else (to_bytes(scores.score), to_bytes(scores.loss))


def _scores(score: bytes | None, loss: bytes | None) -> RowScores | None:
    if score is None or loss is None:
        return None
    return RowScores(score=from_bytes(score), loss=from_bytes(loss))
