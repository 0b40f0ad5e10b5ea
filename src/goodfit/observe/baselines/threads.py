"""How many processor threads simple learners take."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, cast


def one_thread() -> AbstractContextManager[Any]:
    """Linear algebra on one thread: on small matrices, threads cost more than they save."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    return cast("AbstractContextManager[Any]", threadpool_limits(limits=1, user_api="blas"))
