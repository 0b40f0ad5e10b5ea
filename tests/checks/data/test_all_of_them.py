"""What holds for every check of the data."""

from __future__ import annotations

import re
import string
from dataclasses import replace

import pytest
from data_literals import (
    MSE,
    SPARSE,
    answers,
    chain,
    data,
    features,
    image,
    labels,
    layer,
    numbers,
    settings,
)
from image_literals import alone, pictures

from goodfit.checks.check import Check, run_check
from goodfit.checks.data import (
    broken_image_files,
    channel_axis,
    class_imbalance,
    conflicting_labels,
    constant_features,
    distribution_shift,
    duplicate_rows,
    grey_as_colour,
    heavy_tailed_features,
    image_folders,
    image_range,
    image_shortcut,
    image_size,
    label_encoding_mismatch,
    label_noise,
    label_out_of_range,
    leaked_rows,
    leaky_feature,
    missing_class,
    no_signal,
    non_finite_data,
    odd_images,
    preprocessing_leak,
    resized_images,
    sequence_padding,
    small_validation_set,
    target_shape_mismatch,
    time_order,
    too_few_rows,
    unscaled_features,
    unscaled_targets,
    unshuffled_split,
    unstable_validation_set,
    unstratified_split,
    wrong_dtype,
)
from goodfit.codec import decode, encode
from goodfit.facts import (
    ArrayFacts,
    BaselineFacts,
    DataFacts,
    Epoch,
    Facts,
    HonestLoss,
    ImageFacts,
    ImageFolderFacts,
    ModelFacts,
    SetFacts,
    SettingsFacts,
    SplitFacts,
    TargetFacts,
    Trace,
)

ALL = [
    module.CHECK
    for module in (
        broken_image_files,
        channel_axis,
        class_imbalance,
        conflicting_labels,
        constant_features,
        distribution_shift,
        duplicate_rows,
        grey_as_colour,
        heavy_tailed_features,
        image_folders,
        image_range,
        image_shortcut,
        image_size,
        label_encoding_mismatch,
        label_noise,
        label_out_of_range,
        leaked_rows,
        leaky_feature,
        missing_class,
        no_signal,
        non_finite_data,
        odd_images,
        preprocessing_leak,
        resized_images,
        sequence_padding,
        small_validation_set,
        target_shape_mismatch,
        time_order,
        too_few_rows,
        unscaled_features,
        unscaled_targets,
        unshuffled_split,
        unstable_validation_set,
        unstratified_split,
        wrong_dtype,
    )
]
NAN = float("nan")
BLANK = ArrayFacts(name="0", shape=(), dtype="float32")
BLANK_TARGET = TargetFacts(name="0", shape=(), dtype="float32", kind="continuous")
SPLIT = settings(validation="split", validation_split=0.2)

ODD: dict[str, Facts] = {
    "nothing": Facts(),
    "empty records": Facts(
        model=ModelFacts(name="m", kind="functional"),
        settings=SettingsFacts(),
        data=DataFacts(train=SetFacts(role="train")),
        trace=Trace(),
        baselines=BaselineFacts(task="classes", rows=0),
    ),
    "blank arrays": Facts(
        model=chain(layer("Dense")),
        settings=SPLIT,
        data=data([BLANK], [BLANK_TARGET], [BLANK_TARGET]),
        trace=Trace(predictions=answers()),
    ),
    "NaN everywhere": Facts(
        model=chain(layer("Dense")),
        settings=SPLIT,
        data=replace(
            data([features([NAN], [NAN])], [numbers(NAN, NAN)], [numbers(NAN, NAN)]),
            split=SplitFacts(leaked=0, leaked_expected=0.0, rows_compared=1),
        ),
        trace=Trace(
            epochs=(
                Epoch(
                    index=0,
                    logs={"loss": NAN},
                    train=HonestLoss(mean=NAN, standard_error=NAN, rows=1),
                ),
            ),
            predictions=answers(error=NAN, prior_error=NAN, minimum=NAN, maximum=NAN, finite=False),
            final_validation=HonestLoss(mean=NAN, standard_error=NAN, rows=1),
        ),
        baselines=BaselineFacts(
            task="numbers", rows=1, model_error=NAN, model_error_se=NAN, model_vs_best=NAN
        ),
    ),
    "one row, one class": Facts(
        model=chain(layer("Dense")),
        settings=settings(SPARSE, validation="split"),
        data=data([features([1.0], [0.0])], [labels({0: 1})], [labels({0: 1})]),
    ),
    "images that are not finite": Facts(
        model=chain(layer("Conv2D"), input_shape=(28, 28, 1)),
        settings=settings(MSE),
        data=data([replace(image((28, 28, 1)), minimum=NAN, maximum=NAN)], [numbers()]),
    ),
    "nothing known of the images": Facts(images=ImageFacts()),
    "no image, and nothing known of its folder": Facts(
        data=data([image((0, 0, 3))], [labels({0: 0})]),
        images=ImageFacts(
            train=pictures(rows_seen=0, grey=NAN, maximum=NAN, properties=(alone("mode", NAN),)),
            validation=pictures(rows_seen=1, properties=(), outlier_counts={"blank": 1}),
            folders=(
                ImageFolderFacts(role="train", directory="", reader="", classes={}, files=0),
                ImageFolderFacts(role="validation", directory="", reader="", classes={}, files=0),
            ),
            near_leaked=0,
        ),
    ),
}


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.name)
@pytest.mark.parametrize("facts", ODD.values(), ids=ODD.keys())
def test_odd_facts_never_break_a_check(check: Check, facts: Facts) -> None:
    outcome, _ = run_check(check, facts)
    assert outcome.result != "failed", outcome.reason
    assert outcome.reason


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.name)
def test_the_file_says_what_it_must(check: Check) -> None:
    doc = check.doc
    assert doc.startswith(f"{check.code} {check.name}: ")
    for heading in ("Sees", "Why it matters", "Evidence", "Remedies", "Source"):
        assert re.search(rf"^{heading}: ", doc, re.MULTILINE), heading


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.name)
def test_messages_and_advice_have_the_same_cases_and_plain_fields(check: Check) -> None:
    both = [
        wording if not isinstance(wording, str) else {"": wording}
        for wording in (check.message, check.advice)
    ]
    assert both[0].keys() == both[1].keys()
    for text in [*both[0].values(), *both[1].values()]:
        assert text.endswith((".", "{yet}"))
        assert all(field is None or field for _, field, _, _ in string.Formatter().parse(text))


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.name)
def test_facts_that_were_written_down_and_read_back_give_the_same(check: Check) -> None:
    for facts in ODD.values():
        again = decode(encode(facts), Facts)
        first, second = run_check(check, facts)[0], run_check(check, again)[0]
        assert (first.result, first.reason) == (second.result, second.reason)
