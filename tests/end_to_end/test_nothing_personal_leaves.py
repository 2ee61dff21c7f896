"""Everything outside restricted/ is publishable, and restricted/ holds no personal value: both examples and a plant."""

from __future__ import annotations

import csv
import io
import json
import re
import stat
import zipfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from tests.cases.pdf_text import pdf_pages

from liandong.cli import main
from liandong.definitions import load_study
from liandong.disclose import people_counts
from liandong.evidence import TABLES, read_bundle
from liandong.privacy import KEY_VARIABLE, keyed_hash
from liandong.workflow.sources import read_source

ROOT = Path(__file__).resolve().parents[2]
KEY = "a key that only this test knows"
ROWS, CLUSTERS = 240, 12
_FONT = re.compile(r"(?<=data:font/woff2;base64,)[A-Za-z0-9+/=]+")
SHORT = 5  # characters: anything shorter is found by chance in any file


@dataclass(frozen=True)
class Made:
    """A bundle with its report, what nobody may find in it, and what may be found below restricted/ only."""

    bundle: Path
    never: frozenset[str]
    restricted_only: frozenset[str]


def _texts(file: Path) -> Iterator[str]:
    """Yield everything that can be read in a file, by whatever means."""
    data = file.read_bytes()
    if file.suffix == ".parquet":
        frame = pl.read_parquet(file)
        yield "\n".join(frame.columns)
        yield from ("\n".join(frame[name].cast(pl.String).drop_nulls()) for name in frame.columns)
    elif file.suffix == ".docx":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield f"{name}\n{archive.read(name).decode('utf-8', 'replace')}"
    elif file.suffix == ".pdf":
        from pypdf import PdfReader

        yield str(dict(PdfReader(file).metadata or {}))
        yield "\n".join(pdf_pages(file))
    # Fonts are pictures of letters: in a megabyte of their base64 six characters turn up by chance.
    yield _FONT.sub("", data.decode("utf-8", "replace"))


def _searched(made: Made, *, restricted: bool) -> Iterator[tuple[str, str]]:
    for file in sorted(made.bundle.rglob("*")):
        inside = "restricted" in file.relative_to(made.bundle).parts
        if file.is_file() and inside == restricted:
            yield from ((file.relative_to(made.bundle).as_posix(), text) for text in _texts(file))


def _found(made: Made, values: Collection[str], *, restricted: bool) -> set[tuple[str, str]]:
    if not values:
        return set()
    pattern = re.compile(_either(values))
    return {(name, hit) for name, text in _searched(made, restricted=restricted) for hit in set(pattern.findall(text))}


def _either(words: Collection[str]) -> str:
    """Return a pattern of any of `words`, the longest first, each character read once: there are many."""
    tails: dict[str, set[str]] = {}
    for word in words:
        if word:
            tails.setdefault(word[0], set()).add(word[1:])
    branches = [re.escape(head) + _either(rest) for head, rest in sorted(tails.items())]
    return f"(?:{'|'.join(branches)}){'?' if '' in words else ''}" if branches else ""


# --- a study with a mark in every place where something personal may stand -------------------------------------------


