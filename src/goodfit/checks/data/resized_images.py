"""GF135 resized-images: files whose size or kind of pixels does not survive the reading.

Sees: in folders of images, pictures of 16 bits a pixel that arrive nearly black or nearly white,
which is a warning; and, as tips, pictures enlarged more than fourfold, pictures shrunk so far that
a small one is left of a large one, pictures of unlike shape stretched to one, transparent and CMYK
pictures read as RGB.
Why it matters: image_dataset_from_directory keeps the upper 8 of 16 bits, so that a scan of 12 bits
arrives with 16 levels of grey; flow_from_directory in colour cuts all above 255 off. Enlarging adds
pixels but nothing to see; stretching each picture differently makes a thing look unlike itself.
Evidence: the files' sizes and kinds against the size that was asked for; the range that arrived.
Remedies: none; the advice names the argument.
Source: both readers run on 16-bit PNG files in Keras 3.15 with TensorFlow 2.21 and Pillow 13;
Touvron et al., "Fixing the train-test resolution discrepancy" (2019).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from goodfit.checks.check import (
    Answer,
    CannotTell,
    Check,
    NotApplicable,
    Passed,
    Suspicion,
    Threshold,
    place,
)
from goodfit.checks.data.folders import folder_of
from goodfit.facts import ImageFacts, ImageFolderFacts, ImageSetFacts, ScriptFacts, SettingsFacts

ENLARGED = Threshold(4.0, source="times a side: sixteen pixels for each that was there")
SHRUNK = Threshold(8.0, source="times a side: one pixel for 64 that were there")
SMALL = Threshold(96, source="pixels a side; larger pictures keep what matters of a photograph")
STRETCHED = Threshold(2.0, source="a circle is twice as wide in one picture as in another")
SOME = Threshold(0.2, source="a fifth of the files")
OTHER_MODE = Threshold(0.05, source="a twentieth of the files")
LEVELS = Threshold(32.0, source="12 bits in 16: the upper 8 bits reach 15")
WHITE = Threshold(0.6, source="the median picture's mean: most pixels were cut off at white")
DEEP_MODES = ("I;16", "I;16B", "I;16L", "I;16N", "I", "F")
_KEEP = ("crop_to_aspect_ratio", "pad_to_aspect_ratio", "keep_aspect_ratio")
_Found = tuple[str, dict[str, Any]]


def resized_images(
    images: ImageFacts, script: ScriptFacts | None = None, settings: SettingsFacts | None = None
) -> Answer:
    folder = folder_of(images, "train") or folder_of(images, "validation")
    if folder is None:
        return NotApplicable("no folder of images was read")
    if not folder.sizes and not folder.modes:
        return CannotTell(folder.missing or "no file of the folder was opened")
    where = place(settings.fit_where if settings else None, argument="x")
    case = _deep(folder, images.train)
    if case:
        evidence = _modes(folder, DEEP_MODES)
        return Suspicion(evidence=evidence, case=case, severity="warning", where=where)
    looks: tuple[Callable[[ImageFolderFacts], _Found | None], ...] = (_enlarged, _shrunk, _kinds)
    found = next(filter(None, (look(folder) for look in looks)), None)
    if found is None and not _kept(script):
        found = _stretched(folder)
    if found is not None:
        return Suspicion(evidence=found[1], case=found[0], where=where)
    return Passed(f"{folder.looked_at} files of {len(folder.sizes)} sizes survive the reading")


def _deep(folder: ImageFolderFacts, part: ImageSetFacts | None) -> str:
    """What became of files of 16 bits, by the range of what arrived; "" where it is no harm."""
    if part is None or _share(folder.modes, DEEP_MODES) < OTHER_MODE.value:
        return ""
    white = 255.0 if part.maximum > 1.0 else 1.0
    if part.maximum <= LEVELS.value * white / 255.0:
        return "dark"
    cut = folder.reader == "flow_from_directory" and part.maximum <= 255.0
    return "white" if cut and part.brightness[1] >= WHITE.value else ""


def _share(modes: Mapping[str, int], names: tuple[str, ...]) -> float:
    return sum(modes.get(name, 0) for name in names) / max(1, sum(modes.values()))


def _modes(folder: ImageFolderFacts, names: tuple[str, ...]) -> dict[str, Any]:
    those = {name: folder.modes[name] for name in names if folder.modes.get(name)}
    return {
        "directory": folder.directory,
        "reader": folder.reader,
        "modes": dict(folder.modes),
        "count": sum(those.values()),
        "files": sum(folder.modes.values()),
        "kind": ", ".join(those),
    }


def _sides(folder: ImageFolderFacts) -> list[tuple[int, int, int]]:
    """(height, width, files) of each size."""
    found = []
    for size, files in folder.sizes.items():
        width, _, height = size.partition("x")
        if width.isdigit() and height.isdigit() and int(width) and int(height):
            found.append((int(height), int(width), files))
    return found


def _of_sizes(folder: ImageFolderFacts, those: list[tuple[int, int, int]]) -> dict[str, Any]:
    """Evidence for the sizes in `those`, of which the most frequent is named."""
    height, width, _ = max(those, key=lambda one: one[2])
    asked = folder.asked_size or (0, 0)
    return {
        "directory": folder.directory,
        "count": sum(files for _, _, files in those),
        "files": sum(folder.sizes.values()),
        "size": f"{width} x {height}",
        "asked": f"{asked[1]} x {asked[0]}",
        "sizes": dict(folder.sizes),
    }


def _many(folder: ImageFolderFacts, those: list[tuple[int, int, int]]) -> bool:
    return sum(files for _, _, files in those) >= SOME.value * sum(folder.sizes.values()) > 0


def _enlarged(folder: ImageFolderFacts) -> _Found | None:
    if folder.asked_size is None:
        return None
    high, wide = folder.asked_size
    times = ENLARGED.value
    those = [one for one in _sides(folder) if high > times * one[0] and wide > times * one[1]]
    return ("enlarged", _of_sizes(folder, those)) if _many(folder, those) else None


def _shrunk(folder: ImageFolderFacts) -> _Found | None:
    if folder.asked_size is None or max(folder.asked_size) > SMALL.value:
        return None
    high, wide = folder.asked_size
    times = SHRUNK.value
    those = [one for one in _sides(folder) if one[0] >= times * high and one[1] >= times * wide]
    return ("shrunk", _of_sizes(folder, those)) if _many(folder, those) else None


def _kinds(folder: ImageFolderFacts) -> _Found | None:
    for case, names in (("cmyk", ("CMYK",)), ("alpha", ("RGBA", "LA", "PA"))):
        if folder.modes and _share(folder.modes, names) >= OTHER_MODE.value:
            return case, _modes(folder, names)
    return None


def _stretched(folder: ImageFolderFacts) -> _Found | None:
    """How unlike the pictures' shapes are, from the tenth part that is narrowest to the widest."""
    sides = sorted((width / height, files) for height, width, files in _sides(folder))
    total = sum(files for _, files in sides)
    if folder.asked_size is None or not total:
        return None
    low, high, seen = None, None, 0
    for ratio, files in sides:
        seen += files
        low = ratio if low is None and seen >= 0.1 * total else low
        high = ratio if high is None and seen >= 0.9 * total else high
    if low is None or high is None or high < STRETCHED.value * low:
        return None
    evidence = _of_sizes(folder, _sides(folder))
    return "stretched", evidence | {"narrow": low, "wide": high, "times": high / low}


