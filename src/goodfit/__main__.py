"""`python -m goodfit`."""

from __future__ import annotations

from goodfit.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
