"""Whatever a text of the definitions or the data holds, every table and every report shows it as text."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import cycle
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import polars as pl
import pytest
import yaml

from liandong.cli import main
from liandong.evidence import read_bundle
from liandong.present.escaping import plain

STYLES = Path(__file__).resolve().parents[2] / "reports" / "styles"
PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "]]></w:t></style></script><b>x</b>",
    "{{< include /etc/hostname >}} {{< meta title >}}",
    "@tbl-key @fig-x [-@sec-data] [^1]",
    "`{python} 1/0` ```{=html}",
    r"$\frac{1}{2}$ \input{/etc/hostname} \textbf{x}",
    '#read("/etc/hostname") #panic() #[x] <label> @ref',
    "*a* _b_ **c** ~~d~~ ^e^ ~f~ [g](javascript:alert(1)) ![h](x.png)",
    '::: {.callout-note} ::: {.x key="v"} {#id}',
    "--- # T | a | b | %% <!-- x --> <?php x ?>",
    '=HYPERLINK("http://x.test","y")',
    "+1+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "-2+3",
    "\t=1+1",
    "&lt;i&gt; &amp; &#x3C;i&#62;",
    "'; DROP TABLE x; -- \\\" \\n \\u{41}",
    "a\u202eb\u200bc\u2066d\ufeffe",
    "x\ny\r\nz",
    "长" * 80 + "W" * 120,
    "\x07\x1b[31mred\x00",
    "％＝＋－＠（）《》“”‘’…——",
    "a--b --- c... -? -1 (-2) 3-4 ~ // /* x */ \\",
)
ROWS, CLUSTERS = 480, 16


class Words:
    """Gives every place its own mark and the next payload, and remembers what was given."""

    def __init__(self) -> None:
        self._payloads = cycle(PAYLOADS)
        self.given: dict[str, str] = {}

    def text(self, place: str, *, leading: bool = True) -> str:
        payload = next(self._payloads).replace("\0", "")
        mark = f"Q{len(self.given):03d}Z"
        self.given[place] = f"{payload} {mark}" if leading else f"{mark} {payload}"
        return self.given[place]

    def both(self, place: str) -> dict[str, str]:
        return {"zh": self.text(f"{place}.zh"), "en": self.text(f"{place}.en")}


def _field(
    words: Words, name: str, kind: str = "integer", codes: tuple[Any, ...] = (), **extras: Any
) -> dict[str, Any]:
    field: dict[str, Any] = {"name": name, "title": words.text(f"field.{name}.zh"), "type": kind}
    own: dict[str, Any] = {
        "title_en": words.text(f"field.{name}.en"),
        "pii": False,
        "note": words.both(f"note.{name}"),
        **extras,
    }
    if codes:
        field["constraints"] = {"enum": list(codes)}
        field["categories"] = [{"value": code, "label": words.text(f"level.{name}.{code}.zh")} for code in codes]
        own["categories_en"] = [{"value": code, "label": words.text(f"level.{name}.{code}.en")} for code in codes]
    return {**field, "liandong": own}


def _source(words: Words, place: str) -> dict[str, Any]:
    return {"citation": words.text(f"{place}.citation"), "note": words.both(f"{place}.note")}


def write_hostile_study(folder: Path) -> tuple[Path, dict[str, str], list[str]]:
    """Write the study below `folder`; return study.yaml, the text of every place, and the names of the clusters."""
    words = Words()
    clusters = [
        f"{payload} 群{i}" for i, payload in zip(range(CLUSTERS), (p.replace("\0", "") for p in PAYLOADS), strict=False)
    ]
    kinds = ["甲<b>", "=乙", '"丙', "{丁}"]
    codebook: dict[str, Any] = {
        "primaryKey": "id",
        "fields": [
            _field(words, "id", "string", role="id"),
            _field(words, "place", "string", role="cluster"),
            _field(words, "served", codes=(0, 1)),
            _field(words, "sex", codes=(1, 2), role="demographic", nominal=True),
            _field(words, "kind", "string", tuple(kinds), role="demographic"),
            _field(words, "age"),
            _field(words, "say", "string"),
            *(_field(words, f"item{i}", codes=(1, 2, 3, 4, 5), role="item") for i in range(1, 4)),
        ],
        "liandong": {
            "title": words.both("instrument"),
            "version": "1 <b>",
            "rules": [{"id": "grown", "title": words.both("rule"), "check": "age >= 19", "action": "warn"}],
        },
    }
    codebook["fields"][5]["constraints"] = {"minimum": 18, "maximum": 90}
    scale = {
        "id": "trust", "title": words.both("scale"), "items": ["item1", "item2", "item3"], "range": [1, 5],
        "minimum_answered": 2, "higher_means": words.both("higher"), "source": _source(words, "scale"),
    }  # fmt: skip
    indicators = [
        {"id": "aged", "group": "coverage", "title": words.both("indicator.aged"), "numerator": "age >= 50",
         "source": _source(words, "aged"), "subgroups": True},
        {"id": "was_served", "group": "coverage", "title": words.both("indicator.served"), "numerator": "served == 1",
         "source": _source(words, "was_served"), "subgroups": True},
        {"id": "kinds", "group": "profile", "title": words.both("indicator.kinds"), "kind": "distribution",
         "numerator": "kind", "source": _source(words, "kinds")},
        {"id": "agree", "group": "coverage", "title": words.both("indicator.agree"), "numerator": "item1 >= 3",
         "source": _source(words, "agree"), "subgroups": True},
    ]  # fmt: skip
    study: dict[str, Any] = {
        "id": "hostile",
        "title": words.both("title"),
        "subtitle": words.both("subtitle"),
        "notice": words.both("notice"),
        "simulated": True,
        "instrument": "../instr 1 'q' #x $y {z}",
        "data": {"responses": "data $x/-答 卷 '1' #2 {3} `4`.csv"},
        "design": {
            "cluster": "place",
            "assignment": {"kind": "observational", "note": words.both("assignment")},
            "sampling": {
                "frame": words.both("frame"),
                "method": words.both("method"),
                "invited": 500,
                "period": words.both("period"),
            },
        },
        "analysis": {
            "derived": [
                {
                    "name": "old",
                    "title": words.both("derived"),
                    "expression": "(age >= 50) * 1",
                    "categories": [[0, words.both("derived.0")], [1, words.both("derived.1")]],
                }
            ],
            "subgroups": ["sex", "kind", "old"],
            "effects": [
                {
                    "id": "service",
                    "title": words.both("effect"),
                    "role": "primary",
                    "outcomes": ["trust"],
                    "treatment": "served",
                    "absorb": ["place"],
                    "cluster": ["place"],
                    "subgroups": ["sex"],
                    "note": words.both("effect.note"),
                    "balance": ["age", "sex"],
                    "steps": [
                        {"name": "M1"},
                        {"name": "M2 <i>", "title": words.both("step"), "add": ["age", "sex", "kind"]},
                    ],
                },
            ],
        },
        "report": {
            "languages": ["zh", "en"],
            "formats": ["html", "pdf", "docx"],
            "date": "2026-01-01",
            "unit": words.both("unit"),
            "programme": words.both("programme"),
            "sources": [words.text("source.1"), words.text("source.2")],
        },
    }
    root = folder / "-研究 'a' \"b\" #c $d (e)"
    instrument, home = root / study["instrument"].removeprefix("../"), root / "study; rm"
    (home / study["data"]["responses"]).parent.mkdir(parents=True)
    instrument.mkdir(parents=True)
    for name, content in (
        ("codebook", codebook),
        ("scales", {"scales": [scale]}),
        ("indicators", {"indicators": indicators}),
    ):
        (instrument / f"{name}.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    (home / "study.yaml").write_text(yaml.safe_dump(study, allow_unicode=True), encoding="utf-8")
    with (home / study["data"]["responses"]).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", "place", "served", "sex", "kind", "age", "say", "item1", "item2", "item3", "=cmd|x"])
        writer.writerows(_rows(clusters, kinds))
    return home / "study.yaml", words.given, clusters


def _rows(clusters: list[str], kinds: list[str]) -> Iterator[list[Any]]:
    says = cycle(payload.replace("\0", "") for payload in PAYLOADS)
    for i in range(ROWS):
        base = 1 + (i * 7 + i // 16) % 5
        items = [min(5, max(1, base + step)) for step in (0, (i // 5) % 2, -((i // 7) % 2))]
        served = (i // CLUSTERS + i) % 2
        age: Any = 20 + (i * 11) % 60 if i % 97 else "=1+1 <b>"
        yield [
            f"=r{i}",
            clusters[i % CLUSTERS],
            served,
            1 + (i // 3) % 2,
            kinds[(i // 2) % 4],
            age,
            next(says),
            *items,
            "x",
        ]


LANGUAGES = ("zh", "en")
# Where a text is printed by every format; the rest stands in tables, the manifest or nowhere.
SHOWN = (
    *("title", "subtitle", "notice", "unit", "programme", "frame", "method", "period", "instrument"),
    *(
        "effect",
        "effect.note",
        "scale",
        "step",
        "indicator.aged",
        "indicator.served",
        "indicator.kinds",
        "indicator.agree",
    ),
    *("field.served", "field.age", "derived", "level.sex.1", "level.kind.=乙", "derived.1"),
)
FORMULA = re.compile(r"[\s\u200b\ufeff\u202e]*[=+\-@＝＋－＠\t\r]")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Hostile:
    bundle: Path
    given: dict[str, str]
    clusters: list[str]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Hostile:
    folder = tmp_path_factory.mktemp("hostile")
    study, given, clusters = write_hostile_study(folder)
    bundle = folder / "-out $x 'y' #z {v}"
    assert main(["report", str(study), "--out", str(bundle), "--renderer", "embedded"]) == 0
    return Hostile(bundle, given, clusters)


def _squeezed(text: str) -> str:
    """Return text without what a layout adds or takes: blanks, line breaks, soft breaks."""
    return re.sub(r"[\s\u200b\u00ad\u2011]+", "", text)


def _expected(hostile: Hostile, lang: str) -> Iterator[tuple[str, str]]:
    for place in SHOWN:
        key = f"{place}.{lang}"
        yield key, _squeezed(plain(hostile.given[key]))


def _missing(hostile: Hostile, lang: str, text: str) -> list[str]:
    shown = _squeezed(text)
    return [place for place, words in _expected(hostile, lang) if words not in shown]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in {"script", "style"}:
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if self._inside == ["script"]:
            self.scripts.append(data)
        if not self._inside:
            self.text.append(data)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_html_shows_every_text_and_runs_none(hostile: Hostile, lang: str) -> None:
    reader = _Reader()
    reader.feed((hostile.bundle / "report" / f"evaluation.{lang}.html").read_text(encoding="utf-8"))
    assert _missing(hostile, lang, "".join(reader.text)) == []
    tags = {tag for tag, _ in reader.elements}
    assert not tags & {"iframe", "object", "embed", "form", "base", "b", "i"}
    own = "".join(file.read_text(encoding="utf-8") for file in STYLES.glob("*.html"))
    kinds = [attributes.get("type") for tag, attributes in reader.elements if tag == "script"]
    assert len(reader.scripts) == len(kinds)
    for kind, script in zip(kinds, reader.scripts, strict=True):
        # The frame's own, word for word, or data that runs nothing.
        assert json.loads(script) if kind == "application/json" else script.strip() in own
    for tag, attributes in reader.elements:
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        for name in ("href", "src"):
            value = attributes.get(name) or ""
            assert value.startswith(("#", "data:")) or not value, (tag, value[:80])


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler) is not installed")
def test_pdf_shows_every_text(hostile: Hostile, lang: str) -> None:
    file = hostile.bundle / "report" / f"evaluation.{lang}.pdf"
    # Between its margins, in points: running heads would stand inside a paragraph that goes over two pages.
    inside = ["-x", "0", "-y", "76", "-W", "596", "-H", "694"]
    command = ["pdftotext", "-raw", *inside, str(file), "-"]
    text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    assert _missing(hostile, lang, text) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_word_shows_every_text(hostile: Hostile, lang: str) -> None:
    with zipfile.ZipFile(hostile.bundle / "report" / f"evaluation.{lang}.docx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name.endswith((".xml", ".rels"))}
    texts = "".join(ET.fromstring(parts["word/document.xml"]).itertext())  # noqa: S314 (our own file)
    assert _missing(hostile, lang, texts) == []
    for name, part in parts.items():
        ET.fromstring(part)  # noqa: S314 (every part is well-formed)
        if name.endswith(".rels"):
            assert b"javascript:" not in part
            assert b"x.test" not in part


def test_no_cell_of_an_exported_table_is_a_formula(hostile: Hostile) -> None:
    files = [*hostile.bundle.rglob("*.csv")]
    assert len(files) > 10
    for file in files:
        with file.open(encoding="utf-8", newline="") as stream:
            cells = [cell for row in csv.reader(stream) for cell in row]
        assert not [cell for cell in cells if FORMULA.match(cell) and not NUMBER.fullmatch(cell)], file.name


def test_labels_are_read_back_as_they_were_written(hostile: Hostile) -> None:
    labels = read_bundle(hostile.bundle).table("labels")
    for name in ("served", "sex", "kind", "age"):
        row = labels.row(by_predicate=(pl.col("kind") == "field") & (pl.col("name") == name), named=True)
        assert (row["zh"], row["en"]) == (hostile.given[f"field.{name}.zh"], hostile.given[f"field.{name}.en"])
    levels = {row["level"] for row in labels.filter(pl.col("name") == "kind", pl.col("kind") == "level").to_dicts()}
    assert levels == {"甲<b>", "=乙", '"丙', "{丁}"}


def test_clusters_keep_their_names_in_the_restricted_rows(hostile: Hostile) -> None:
    rows = pl.read_parquet(hostile.bundle / "restricted" / "responses.parquet")
    assert set(rows["place"]) == {name.rstrip() for name in hostile.clusters}


def test_figures_are_well_formed_and_hold_no_script(hostile: Hostile) -> None:
    files = [*(hostile.bundle / "figures").glob("*.svg")]
    assert files
    for file in files:
        tags = {element.tag.rpartition("}")[2] for element in ET.parse(file).iter()}  # noqa: S314 (our own file)
        assert not tags & {"script", "foreignObject", "a", "image"}, file.name
