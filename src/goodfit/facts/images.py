"""Pictures: what the images of each set are like, the folders they lie in, and what changes them.

Brightness, contrast and sharpness are reckoned on grey images (the mean of the colour channels), as
shares of the range of values: [0, 1], [-1, 1] or [0, 255], whichever the values of the training set
fit into ([0, 255] only with values above 127), else their own least and greatest value. Validation
images are held against the same range.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageOutlier:
    """One image unlike the others of its set. `row` is its number in the user's arrays, None for a
    stream; `path` its file, "" where unknown; `value` the brightness (dark, bright), the contrast
    (blank) or the sharpness (blurred)."""

    kind: Literal["blank", "dark", "bright", "blurred"]
    value: float
    row: int | None = None
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageProperty:
    """What one simple property of an image alone tells of its class: the share of wrong answers of
    a small tree on it, on rows it was not fitted on, with its standard error, and that of the most
    frequent class. `name` is "brightness", "contrast", "sharpness", "colour", "border" (the mean of
    the outermost pixels), or of files "width", "height", "aspect", "bytes" or "mode"."""

    name: str
    error: float
    error_se: float
    prior_error: float
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSetFacts:
    """The images of one set, (height, width, channels) of the first input that holds images, as the
    model is given them; reckoned from a sample of `rows_seen` of at most 2,048 rows.

    `channel_mean` and `channel_std` are by channel. `brightness`, `contrast` (standard deviation
    over pixels) and `sharpness` (variance of the Laplacian) are the 5 %, 50 % and 95 % quantiles
    over images. `grey` is the share of images whose channels are all equal, None with one channel.
    `outliers` holds the most extreme images, at most twenty, `outlier_counts` how many there are by
    kind: none of a kind that more than a twentieth of the images are of, since that is how the set
    is, and none in a set of fewer than fifty images. `near_identical` counts images of the sample
    whose perceptual hash (difference hash of 64 bits: Zauner, "Implementation and benchmarking of
    perceptual image hash functions", 2010, section 3.3) and a close look say that another row shows
    the same, exact copies not counted (see `SetFacts.duplicates`); `contradicting` those among them
    whose labels differ; both None where too few images are known; `examples` are pairs of row
    numbers (of the sample, for streams), at most ten.
    `properties` are those that tell most of the class, best first, at most five; () without
    classes."""

    role: Literal["train", "validation"]
    rows_seen: int
    height: int
    width: int
    channels: int
    minimum: float
    maximum: float
    channel_mean: tuple[float, ...]
    channel_std: tuple[float, ...]
    brightness: tuple[float, float, float]
    contrast: tuple[float, float, float]
    sharpness: tuple[float, float, float]
    grey: float | None = None
    outliers: tuple[ImageOutlier, ...] = ()
    outlier_counts: Mapping[str, int] = field(default_factory=dict)
    near_identical: int | None = None
    contradicting: int | None = None
    examples: tuple[tuple[int, int], ...] = ()
    properties: tuple[ImageProperty, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenFile:
    """A file that cannot be read as an image, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFolderFacts:
    """A folder of images, one folder a class, as a reader of Keras' was told to read it.

    `reader` is "image_dataset_from_directory", "flow_from_directory" or "flow_from_dataframe";
    `classes` maps every class to the image files in its folder, 0 for an empty one, {} where the
    folders are no classes; `files` counts those that this reader reads: with validation_split, a
    part of them. `asked_size` is (height, width) that images are resized to. `looked_at` of `files`
    were opened: all, unless that would have taken too long; `decoded` of these were decoded in
    full, those first that end unlike an image; 0 without Pillow.
    `sizes` maps "WIDTHxHEIGHT" to files, the twenty most frequent; `modes` maps the kind of pixels
    ("RGB", "L", "RGBA", "CMYK", "I;16", "P", ...) to files. `broken` are files that the reader
    reads and that cannot be read as images, or not by TensorFlow where it reads them, at most
    twenty of `broken_count`; `other_files` counts files in the classes' folders that the reader
    passes over by their name, `other_examples` names a few. `twice` counts files with the very
    bytes of another file
    of the folder, `twice_other_class` those among them whose other file lies in another class's
    folder, `twice_examples` pairs of paths, at most ten. `missing` says why nothing was opened,
    "" where files were. All paths are relative to `directory`."""

    role: Literal["train", "validation"]
    directory: str
    reader: str
    classes: Mapping[str, int]
    files: int
    looked_at: int = 0
    decoded: int = 0
    asked_size: tuple[int, int] | None = None
    sizes: Mapping[str, int] = field(default_factory=dict)
    modes: Mapping[str, int] = field(default_factory=dict)
    broken: tuple[BrokenFile, ...] = ()
    broken_count: int = 0
    other_files: int = 0
    other_examples: tuple[str, ...] = ()
    twice: int = 0
    twice_other_class: int = 0
    twice_examples: tuple[tuple[str, str], ...] = ()
    missing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassMove:
    """Images of class `true` that look like class `taken_for` to a simple learner: their share
    before and after a change, of `rows` images. Classes go by their numbers, as in
    `PredictionFacts.confusion`."""

    true: str
    taken_for: str
    before: float
    after: float
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AugmentationFacts:
    """What random changes do to the training images.

    `place` is "model" (layers of the model), "pipeline" (a tf.data pipeline or PyDataset whose
    passes differ), "generator" (the legacy ImageDataGenerator) or "none"; `kinds` names the layers,
    or the options of the generator, with their strengths in words, `layers` the paths of the
    layers. `random` says whether repeated reads of the same images differ. `flips` holds
    "horizontal" and "vertical" where images are mirrored left and right, or top and bottom;
    `rotation` is the greatest angle of a turn in degrees.

    `change` is the mean absolute difference that the changes make to a pixel, in standard
    deviations of the pixels. `accuracy_before` and `accuracy_after` are the accuracy of a simple
    learner, fitted on other unchanged training images, on the same `rows` images before and after
    the change; `accuracy_again` that of the same learner fitted on other changed images, on changed
    ones: what can be learnt from them; `accuracy_prior` that of the most frequent class.
    `accuracy_se` is the standard error of a difference between two of them. `learner` names it; all
    are None where there are no classes, or the unchanged images are not known.

    `mirrored`, `upended` and `turned` are the pairs of classes that a left-right mirror, a
    top-bottom mirror and half a turn carry into each other, whether or not the training does that:
    the three worst pairs, both ways of a pair next to each other, by the smaller of both shares.
    `moves` are the pairs that a learner fitted on changed images still takes for each other.

    `validation_kinds` are the random options of the generator that makes the validation images, ()
    where there is none, or it changes nothing at random."""

    place: Literal["model", "pipeline", "generator", "none"]
    kinds: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    random: bool = False
    flips: tuple[str, ...] = ()
    rotation: float = 0.0
    rows: int = 0
    change: float | None = None
    accuracy_before: float | None = None
    accuracy_after: float | None = None
    accuracy_again: float | None = None
    accuracy_prior: float | None = None
    accuracy_se: float | None = None
    learner: str = ""
    moves: tuple[ClassMove, ...] = ()
    mirrored: tuple[ClassMove, ...] = ()
    upended: tuple[ClassMove, ...] = ()
    turned: tuple[ClassMove, ...] = ()
    validation_kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFacts:
    """All that is known of the pictures of one fit. `train` is None where the rows could not be
    looked at (the fit crashed on its first file) but the folders could. `near_leaked` counts
    validation images that show the same as a training image, exact copies left out, of
    `near_rows`; `near_examples` are (validation row, training row) pairs, at most ten.
    `leaked_files` counts validation files with the very bytes of a training file, None where not
    both sets are read from folders; `leaked_file_examples` are pairs of their paths, at most ten. A
    folder that both sets are read from by one reader is told of the training set. `missing` says
    what could not be looked at, and why."""

    train: ImageSetFacts | None = None
    validation: ImageSetFacts | None = None
    folders: tuple[ImageFolderFacts, ...] = ()
    augmentation: AugmentationFacts | None = None
    near_leaked: int | None = None
    near_rows: int = 0
    near_examples: tuple[tuple[int, int], ...] = ()
    leaked_files: int | None = None
    leaked_file_examples: tuple[tuple[str, str], ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)

    def name_of(self, label: str) -> str:
        """The name of the folder whose place is this label; "" where the label is no folder's."""
        names = next((tuple(one.classes) for one in self.folders if one.role == "train"), ())
        known = label.isdecimal() and int(label) < len(names)
        return names[int(label)] if known else ""
