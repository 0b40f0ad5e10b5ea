"""A worker process as its study sees it: lines in, lines out, and how it died."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

MODULE = "goodfit.experiment.worker"
"""Run by name: it stands above the studies, for it brings the instruments that measure models."""

LARGE_PAGES = "glibc.malloc.hugetlb"
"""See https://sourceware.org/glibc/manual/latest/html_node/Memory-Allocation-Tunables.html; where
it is set already, or the C library is another, nothing changes."""

Inbox = queue.Queue[tuple["Worker", dict[str, Any] | None]]


def one_core(backend: str, folder: Path) -> dict[str, str]:
    """The environment of a worker: this process's, with Keras' backend as it is here, and one
    thread each, since there are as many workers as cores. What JAX compiles is kept in `folder`,
    for the trials of one arm differ in their seeds only. Large blocks of memory are given to the
    process in large pages: a convolutional network frees and takes hundreds of megabytes at every
    step, and page by page that takes a third of its time on JAX (benchmarks/memory_pages.py)."""
    compiled = {
        "JAX_COMPILATION_CACHE_DIR": str(folder / "compiled"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
    }
    names = ("OMP", "OPENBLAS", "MKL", "VECLIB", "NUMEXPR")
    threads = {f"{name}_NUM_THREADS": "1" for name in names}
    tensorflow = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_cpu_multi_thread_eigen=false".strip()
    # XLA sizes its thread pool by NPROC; on a GPU the workers share the memory.
    pages = os.environ.get("GLIBC_TUNABLES", "")
    if LARGE_PAGES not in pages:
        pages = ":".join(filter(None, (pages, f"{LARGE_PAGES}=1")))
    jax = {"NPROC": "1", "XLA_FLAGS": flags, "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
    told = {"KERAS_BACKEND": backend, "PYTHONUTF8": "1", "GLIBC_TUNABLES": pages}
    return {**compiled, **os.environ, **threads, **tensorflow, **jax, **told}


class Worker:
    """One process. Its messages arrive in `inbox`, and None when it has ended; `job` is what it is
    working on."""

    def __init__(self, folder: Path, inbox: Inbox, environment: dict[str, str]) -> None:
        self.job: int | None = None
        self._log = folder / f"worker-{os.urandom(4).hex()}.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                # -P: nothing in the working folder may stand in for a module.
                [sys.executable, "-P", "-m", MODULE, str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
                # Ctrl-C is for the study, which ends its workers itself.
                start_new_session=True,
            )
        self._reader = threading.Thread(target=self._read, args=(inbox,), daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Of its process."""
        return self._process.pid

    def _read(self, inbox: Inbox) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            try:
                inbox.put((self, json.loads(line)))
            except ValueError:
                break  # cut off in the middle of a line: it is dying
        inbox.put((self, None))

    def send(self, message: dict[str, Any]) -> None:
        """Tell it something; if it is dead, `inbox` will say so."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()

    def how_it_died(self) -> str:
        """A sentence, once it has ended."""
        code = self._process.wait()
        lines = self._log.read_text(errors="replace").strip().splitlines()
        last = f": {lines[-1].strip()[:300]}" if lines else ""
        if code >= 0:
            return f"the process ended with code {code}{last}"
        number = -code
        if number == getattr(signal, "SIGKILL", 9):
            return "the process died (signal 9: out of memory?)"
        return f"the process died (signal {number}{last})"

    def end(self) -> None:
        """Kill it, and wait until it is gone."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self._log.unlink(missing_ok=True)
