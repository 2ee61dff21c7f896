from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from liandong.definitions import Language
from liandong.errors import RenderError
from liandong.evidence import Bundle
from liandong.present import draw_figures, figures_of
from liandong.present.charts import drawn, save, ticks, wrapped
from liandong.present.charts_multiverse import specification_chart
from liandong.present.facts import Facts, read_facts

SVG_LIMIT = 100_000  # bytes; a report of eight figures stays far below 3 MB


def digests(files: list[Path]) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


@pytest.fixture(scope="module")
def figures(survey: Bundle, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return draw_figures(survey, tmp_path_factory.mktemp("figures"), ["zh"])


def test_a_bundle_has_the_figures_that_its_tables_allow(survey_facts: Facts, trial_facts: Facts) -> None:
    assert [*figures_of(survey_facts)] == [
        *("first", "flow", "coverage", "wellbeing", "distributions", "effect-social-work"),
    ]
    assert [*figures_of(trial_facts)] == ["first", "flow", "effect-session", "effect-first-default"]


def test_an_audit_adds_figures_of_what_it_holds(audited_facts: Facts) -> None:
    assert [*figures_of(audited_facts)][3:4] == ["overlap"]
    assert [*figures_of(audited_facts)][6:] == [
        "communities-belonging",
        *("balance-social-work", "influence-social-work"),
        "specifications-social-work-belonging",
        *("heterogeneity-linkage", "dose-contact"),
        *("power", "effect-contact", "effect-social-work", "effect-linkage"),
    ]


def test_contours_are_drawn_for_primary_effects(audited_facts: Facts) -> None:
    effects = [{**effect, "role": "primary"} for effect in audited_facts.manifest["effects"]]
    facts = dataclasses.replace(audited_facts, manifest={**audited_facts.manifest, "effects": effects})
    assert "contours-linkage-belonging" in figures_of(facts)


def test_every_figure_of_an_audit_is_drawn_alike_and_small(audited: Bundle, tmp_path: Path) -> None:
    # The contours of this audit belong to a secondary effect, which is made primary here.
    manifest = dict(audited.manifest)
    manifest["effects"] = [{**effect, "role": "primary"} for effect in manifest["effects"]]
    bundle = dataclasses.replace(audited, manifest=manifest)
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    first, second = (draw_figures(bundle, tmp_path / name, ["en"]) for name in ("first", "second"))
    assert len(first) == 2 * len(figures_of(read_facts(bundle, "en")))
    assert digests(first) == digests(second)
    assert all(file.stat().st_size < 2 * SVG_LIMIT for file in first)


def test_specifications_that_failed_are_left_out_of_the_curve(audited: Bundle, tmp_path: Path) -> None:
    facts = read_facts(audited, "zh")
    rows = [
        {**row, "estimate": None, "estimate_sd": None, "conf_low": None, "conf_high": None} if at % 2 else row
        for at, row in enumerate(facts.records["specifications"])
    ]
    halved = dataclasses.replace(facts, records={**facts.records, "specifications": rows})
    chart = specification_chart(halved, next(e for e in facts.effects if e["id"] == "social_work"), "belonging")
    assert len(save(chart, tmp_path, "curve")) == 2
    points = [line for line in chart.axes[0].lines if line.get_marker() != "None"]
    assert sum(len(line.get_xdata()) for line in points) == len(rows) // 2


def test_every_figure_is_drawn_as_svg_and_png(figures: list[Path]) -> None:
    names = ["first", "flow", "coverage", "wellbeing", "distributions", "effect-social-work"]
    assert [file.name for file in figures] == [f"{name}.zh.{kind}" for name in names for kind in ("svg", "png")]


def test_the_same_bundle_gives_the_same_bytes(survey: Bundle, figures: list[Path], tmp_path: Path) -> None:
    assert digests(draw_figures(survey, tmp_path, ["zh"])) == digests(figures)


def test_vector_figures_are_small_and_need_neither_fonts_nor_other_files(figures: list[Path]) -> None:
    for file in (file for file in figures if file.suffix == ".svg"):
        text = file.read_text(encoding="utf-8")
        assert len(text) < SVG_LIMIT, file.name
        assert "<text" not in text
        assert not re.search(r'(href|src)="(?!#)', text), file.name
        assert "<dc:date>" not in text


def test_every_figure_says_in_words_what_it_shows(survey_facts: Facts) -> None:
    for figure in figures_of(survey_facts).values():
        assert len(figure.alt) > 15
        assert figure.caption


def test_a_hostile_label_is_drawn_as_it_is(make_bundle: Callable[..., Bundle], survey: Bundle, tmp_path: Path) -> None:
    rows = survey.table("labels").rows(named=True)
    hostile = [{**row, "zh": r"$\frac{1}$ <b> _x_ " + row["zh"]} for row in rows]
    tables = {name: survey.table(name).rows(named=True) for name in ("indicators", "estimates", "design")}
    bundle = make_bundle("hostile", survey.manifest, {**tables, "labels": hostile})
    assert len(draw_figures(bundle, tmp_path, ["zh"])) == 8


def test_a_character_without_a_glyph_is_an_error(
    make_bundle: Callable[..., Bundle], survey: Bundle, tmp_path: Path
) -> None:
    rows: list[dict[str, Any]] = [
        {**row, "zh": row["zh"] + "\u0b95"} for row in survey.table("labels").rows(named=True)
    ]
    tables = {"labels": rows, "indicators": survey.table("indicators").rows(named=True)}
    bundle = make_bundle("glyphless", survey.manifest, tables)
    with pytest.raises(RenderError, match="no sign for a character of figure first"):
        draw_figures(bundle, tmp_path, ["zh"])


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("得到过社会工作者的服务", ["得到过社会工作者的服务"]),
        ("觉得生活更有希望、更有意义、更愿意出门", ["觉得生活更有希望、更有意义、更", "愿意出门"]),
        ("Needed help with integration into the community", ["Needed help with integration", "into the community"]),
    ],
)
def test_labels_wrap_between_words_or_characters(text: str, lines: list[str]) -> None:
    assert wrapped(text).split("\n") == lines


def test_straight_quotation_marks_stand_in_english_figures_only() -> None:
    assert drawn("residents’ groups") == "residents' groups"
    assert drawn("“五社”联动") == "“五社”联动"


def test_axis_numbers_are_short_and_have_a_narrow_minus() -> None:
    assert ticks([-0.1, 0.0, 0.30000000000000004]) == ["–0.1", "0", "0.3"]


def test_languages_differ_in_words_not_in_figures(survey: Bundle) -> None:
    languages: tuple[Language, ...] = ("zh", "en")
    captions = [{n: f.caption for n, f in figures_of(read_facts(survey, lang)).items()} for lang in languages]
    assert captions[0].keys() == captions[1].keys()
    assert all(captions[0][name] != captions[1][name] for name in captions[0])