def _field(name: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    own = {"title_en": f"Field {name}", **more.pop("liandong", {})}
    return {"name": name, "title": f"题目{name}", "type": kind, "liandong": own, **more}


TEAM = [f"INTERVIEWER{i}" for i in range(6)]
CODEBOOK = {
    "primaryKey": "respondent",
    "foreignKeys": [{"fields": "place", "reference": {"resource": "places", "fields": "place"}}],
    "fields": [
        _field("respondent", constraints={"required": True}, liandong={"role": "id", "pii": True}),
        _field("place", constraints={"required": True, "pattern": "P[0-9]{2}"}, liandong={"role": "cluster"}),
        _field("name", liandong={"pii": True}),
        _field("id_card", constraints={"unique": True}, liandong={"pii": True, "linkage": True}),
        _field(
            "phone", "integer", constraints={"minimum": 13000000000}, liandong={"pii": True}, missingValues=["", "-99"]
        ),
        _field(
            "interviewer",
            constraints={"enum": TEAM},
            categories=[{"value": name, "label": f"LABELMARK{name}"} for name in TEAM],
            liandong={
                "role": "paradata",
                "pii": True,
                "categories_en": [{"value": name, "label": f"LABELMARK{name}en"} for name in TEAM],
            },
        ),
        _field("guardian", constraints={"pattern": "GUARDIANMARK(ONE|TWO)"}, liandong={"pii": True}),
        _field("started", "datetime", liandong={"role": "paradata"}),
        _field("ended", "datetime", liandong={"role": "paradata"}),
        _field("age", "integer", constraints={"minimum": 18, "maximum": 99}, missingValues=["", "-99"]),
        _field("served", "integer", constraints={"enum": [0, 1]}),
        _field("score", "number", constraints={"minimum": 0, "maximum": 12}),
        _field("say", liandong={"pii": False}),
    ],
    "liandong": {
        "title": {"zh": "问卷", "en": "Questionnaire"},
        "version": "1",
        "tables": {"places": "places.yaml"},
        "rules": [
            {"id": "named", "title": {"zh": "姓", "en": "Name"}, "check": "answered(name)", "action": "reject"},
        ],
    },
}  # fmt: skip
PLACES = {
    "primaryKey": "place",
    "fields": [
        _field("place", constraints={"required": True}),
        _field("head", liandong={"pii": True}),
        _field("residents", "integer"),
    ],
    "liandong": {"title": {"zh": "社区", "en": "Places"}, "version": "1"},
}
STUDY: dict[str, Any] = {
    "id": "plant",
    "title": {"zh": "植入研究", "en": "Planted study"},
    "simulated": True,
    "instrument": "instrument",
    "data": {"responses": "answers.csv", "places": "places.csv", "second": "second.csv"},
    "corrections": "log.csv",
    "quality": {
        "interviewer": "interviewer",
        "started": "started",
        "ended": "ended",
        "back_check": {
            "table": "second",
            "key": ["id_card"],
            "stable": ["age", "name"],
            "checked": ["score"],
            "checker": "checker",
        },
    },
    "design": {"cluster": "place", "assignment": {"kind": "observational"}},
    "analysis": {
        "derived": [
            {"name": "big", "title": {"zh": "大", "en": "Big"}, "expression": "(places.residents > 500) * 1"},
            {"name": "early", "title": {"zh": "早", "en": "Early"}, "expression": "phone < 13900000099"},
        ],
        "subgroups": ["served"],
        "effects": [
            {
                "id": "served",
                "title": {"zh": "接受服务", "en": "Being served"},
                "role": "primary",
                "outcomes": ["score"],
                "treatment": "served",
                "absorb": ["place"],
                "cluster": ["place"],
                "subgroups": ["big", "early"],
                "steps": [{"name": "M1"}, {"name": "M2", "add": ["age"]}],
            }
        ],
    },
    "report": {"languages": ["zh"], "formats": ["html", "pdf", "docx"], "date": "2026-01-01"},
}


def _answers() -> list[dict[str, Any]]:
    rows = []
    for i in range(ROWS):
        served = (i // CLUSTERS + i) % 2
        hour, minute = divmod(8 * 60 + (i * 7) % 600, 60)
        rows.append(
            {
                "respondent": f"RESPONDENT{i:04d}",
                "place": f"P{i % CLUSTERS:02d}",
                "name": f"NAMEMARK{i:04d}",
                "id_card": f"IDCARDMARK{i:04d}",
                "phone": 13900000000 + i,
                "interviewer": TEAM[i % 6],
                "guardian": f"GUARDIANMARK{('ONE', 'TWO')[i % 2]}",
                "started": f"2026-01-{5 + i % 9:02d} {hour:02d}:{minute:02d}:00",
                "ended": f"2026-01-{5 + i % 9:02d} {hour + 1:02d}:{minute:02d}:30",
                "age": 20 + (i * 7) % 60,
                "served": served,
                "score": (i * i * 13) % 11 + served,
                "say": f"SAIDMARK{i:04d}",
                "OUTSIDECOLUMN": f"OUTSIDEMARK{i:04d}",
                "13811112222": f"138111{i:05d}",
                "社工王芳": f"1380000{i:04d}",
            }
        )
    rows[3]["age"] = "AGETEXTMARK"  # cannot be read, and is kept below restricted/
    rows[4]["phone"] = "PHONETEXTMARK"  # cannot be read either, but is personal
    rows[5]["phone"] = 12900000005  # out of range
    rows[13]["age"] = -99
    rows[12]["phone"] = -99  # refused: why a personal answer is missing is as personal
    rows[6]["name"] = None  # rejected
    rows[7]["id_card"] = rows[8]["id_card"] = "IDCARDMARKTWICE"  # rejected, both
    rows[9]["respondent"] = rows[10]["respondent"] = "RESPONDENTTWICE"
    rows[11]["place"] = "P99"  # no such place
    return rows


def _write_plant(folder: Path) -> Path:
    (folder / "instrument").mkdir(parents=True)
    for name, content in (("instrument/codebook", CODEBOOK), ("instrument/places", PLACES), ("study", STUDY)):
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    rows = _answers()
    places = [{"place": f"P{i:02d}", "head": f"HEADMARK{i:02d}", "residents": 100 * i} for i in range(CLUSTERS)]
    by_hand = {"who": "WHOMARK", "when": "2026-01-20"}
    log: list[dict[str, Any]] = [
        {
            "respondent": "RESPONDENT0020",
            "field": "name",
            "old": "NAMEMARK0020",
            "new": "NAMEMARKNEW",
            "why": "a",
            **by_hand,
        },
        {
            "respondent": "RESPONDENT0021",
            "field": "age",
            "old": str(rows[21]["age"]),
            "new": "44",
            "why": "听社工李秀英说的",
            **by_hand,
            "who": "调查员张建国",
            "when": "2026-01-20",
        },
    ]
    again = ("id_card", "name", "age", "score")
    second = [
        {name: row[name] for name in again} | {"checker": f"CHECKERMARK{i % 3}"} for i, row in enumerate(rows[40:80])
    ]
    second[1] |= {"age": 33, "score": 1}
    second[2] |= {"name": "NAMEMARKOTHER", "id_card": "IDCARDMARKNOBODY"}
    for name, table in (("answers", rows), ("places", places), ("log", log), ("second", second)):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(table[0]))
            writer.writeheader()
            writer.writerows(table)
    return folder / "study.yaml"


PERSONAL = re.compile(
    r"RESPONDENT\w+|NAMEMARK\w+|IDCARDMARK\w+|INTERVIEWER\d|139000\d{5}|12900000005|PHONETEXTMARK|HEADMARK\d+|OUTSIDEMARK\w+"
    r"|LABELMARK\w+|GUARDIANMARK\w+|CHECKERMARK\d|13811112222|社工王芳|李秀英|张建国"
)


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY_VARIABLE, KEY)
        folder = tmp_path_factory.mktemp("plant")
        study = _write_plant(folder)
        assert main(["report", str(study), "--out", str(folder / "out"), "--renderer", "embedded"]) == 0
        content = "".join(
            (folder / f"{name}.csv").read_text(encoding="utf-8") for name in ("answers", "places", "log", "second")
        )
        content += (folder / "instrument" / "codebook.yaml").read_text(encoding="utf-8")
        spelt = {"13900000099", "13000000000"}  # in a condition and in a bound
        never = frozenset({*PERSONAL.findall(content), *spelt, KEY, str(folder), str(ROOT)})
        kept = frozenset({*(f"SAIDMARK{i:04d}" for i in range(ROWS)), "AGETEXTMARK"})
        yield Made(folder / "out", never, kept)


