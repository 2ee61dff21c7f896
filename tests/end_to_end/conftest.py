"""A small study on disk, made anew for every test, and the command line to run it with."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from polars.testing import assert_frame_equal
from tests.cases.at_hand import work_at_hand

from liandong.cli import main
from liandong.evidence import TABLES


def _field(name: str, kind: str = "integer", **more: Any) -> dict[str, Any]:
    extras = {"title_en": name, **more.pop("liandong", {})}
    return {"name": name, "title": f"题目{name}", "type": kind, "liandong": extras, **more}


@dataclass
class SmallStudy:
    """Forty people in eight communities; `raw`, `codebook` and `data` may be changed before `write`."""

    folder: Path
    raw: dict[str, Any]
    codebook: dict[str, Any]
    data: pl.DataFrame
    file: str = "responses.csv"

    def write(self, content: bytes | None = None) -> Path:
        instrument = self.folder / "instrument"
        instrument.mkdir(parents=True, exist_ok=True)
        text = yaml.safe_dump(self.codebook, allow_unicode=True)
        (instrument / "codebook.yaml").write_text(text, encoding="utf-8")
        self.raw["data"] = {"responses": self.file}
        (self.folder / "study.yaml").write_text(yaml.safe_dump(self.raw, allow_unicode=True), encoding="utf-8")
        (self.folder / self.file).write_bytes(self.data.write_csv().encode() if content is None else content)
        return self.folder / "study.yaml"


@pytest.fixture
def small_study(tmp_path: Path) -> SmallStudy:
    rows = range(40)
    data = pl.DataFrame(
        {
            "id": [f"r{i:02d}" for i in rows],
            "community": [f"c{i % 8}" for i in rows],
            "age": [20 + (i * 7) % 50 for i in rows],
            "served": [(i // 8 + i) % 2 for i in rows],
            "score": [(i * i * 13) % 11 + (i // 8 + i) % 2 for i in rows],
        }
    )
    codebook = {
        "primaryKey": "id",
        "fields": [
            _field("id", "string", constraints={"required": True}, liandong={"role": "id"}),
            _field("community", "string", constraints={"required": True}, liandong={"role": "cluster"}),
            _field("age", constraints={"minimum": 18, "maximum": 100}),
            _field("served", constraints={"enum": [0, 1]}),
            _field("score", "number", constraints={"minimum": 0, "maximum": 12}),
        ],
        "liandong": {"title": {"zh": "小问卷", "en": "Small questionnaire"}, "version": "1"},
    }
    raw = {
        "id": "small",
        "title": {"zh": "小研究", "en": "Small study"},
        "simulated": True,
        "instrument": "instrument",
        "design": {"cluster": "community", "assignment": {"kind": "observational"}},
        "analysis": {
            "effects": [
                {
                    "id": "served",
                    "title": {"zh": "接受服务", "en": "Being served"},
                    "role": "primary",
                    "outcomes": ["score"],
                    "treatment": "served",
                    "absorb": ["community"],
                    "cluster": ["community"],
                    "steps": [{"name": "M1"}, {"name": "M2", "add": ["age"]}],
                }
            ]
        },
        "report": {"languages": ["zh"], "formats": ["html"], "date": "2026-01-01"},
    }
    return SmallStudy(tmp_path / "study", raw, codebook, data)


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


@pytest.fixture
def liandong(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    def run(*arguments: object) -> Outcome:
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Outcome(int(code), captured.out, captured.err)

    return run


@pytest.fixture(scope="module", autouse=True)
def _work_at_hand() -> Iterator[None]:
    """Runs in the process of the tests start no processes that only import; those of `example_bundle` do."""
    with work_at_hand():
        yield


@pytest.fixture(scope="session")
def hubei_at_default_minimum(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of Hubei without its own rules of disclosure: groups below ten are hidden. To be read only."""
    folder = tmp_path_factory.mktemp("default_minimum")
    for part in ("examples/hubei", "data_schema"):
        shutil.copytree(ROOT / part, folder / part)
    study = folder / "examples" / "hubei" / "study.yaml"
    rules = re.compile(r"(?<=^disclosure:\n).*?(?=^\S)", re.DOTALL | re.MULTILINE)
    study.write_text(rules.sub("  minimum_cell: 10\n\n", study.read_text(encoding="utf-8")), encoding="utf-8")
    with work_at_hand():
        assert main(["run", str(study), "--out", str(folder / "out")]) == 0
    return folder / "out"


ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden" / "bundle_tables"
# Across platforms the last digits of sums differ; the design promises agreement to 1e-9.
RELATIVE, ABSOLUTE = 1e-9, 1e-12


@pytest.fixture(scope="session")
def assert_golden() -> Callable[[str, Path], None]:
    """Give a function that holds the tables of a bundle against those kept for a study."""

    def compare(study: str, bundle: Path) -> None:
        kept = sorted((GOLDEN / study).glob("*.csv"))
        assert kept
        for file in kept:
            expected = pl.read_csv(file, infer_schema_length=None)
            found = pl.read_csv(bundle / "tables" / file.name, infer_schema_length=None)
            assert_frame_equal(found, expected, rel_tol=RELATIVE, abs_tol=ABSOLUTE)

    return compare


@pytest.fixture(scope="session")
def assert_sound() -> Callable[[Path, set[str]], None]:
    """Give a function that holds the tables of a bundle to their declarations; those named must have rows."""

    def check(bundle: Path, asked: set[str]) -> None:
        found = {file.stem: file for file in (bundle / "tables").iterdir()}
        assert asked <= set(found) <= set(TABLES)
        for name, file in found.items():
            table = pl.read_csv(file, infer_schema_length=None)
            assert table.columns == list(TABLES[name].columns), name
            assert table.select(TABLES[name].key).is_unique().all(), name
            assert table.height > 0 or name not in asked, name

    return check
