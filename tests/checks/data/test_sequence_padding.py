"""GF129 on literals."""

from __future__ import annotations

from dataclasses import replace

import pytest
from data_literals import against_learners, chain, data, features, found, layer, part, silent

from goodfit.checks.data.sequence_padding import CHECK
from goodfit.facts import ArrayFacts, DataFacts, Facts, LayerFacts, ModelFacts

TOKENS = ArrayFacts(
    name="0", shape=(40,), dtype="int64", kind="tokens", rows_seen=500, minimum=0.0, maximum=999.0,
    whole_numbers=True, pad_share=0.2, pad_side="post",
)  # fmt: skip
PADDED = replace(TOKENS, pad_share=0.8)
BAD, GOOD = against_learners(0.3), against_learners(0.0)


def model(*behind: LayerFacts, rows: int = 1000, mask: bool = False) -> ModelFacts:
    return chain(
        layer("Embedding", input_dim=rows, mask_zero=mask),
        *behind,
        layer("Dense"),
        input_shape=(40,),
    )


LSTM = layer("LSTM", return_sequences=False)
POOL = layer("GlobalAveragePooling1D")


def test_tokens_beyond_the_table_are_an_error() -> None:
    finding = found(CHECK, Facts(data=data([TOKENS]), model=model(POOL, rows=999)))
    assert finding.severity == "error"
    assert "token 999" in finding.message
    assert "input_dim=1000 or more" in finding.advice
    assert finding.where.layer == "embedding"


def test_validation_rows_may_hold_them_too() -> None:
    held = part("validation", [replace(TOKENS, maximum=1500.0)])
    both = DataFacts(train=part("train", [TOKENS]), validation=held)
    finding = found(CHECK, Facts(data=both, model=model(POOL)))
    assert finding.evidence["set"] == "validation"


def test_tokens_below_zero_are_a_warning() -> None:
    negative = replace(TOKENS, minimum=-1.0)
    finding = found(CHECK, Facts(data=data([negative]), model=model(POOL)))
    assert finding.severity == "warning"
    assert "token -1" in finding.message


def test_a_tail_of_zeros_read_by_an_lstm() -> None:
    facts = Facts(data=data([PADDED]), model=model(LSTM), baselines=BAD)
    finding = found(CHECK, facts)
    assert finding.severity == "warning"
    assert "80% of input 0 is padding" in finding.message
    assert "mask_zero=True" in finding.advice
    assert found(CHECK, replace(facts, baselines=GOOD)).severity == "tip"


@pytest.mark.parametrize(
    ("array", "net"),
    [
        (PADDED, model(LSTM, mask=True)),
        (PADDED, model(POOL)),
        (PADDED, model(layer("Conv1D"), layer("GlobalMaxPooling1D"))),
        (PADDED, model(layer("Bidirectional"))),
        (PADDED, model(layer("LSTM", return_sequences=True), layer("GlobalMaxPooling1D"))),
        (replace(PADDED, pad_side="pre"), model(LSTM)),
        (TOKENS, model(LSTM)),
    ],
)
def test_silent_where_padding_does_no_harm(array: ArrayFacts, net: ModelFacts) -> None:
    assert silent(CHECK, Facts(data=data([array]), model=net, baselines=BAD)).result == "passed"


def test_sequences_of_numbers_need_a_masking_layer() -> None:
    numbers = replace(PADDED, kind="sequence", shape=(40, 3), dtype="float32", maximum=2.0)
    net = chain(LSTM, layer("Dense"), input_shape=(40, 3))
    assert "Masking" in found(CHECK, Facts(data=data([numbers]), model=net)).advice
    masked = chain(layer("Masking"), LSTM, layer("Dense"), input_shape=(40, 3))
    silent(CHECK, Facts(data=data([numbers]), model=masked))


def test_an_embedding_of_another_input_is_not_held_against_this_one() -> None:
    net = model(POOL, rows=10)
    plain = replace(net, kind="subclassed", inputs=())
    two = data([features([0.0], [500.0]), replace(TOKENS, name="1", maximum=9.0)])
    assert silent(CHECK, Facts(data=two, model=plain)).result == "passed"


def test_degenerate_facts() -> None:
    assert silent(CHECK, Facts(data=data(), model=model(POOL))).result == "not applicable"
    unseen = replace(TOKENS, minimum=None, maximum=None, pad_share=None, pad_side=None)
    assert silent(CHECK, Facts(data=data([unseen]), model=model(POOL))).result == "skipped"
    plain = Facts(data=data([features([0.0], [1.0])]), model=chain(layer("Dense")))
    assert silent(CHECK, plain).result == "not applicable"