def _example(name: str, bundle: Path) -> Made:
    """Return the bundle of an example with the values of its personal fields, and its ids and free texts."""
    study = load_study(ROOT / "examples" / name)
    assert study.instrument is not None
    raw = read_source(study.data["responses"]).frame
    never, kept = {str(ROOT)}, set()
    for field in study.instrument.codebook.fields:
        found = {value for value in map(str, raw[field.name].drop_nulls().unique()) if len(value) >= SHORT}
        if field.liandong.pii:
            never |= found
        elif field.type == "string" and field.allowed is None and field.liandong.role not in {"cluster", "stratum"}:
            kept |= found
    return Made(bundle, frozenset(never), frozenset(kept))


@pytest.fixture(scope="session")
def hubei(example_bundle: Callable[[str], Path]) -> Made:
    return _example("hubei", example_bundle("hubei"))


@pytest.fixture(scope="session")
def rice_insurance(example_bundle: Callable[[str], Path]) -> Made:
    return _example("rice_insurance", example_bundle("rice_insurance"))


@pytest.fixture(params=["plant", "hubei", "rice_insurance"])
def made(request: pytest.FixtureRequest) -> Made:
    found: Made = request.getfixturevalue(request.param)
    return found


def test_no_personal_value_is_in_any_file(made: Made) -> None:
    assert _found(made, made.never, restricted=False) == set()
    # Where the definitions lie is noted for their owner, below restricted/.
    assert _found(made, {value for value in made.never if not Path(value).is_absolute()}, restricted=True) == set()


