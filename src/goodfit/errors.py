"""The one exception of goodfit's own that a user of the command line meets."""

from __future__ import annotations


class CannotRunError(Exception):
    """goodfit itself could not work; the message says what it received, what it expected and how to
    fix it."""
