"""`goodfit run` on scripts that crash: the fix that was tried stands in the finding, and only where
it passed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from told import Told, tell

BROKEN = "tests/scripts/broken"


def finding(told: Told, code: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in told.report["findings"] if one["code"] == code)
    return found


@pytest.mark.script
@pytest.mark.parametrize(
    ("script", "code", "proof", "sentence"),
    [
        (
            "no_channel_axis",
            "GF601",
            "one batch passes, loss ",
            "Tried: one batch passes with x[..., np.newaxis].",
        ),
        (
            "class_numbers",
            "GF601",
            "one batch passes, loss ",
            'Tried: one batch passes with loss="sparse_categorical_crossentropy".',
        ),
        (
            "unknown_loss",
            "GF603",
            "one batch passes, loss ",
            'Tried: one batch passes with loss="sparse_categorical_crossentropy".',
        ),
        (
            "shared_optimizer",
            "GF609",
            "one batch passes, loss ",
            "Tried: one batch passes with a new optimiser, keras.optimizers.Adam(...).",
        ),
        (
            "labels_cut_off",
            "GF602",
            "one batch passes, loss ",
            "Tried: one batch passes with x[:50] and y[:50], which does not tell whether those "
            "rows belong together.",
        ),
        (
            "legacy_rate",
            "GF606",
            "the call passes",
            "Tried: the call passes with Adam(learning_rate=0.01).",
        ),
        (
            "unknown_activation",
            "GF603",
            "the call passes",
            'Tried: the call passes with Dense(..., activation="softmax").',
        ),
    ],
)
def test_the_fix_that_passed_is_told(
    script: str, code: str, proof: str, sentence: str, tmp_path: Path
) -> None:
    told = tell(f"{BROKEN}/{script}.py", folder=tmp_path)

    found = finding(told, code)
    assert told.code == 3
    assert found["evidence"]["proof"].startswith(proof)
    assert found["advice"].endswith(sentence)


@pytest.mark.script
def test_nothing_is_claimed_where_nothing_could_be_tried(tmp_path: Path) -> None:
    told = tell(f"{BROKEN}/own_step.py", folder=tmp_path)

    found = finding(told, "GF601")
    proof = told.report["fits"][-1]["facts"]["crash"]["proof"]
    assert found["evidence"]["proof"] is None
    assert "Tried" not in found["advice"]
    assert proof["reason"].startswith("the model overrides train_step")