def test_ids_and_free_texts_stay_below_restricted(made: Made) -> None:
    assert _found(made, made.restricted_only, restricted=False) == set()


def test_only_the_owner_reads_restricted(made: Made) -> None:
    modes = {path.is_dir(): stat.S_IMODE(path.stat().st_mode) for path in (made.bundle / "restricted").rglob("*")}
    assert stat.S_IMODE((made.bundle / "restricted").stat().st_mode) == 0o700
    assert modes.get(True, 0o700) == 0o700
    assert modes[False] == 0o600


def test_no_published_table_has_a_row_for_each_person(made: Made) -> None:
    accepted = read_bundle(made.bundle).manifest["rows"]["accepted"]
    for file in (made.bundle / "tables").glob("*.csv"):
        table = read_bundle(made.bundle).table(file.stem)
        assert table.height != accepted, file.name
        # The list of what was hidden names cells of other tables, and so has more rows than any.
        for name in table.select(pl.col(pl.String)).columns if file.stem != "suppressions" else ():
            assert table[name].n_unique() < accepted / 2, (file.name, name)


def test_no_published_count_of_people_is_below_the_minimum(made: Made) -> None:
    bundle = read_bundle(made.bundle)
    minimum = bundle.manifest["study"]["disclosure"]["minimum_cell"]
    for name in TABLES:
        table = bundle.table(name)
        if (
            name == "sample_flow"
        ):  # how many came, stayed and went is the account of the survey, and no trait of anybody
            table = table.filter(~pl.col("stage").is_in(["invited", "received", "rejected", "accepted"]))
        if name == "checks":  # it counts interviewers, communities and days as well; the sample flow says who went
            table = table.filter(pl.col("unit") == "interviews", pl.col("check") != "rejected")
        for column in set(people_counts(name)) & set(table.select(pl.col(pl.Int64)).columns):
            small = table.filter(pl.col(column).is_between(1, minimum - 1, closed="both"))
            assert small.height == 0, (name, column)


def test_rows_below_restricted_carry_hashes_that_link(plant: Made) -> None:
    rows = pl.read_parquet(plant.bundle / "restricted" / "responses.parquet")
    assert not {"name", "respondent", "phone", "interviewer"} & set(rows.columns)
    assert not [name for name in rows.columns if name.startswith(("phone", "name", "interviewer", "guardian"))]
    assert "age__missing" in rows.columns
    expected = keyed_hash(pl.Series([f"IDCARDMARK{i:04d}" for i in range(ROWS)]), "id_card", KEY.encode())
    assert set(rows["id_card"]) <= set(expected)
    assert rows["id_card"].n_unique() == rows.height
    assert {"SAIDMARK0000", "SAIDMARK0100"} <= set(rows["say"])


