"""Files of images opened by goodfit: headers, broken ones, copies, and what the folders hold."""

from __future__ import annotations

import io
import math
import os
import shutil
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from goodfit.facts import ImageFolderFacts
from goodfit.observe.images import files, folders
from goodfit.observe.images.headers import read_header
from goodfit.observe.images.measures import measures
from goodfit.observe.images.outliers import outliers
from goodfit.observe.images.pixels import Pixels
from goodfit.observe.images.readers import Reader

DATA = Path(os.environ.get("GOODFIT_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
RNG = np.random.default_rng(0)
SIZE = (40, 30)


def _image(mode: str = "RGB", size: tuple[int, int] = SIZE) -> Image.Image:
    width, height = size
    if mode == "I;16":
        return Image.fromarray(RNG.integers(0, 2**16, (height, width)).astype(np.uint16))
    photo = Image.fromarray(RNG.integers(0, 256, (height, width, 3)).astype(np.uint8))
    return photo.convert(mode)


def _bytes(mode: str, form: str, **options: object) -> bytes:
    file = io.BytesIO()
    _image(mode).save(file, form, **options)
    return file.getvalue()


def _folder(root: Path, classes: tuple[str, ...] = ("cat", "dog"), each: int = 4) -> Path:
    for name in classes:
        (root / name).mkdir(parents=True)
        for number in range(each):
            _image().save(root / name / f"{number}.jpg")
    return root


def _reader(root: Path, *, tensorflow: bool = True) -> Reader:
    names = tuple(sorted(path.name for path in root.iterdir() if path.is_dir()))
    endings = folders.BY_TENSORFLOW if tensorflow else folders.BY_PILLOW
    paths = sorted(str(p) for p in root.glob("*/*") if p.suffix.lower() in endings)
    labels = np.array([names.index(Path(path).parent.name) for path in paths], np.int32)
    kind = "image_dataset_from_directory" if tensorflow else "flow_from_directory"
    return Reader(kind, str(root), paths, names, labels, tensorflow=tensorflow)


def _facts(root: Path, *, tensorflow: bool = True, seconds: float = math.inf) -> ImageFolderFacts:
    reader = ("train", _reader(root, tensorflow=tensorflow))
    (opened,) = folders.open_all([reader], seconds=seconds, decoding=seconds)
    return folders.folder_facts(opened)


@pytest.mark.parametrize(
    ("form", "mode"),
    [
        ("PNG", "RGB"),
        ("PNG", "RGBA"),
        ("PNG", "L"),
        ("PNG", "LA"),
        ("PNG", "P"),
        ("PNG", "1"),
        ("PNG", "I;16"),
        ("JPEG", "RGB"),
        ("JPEG", "L"),
        ("JPEG", "CMYK"),
    ],
)
def test_headers_say_what_pillow_says(form: str, mode: str) -> None:
    data = _bytes(mode, form)
    header = read_header(data, data[-64:])
    assert header is not None
    with Image.open(io.BytesIO(data)) as image:
        assert (header.format, header.width, header.height) == (image.format, *image.size)
        assert header.mode == image.mode == mode
    assert header.whole
    cut = data[: len(data) // 2]
    half = read_header(cut, cut[-64:])
    assert half is not None
    assert half.whole is False


def test_a_jpeg_behind_a_long_preface_is_left_to_pillow() -> None:
    data = _bytes("RGB", "JPEG", exif=b"Exif\0\0" + b"x" * 30_000)
    assert read_header(data[:16_384], data[-64:]) is None
    header = read_header(data, data[-64:])
    assert header is not None
    assert (header.width, header.height) == SIZE
    assert read_header(b"", b"") is None
    assert read_header(b"\xff\xd8\xff\xe0", b"") is None
    assert read_header(b"\x89PNG\r\n\x1a\n", b"") is None


def test_a_healthy_folder(tmp_path: Path) -> None:
    found = _facts(_folder(tmp_path))
    assert found.classes == {"cat": 4, "dog": 4}
    assert (found.files, found.looked_at, found.decoded) == (8, 8, 8)
    assert found.sizes == {"40x30": 8}
    assert found.modes == {"RGB": 8}
    assert (found.broken, found.broken_count, found.other_files, found.twice) == ((), 0, 0, 0)
    assert found.missing == ""


def test_a_real_folder_is_healthy(tmp_path: Path) -> None:
    if not (DATA / "cifar10_subset.tar").exists():
        pytest.skip(f"no {DATA / 'cifar10_subset.tar'}")
    with tarfile.open(DATA / "cifar10_subset.tar") as archive:
        held = [member for member in archive.getmembers() if "/test/" in member.name]
        archive.extractall(tmp_path, held, filter="data")
    root = tmp_path / "cifar10" / "test"
    found = _facts(root)
    assert (found.files, found.decoded, found.broken_count, found.twice) == (1000, 1000, 0, 0)
    assert (found.sizes, found.modes) == ({"32x32": 1000}, {"RGB": 1000})

    pixels = np.stack([np.asarray(Image.open(path)) for path in _reader(root).paths])
    assert outliers(measures(Pixels(pixels, 0.0, 255.0)), 32, None) == ((), {})


def test_every_kind_of_bad_file_is_named_with_its_reason(tmp_path: Path) -> None:
    root = _folder(tmp_path, each=20)
    cat, dog = root / "cat", root / "dog"
    (cat / "empty.jpg").touch()
    (cat / "words.png").write_text("this is no image")
    whole = (dog / "0.jpg").read_bytes()
    (dog / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    png = _bytes("RGB", "PNG")
    (dog / "garbled.png").write_bytes(png[:60] + bytes(len(png) - 80) + png[-20:])
    _image().save(cat / "scan.jpg", "TIFF")
    _image().save(cat / "web.jpg", "WEBP")
    found = _facts(root)
    reasons = {broken.path: broken.reason for broken in found.broken}

    assert found.broken_count == 5
    assert set(reasons) == {
        "cat/empty.jpg",
        "cat/words.png",
        "cat/scan.jpg",
        "dog/cut.jpg",
        "dog/garbled.png",
    }
    assert "0 bytes" in reasons["cat/empty.jpg"]
    assert "no image" in reasons["cat/words.png"]
    assert "TIFF" in reasons["cat/scan.jpg"]
    assert "truncated" in reasons["dog/cut.jpg"]
    by_pillow = {broken.path for broken in _facts(root, tensorflow=False).broken}
    assert by_pillow == set(reasons) - {"cat/scan.jpg"}


def test_unusual_but_readable_images_are_not_broken(tmp_path: Path) -> None:
    root = _folder(tmp_path)
    for mode, form in (("RGBA", "PNG"), ("I;16", "PNG"), ("CMYK", "JPEG"), ("L", "JPEG")):
        ending = "png" if form == "PNG" else "jpg"
        _image(mode).save(root / "cat" / f"{mode.replace(';', '')}.{ending}", form)
    _image(size=(50, 60)).save(root / "dog" / "large.bmp")
    _image("P").save(root / "dog" / "small.gif")
    found = _facts(root)
    assert found.broken_count == 0
    assert found.modes == {"RGB": 9, "P": 1, "RGBA": 1, "I;16": 1, "CMYK": 1, "L": 1}
    assert found.sizes == {"40x30": 13, "50x60": 1}


def test_files_that_the_reader_passes_over_are_counted(tmp_path: Path) -> None:
    root = _folder(tmp_path)
    (root / "cat" / "notes.txt").write_text("a")
    _image().save(root / "dog" / "phone.webp")
    (root / "dog" / ".hidden").write_text("a")
    (root / "bird").mkdir()
    found = _facts(root)
    assert found.other_files == 2
    assert set(found.other_examples) == {"cat/notes.txt", "dog/phone.webp"}
    assert found.classes == {"bird": 0, "cat": 4, "dog": 4}


def test_files_with_the_same_bytes(tmp_path: Path) -> None:
    root = _folder(tmp_path, ("cat", "dog"), each=6)
    shutil.copy(root / "cat" / "1.jpg", root / "cat" / "again.jpg")
    shutil.copy(root / "cat" / "2.jpg", root / "dog" / "moved.jpg")
    for name in ("a", "b"):
        (root / "dog" / f"{name}.jpg").touch()  # empty files are broken, not copies
    found = _facts(root)
    assert (found.twice, found.twice_other_class) == (4, 2)
    assert found.twice_examples == (
        ("cat/2.jpg", "dog/moved.jpg"),
        ("cat/1.jpg", "cat/again.jpg"),
    )


def test_large_files_are_compared_in_full(tmp_path: Path) -> None:
    (tmp_path / "cat").mkdir()
    pixels = RNG.integers(0, 256, (250, 250, 3)).astype(np.uint8)
    for name, change in (("a", 0), ("b", 0), ("c", 1)):
        pixels[200, 100] += np.uint8(change)
        Image.fromarray(pixels).save(tmp_path / "cat" / f"{name}.bmp")
    assert (tmp_path / "cat" / "a.bmp").stat().st_size > files.WHOLE
    assert _facts(tmp_path).twice_examples == (("cat/a.bmp", "cat/b.bmp"),)


def test_validation_files_that_are_training_files(tmp_path: Path) -> None:
    from goodfit.observe.images.look import image_facts

    train, held = _folder(tmp_path / "train"), _folder(tmp_path / "held")
    shutil.copy(train / "cat" / "3.jpg", held / "dog" / "copy.jpg")

    class Read:  # as image_dataset_from_directory notes its files on what it returns
        def __init__(self, root: Path) -> None:
            self.file_paths = list(_reader(root).paths)
            self.class_names = ["cat", "dog"]

    found = image_facts({}, {"train": Read(train), "validation": Read(held)})
    assert found is not None
    assert found.leaked_files == 1
    assert found.leaked_file_examples == (
        (str(held / "dog" / "copy.jpg"), str(train / "cat" / "3.jpg")),
    )
    assert [one.role for one in found.folders] == ["train", "validation"]


def test_a_look_that_has_no_time_sees_some(tmp_path: Path) -> None:
    root = _folder(tmp_path, each=files.WAVE)
    found = _facts(root, seconds=0.0)
    assert found.looked_at == files.WAVE
    assert found.decoded == files.WAVE
    assert found.files == 2 * files.WAVE


def test_files_that_are_gone_are_not_called_broken(tmp_path: Path) -> None:
    reader = _reader(_folder(tmp_path / "set"))
    shutil.rmtree(tmp_path / "set")
    (opened,) = folders.open_all([("train", reader)], seconds=1, decoding=1)
    found = folders.folder_facts(opened)
    assert (found.looked_at, found.broken_count) == (0, 0)
    assert found.classes == {"cat": 4, "dog": 4}
    assert "no longer there" in found.missing
    far = Reader("image_dataset_from_directory", "gs://bucket/set", ["gs://bucket/set/a.jpg"])
    (opened,) = folders.open_all([("train", far)], seconds=1, decoding=1)
    assert "no disk of this machine" in folders.folder_facts(opened).missing


def test_without_pillow_headers_are_read_and_nothing_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = _folder(tmp_path)
    (root / "cat" / "empty.jpg").touch()
    monkeypatch.setattr(files, "pillow", lambda: None)
    found = _facts(root)
    assert (found.looked_at, found.decoded, found.broken_count) == (9, 0, 1)
    assert found.sizes == {"40x30": 8}
