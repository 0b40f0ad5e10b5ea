"""`goodfit.AugmentedImages`: a Keras PyDataset that changes training images as it hands them out.

Keras' own augmentation layers are slow where they work inside the training step, and rotation,
zoom, translation and shear keep JAX from compiling it. Here a batch is changed by NumPy while the
model trains on the one before, on every backend.
"""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np

from goodfit.augmented.draw import changed
from goodfit.augmented.mixing import KINDS, mix
from goodfit.augmented.policy import Policy
from goodfit.recipe import Mixing, MixingKind, leaves, map_leaves


class AugmentedImages(keras.utils.PyDataset):  # type: ignore[misc]
    """Training images, changed at random anew in every epoch; give it to `fit` in place of x and y.

    >>> train = goodfit.AugmentedImages(x, y, flip="horizontal", rotation=0.05, translation=0.1)
    >>> model.fit(train, validation_data=(x_val, y_val), epochs=20)  # doctest: +SKIP

    Rows are shuffled anew in every epoch; the last batch is smaller where they do not come out
    even. What is drawn depends on `seed`, the epoch and the number of the batch alone, not on
    threads, and nothing global is drawn from or seeded.

    Args:
        x: images of shape (rows, height, width, channels), integers or floats, in memory or mapped
            (`np.load(..., mmap_mode="r")`). Batches are float32 in the same range of values.
        y: targets with rows on the first axis, or a structure of such arrays, such as a dict by
            output; None for none.
        sample_weight: weights of shape (rows,); None for none.
        batch_size: rows of a batch.
        shuffle: whether rows come in another order in every epoch.
        seed: of all that is drawn; 0 or more.
        mixing: "mixup" adds images of the batch in pairs, "cutmix" lays a box of one over another;
            targets are mixed alike. None leaves images alone.
        alpha: shares of a mixed pair are drawn from Beta(alpha, alpha); above 0.
        workers: threads of Keras' that prepare batches while the model trains; more than 1 cost a
            tenth of a second at the end of every epoch. None is 2 on PyTorch, and 1 on JAX and
            TensorFlow, which train on while the next batch is prepared.
        max_queue_size: batches that threads prepare ahead.
        **changes: what is drawn, 0 or "none" (the default) for nothing:

            - flip: "horizontal", "vertical" or "both". Mirrors every second image.
            - rotation: share of a full turn.
            - translation: share of height and width.
            - zoom: share; above 0 zooms out.
            - shear, brightness, contrast: shares.
            - erasing: greatest share of the area that noise covers, in every second image.
            - fill_mode: "reflect" (the default), "nearest", "constant" (`fill_value`, 0.0) or
              "wrap": what stands where no pixel was.
            - interpolation: "bilinear" (the default) or "nearest".
            - value_range: (0.0, 255.0) by default; brightness, contrast and erasing need it right.

            A number n is drawn from (-n, n), a pair (low, high) as it says; the numbers mean what
            they mean in the layers RandomRotation, RandomTranslation, RandomZoom, RandomShear,
            RandomBrightness, RandomContrast and RandomErasing of Keras.

    Raises:
        ValueError: images of another shape or dtype, unequal numbers of rows, class indices that
            are to be mixed, or a change out of its range.
        TypeError: a change that is not known.
    """

    def __init__(
        self,
        x: np.ndarray,
        y: Any = None,
        sample_weight: np.ndarray | None = None,
        *,
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int = 0,
        mixing: MixingKind | None = None,
        alpha: float = 0.2,
        workers: int | None = None,
        max_queue_size: int = 10,
        **changes: Any,
    ) -> None:
        if workers is None:
            workers = 2 if keras.backend.backend() == "torch" else 1
        super().__init__(workers=workers, max_queue_size=max_queue_size)
        self.policy = Policy(**changes)
        self.batch_size = int(batch_size)
        self.x, self.y, self._weight = _images(x), map_leaves(np.asarray, y), sample_weight
        self._shuffle, self._seed = shuffle, seed
        self._mixing = None if mixing is None else Mixing(kind=mixing, alpha=alpha)
        self._check()
        self._now = self._epoch(0)

    def _check(self) -> None:
        if self.batch_size < 1 or self._seed < 0:
            raise ValueError(
                f"batch_size is {self.batch_size} and seed is {self._seed}; expected a batch_size "
                "of 1 or more and a seed of 0 or more"
            )
        for name, tree in (("y", self.y), ("sample_weight", self._weight)):
            for leaf in leaves(tree):
                if len(leaf) != len(self.x):
                    raise ValueError(
                        f"{name} has {len(leaf)} rows and x has {len(self.x)}; expected as many"
                    )
        if self._mixing is None:
            return
        kind, alpha = self._mixing.kind, self._mixing.alpha
        if kind not in KINDS:
            raise ValueError(f"mixing is {kind!r}; expected 'mixup', 'cutmix' or None")
        if alpha <= 0:
            raise ValueError(f"alpha is {alpha}; expected a number above 0")
        if any(leaf.dtype.kind not in "fb" and not _one_hot(leaf) for leaf in leaves(self.y)):
            raise ValueError(
                "y holds integers, and class indices cannot be mixed; expected one-hot targets "
                "(keras.utils.to_categorical, with the loss 'categorical_crossentropy') or floats"
            )

    def _epoch(self, number: int) -> tuple[int, np.ndarray]:
        """An epoch and its order of rows."""
        order = np.arange(len(self.x))
        if self._shuffle:
            np.random.default_rng((self._seed, number, 0)).shuffle(order)
        return number, order

    def __len__(self) -> int:
        """Batches of an epoch."""
        return math.ceil(len(self.x) / self.batch_size)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        """Batch `index` of the epoch: images (rows, height, width, channels) in float32, targets,
        and sample weights where there are any."""
        if not 0 <= index < len(self):
            raise IndexError(f"batch {index} of {len(self)}")
        epoch, order = self._now
        rows = order[index * self.batch_size : (index + 1) * self.batch_size]
        generator = np.random.default_rng((self._seed, epoch, index + 1))
        images = changed(self.x[rows], self.policy, generator)
        y, weight = map_leaves(lambda leaf: leaf[rows], (self.y, self._weight))
        if self._mixing is not None:
            images, pairing = mix(images, self._mixing, generator)
            y, weight = map_leaves(pairing.mixed, (y, weight))
        if weight is not None:
            return images, y, weight
        return (images,) if y is None else (images, y)

    def on_epoch_end(self) -> None:
        """Go on to the next epoch; Keras calls it when no thread is preparing batches."""
        self._now = self._epoch(self._now[0] + 1)


def _images(x: Any) -> np.ndarray:
    found = np.asarray(x)
    if found.ndim != 4 or found.dtype.kind not in "fiub":
        raise ValueError(
            f"x has the shape {found.shape} and the dtype {found.dtype}; expected numbers of shape "
            "(rows, height, width, channels); x[..., None] adds the channel of grey images"
        )
    return found


def _one_hot(leaf: np.ndarray) -> bool:
    return leaf.ndim == 2 and leaf.shape[1] > 1