def test_the_key_is_asked_for_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    assert main(["run", str(_write_plant(tmp_path / "study")), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr()
    assert KEY_VARIABLE in said.err
    assert said.err.count("Error:") == 1
    assert not (tmp_path / "out").exists()


# --- what is printed ------------------------------------------------------------------------------------------------


def _changed(folder: Path, change: Callable[[dict[str, Any], dict[str, Any]], None]) -> Path:
    study = _write_plant(folder)
    codebook = yaml.safe_load((folder / "instrument" / "codebook.yaml").read_text(encoding="utf-8"))
    spec = yaml.safe_load(study.read_text(encoding="utf-8"))
    change(spec, codebook)
    study.write_text(yaml.safe_dump(spec, allow_unicode=True), encoding="utf-8")
    (folder / "instrument" / "codebook.yaml").write_text(yaml.safe_dump(codebook, allow_unicode=True), encoding="utf-8")
    return study


def _undecided(_spec: dict[str, Any], codebook: dict[str, Any]) -> None:
    for field in codebook["fields"]:
        field["liandong"].pop("pii", None)
        field["liandong"].pop("linkage", None)


def _all_rejected(_spec: dict[str, Any], codebook: dict[str, Any]) -> None:
    codebook["fields"][2]["constraints"] = {"enum": ["somebody"]}
    codebook["fields"][2]["liandong"]["on_failure"] = {"enum": "reject"}


def _wrong_log(spec: dict[str, Any], _codebook: dict[str, Any]) -> None:
    spec["corrections"] = "wrong.csv"


@pytest.mark.parametrize(
    ("change", "code"), [(_undecided, 3), (_all_rejected, 3), (_wrong_log, 3)], ids=["undecided", "rejected", "log"]
)
@pytest.mark.parametrize("command", ["check", "run"])
def test_no_message_shows_a_personal_value(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[dict[str, Any], dict[str, Any]], None],
    code: int,
    command: str,
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    study = _changed(tmp_path / "study", change)
    header = "respondent,field,old,new,why,who,when\n"
    (study.parent / "wrong.csv").write_text(
        header
        + "RESPONDENT0030,name,NAMEMARK9999,NAMEMARKNEW,why,who,2026-01-20\n"
        + "RESPONDENT0031,NAMEMARK0031,a,b,why,who,2026-01-20\n",
        encoding="utf-8",
    )
    where = [] if command == "check" else ["--out", str(tmp_path / "out")]
    assert main([command, str(study), *where]) == code
    said = capsys.readouterr()
    assert PERSONAL.findall(said.out + said.err) == []
    assert said.err.count("Error:") == 1
    assert KEY not in said.out + said.err


def test_personal_data_in_unreadable_cells_stop_a_study(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    study = _write_plant(tmp_path / "study")
    answers = study.parent / "answers.csv"
    text = answers.read_text(encoding="utf-8")
    answers.write_text(text.replace("AGETEXTMARK", "电话13800001234"), encoding="utf-8")
    assert main(["check", str(study)]) == 3
    said = capsys.readouterr().err
    assert "age: mobile numbers in 1 cell" in said
    assert "13800001234" not in said


def test_check_prints_no_personal_value(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    assert main(["check", str(_write_plant(tmp_path / "study"))]) == 0
    said = capsys.readouterr()
    assert "OUTSIDECOLUMN" in said.out
    assert PERSONAL.findall(said.out + said.err) == []


def test_a_manifest_says_nothing_of_the_machine(plant: Made) -> None:
    manifest = json.dumps(read_bundle(plant.bundle).manifest, ensure_ascii=False)
    assert str(Path.home()) not in manifest or str(Path.home()) == "/"
    assert str(plant.bundle) not in manifest
