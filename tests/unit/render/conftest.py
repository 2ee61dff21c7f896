"""A small Quarto project with the real settings, filters and styles, and a small bundle."""

import shutil
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

REPORTS = Path(__file__).parents[3] / "reports"
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="100" viewBox="0 0 300 100">'
    '<path d="M10 90 L290 10" stroke="#17565c" stroke-width="3"/></svg>'
)


def _png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 2, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\x00" + b"\x17\x56\x5c" * 2)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.fixture(scope="session")
def make_project() -> Callable[..., Path]:
    """Return a function that writes a project whose pages are given as `path=text`."""

    def make(root: Path, pages: dict[str, str]) -> Path:
        project = root / "reports"
        for name in ("_quarto.yml", "filters", "styles", "zh/_metadata.yml", "en/_metadata.yml"):
            source, target = REPORTS / name, project / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target)
            else:
                shutil.copyfile(source, target)
        for name, text in pages.items():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            (project / name).write_text(text, encoding="utf-8")
        return project

    return make


@pytest.fixture(scope="session")
def make_bundle() -> Callable[[Path], Path]:
    """Return a function that writes a bundle with one table, one figure and something restricted."""

    def make(root: Path) -> Path:
        bundle = root / "build" / "study"
        for folder in ("tables", "figures", "restricted"):
            (bundle / folder).mkdir(parents=True)
        (bundle / "manifest.json").write_text("{}", encoding="utf-8")
        (bundle / "tables" / "n.csv").write_text("n\n618\n", encoding="utf-8")
        (bundle / "figures" / "coverage.svg").write_text(SVG, encoding="utf-8")
        (bundle / "figures" / "coverage.png").write_bytes(_png())
        (bundle / "restricted" / "responses.csv").write_text("secret\n", encoding="utf-8")
        return bundle

    return make