def _kept(script: ScriptFacts | None) -> bool:
    """Whether the script says what is to become of unlike shapes."""
    calls = script.calls if script is not None else ()
    return any(word in call.keywords for call in calls for word in _KEEP)


_DEEP = "{count} of {files} images of {directory} have 16 bits a pixel ({kind}); {reader}"
_READ = (
    "Scale them when they are saved: (x / x.max() * 255).astype('uint8') with the largest value "
    "that the device gives; or read them yourself, np.asarray(PIL.Image.open(path))"
)

CHECK = Check(
    code="GF135",
    name="resized-images",
    severity="tip",
    function=resized_images,
    message={
        "dark": _DEEP + " keeps the upper 8, and hardly a level of grey is left.",
        "white": _DEEP + " cuts all values above 255 off, so that most pixels are white.",
        "enlarged": "{count} of {files} images of {directory} are enlarged more than fourfold a "
        "side ({size} to {asked}): the pixels are sixteen times as many and show no more.",
        "shrunk": "{count} of {files} images of {directory} are shrunk to {asked} from sizes like "
        "{size}: one pixel is left of 64 or more.",
        "stretched": "The images of {directory} have unlike shapes (width by height {narrow:.2f} "
        "to {wide:.2f}) and are stretched to {asked}: the same thing is up to {times:.1f} times as "
        "wide in one as in another.",
        "cmyk": "{count} of {files} images of {directory} are made for print ({kind}) and change "
        "their colours when they are read as RGB.",
        "alpha": "{count} of {files} images of {directory} have transparency ({kind}); read as "
        "RGB, what lies hidden under transparent parts shows.",
    },
    advice={
        "dark": f"{_READ}.",
        "white": f"{_READ}.",
        "enlarged": "Ask for about the size of the files: image_size=..., and leave out a pooling.",
        "shrunk": "Ask for a larger size, image_size=(128, 128), if what is to be told is small in "
        "the picture.",
        "stretched": "Give the reader crop_to_aspect_ratio=True, or pad_to_aspect_ratio=True where "
        "the border matters.",
        "cmyk": "Save them as RGB: PIL.Image.open(path).convert('RGB').save(...).",
        "alpha": "Lay them on white and save: PIL.Image.alpha_composite(PIL.Image.new('RGBA', "
        "image.size, 'white'), image).convert('RGB').",
    },
)
