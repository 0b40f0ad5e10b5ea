"""Facts about pictures, written down: healthy sets and folders to change one thing of."""

from __future__ import annotations

from typing import Any

from data_literals import BINARY, data, image, labels, settings

from goodfit.facts import (
    DataFacts,
    Facts,
    ImageFacts,
    ImageFolderFacts,
    ImageProperty,
    ImageSetFacts,
)

TWO_CLASSES: DataFacts = data([image((32, 32, 3))], [labels({0: 300, 1: 200})])
NO_CLASSES: DataFacts = data([image((32, 32, 3))], [])


def pictures(role: Any = "train", **more: Any) -> ImageSetFacts:
    """Photographs of 32 by 32 pixels in which nothing is wrong."""
    told: dict[str, Any] = {
        "role": role,
        "rows_seen": 500,
        "height": 32,
        "width": 32,
        "channels": 3,
        "minimum": 0.0,
        "maximum": 255.0,
        "channel_mean": (125.0, 123.0, 114.0),
        "channel_std": (63.0, 62.0, 67.0),
        "brightness": (0.27, 0.47, 0.71),
        "contrast": (0.12, 0.21, 0.33),
        "sharpness": (0.01, 0.03, 0.1),
        "grey": 0.01,
        "near_identical": 0,
        "contradicting": 0,
        "properties": (alone("brightness", 0.42), alone("colour", 0.4)),
    }
    return ImageSetFacts(**(told | more))


def alone(name: str, error: float, prior: float = 0.5, rows: int = 500) -> ImageProperty:
    """One property's small tree on rows it was not fitted on."""
    se = (error * (1 - error) / rows) ** 0.5
    return ImageProperty(name=name, error=error, error_se=se, prior_error=prior, rows=rows)


def folder(role: Any = "train", **more: Any) -> ImageFolderFacts:
    """Two class folders of 250 good JPEG files each."""
    told: dict[str, Any] = {
        "role": role,
        "directory": f"data/{role}",
        "reader": "image_dataset_from_directory",
        "classes": {"cats": 250, "dogs": 250},
        "files": 500,
        "looked_at": 500,
        "asked_size": (128, 128),
        "sizes": {"500x375": 300, "400x400": 100, "375x500": 100},
        "modes": {"RGB": 495, "L": 5},
    }
    return ImageFolderFacts(**(told | more))


def seen(*folders: ImageFolderFacts, train: ImageSetFacts | None = None, **more: Any) -> Facts:
    """A fit on these folders."""
    told: dict[str, Any] = {"data": TWO_CLASSES, "settings": settings(BINARY)}
    images = ImageFacts(train=train or pictures(), folders=folders, **more.pop("images", {}))
    return Facts(images=images, **(told | more))
