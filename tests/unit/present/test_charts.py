"""What the figures draw: every estimate, in marks that differ without colour, in letters that a phone can show."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from matplotlib.text import Text
from tests.cases.present.compared import community_rows, overlap_rows, spread_rows
from tests.cases.present.rows import Rows, label, share
from tests.cases.present.survey import survey_manifest, survey_tables

from liandong.definitions import Language
from liandong.evidence import Bundle
from liandong.present.canvas import CHOSEN, MARKS, OTHER, SHEET, TEXT, Dot, Mark, dot_rows
from liandong.present.charts import in_style, save
from liandong.present.charts_communities import MOST_NAMED, STANDINGS, community_chart, community_measures
from liandong.present.charts_flow import MOST_LANES, flow_chart
from liandong.present.charts_overlap import MOST_COLUMNS, combinations
from liandong.present.facts import Facts, read_facts
from liandong.present.figures import figures_of, shown
from liandong.present.marks import unmarked
from liandong.present.sections import has_section, section

MakeBundle = Callable[[str, dict[str, Any], dict[str, Rows]], Bundle]
PHONE = 350  # pixels of a figure on a screen of 390
SMALLEST = 9.0  # pixels
LONG = "很长很长的名称" * 3 + " with a very_long_word_without_any_break_at_all_in_it"


@pytest.fixture(scope="module")
def compared(make_bundle: MakeBundle) -> Bundle:
    compared = {"overlap": overlap_rows(), "communities": community_rows(7), "community_spread": spread_rows()}
    return make_bundle("compared", survey_manifest(), {**survey_tables(), **compared})


def with_rows(facts: Facts, table: str, rows: Rows) -> Facts:
    blank = dict.fromkeys(facts.tables[table].columns)
    return dataclasses.replace(facts, records={**facts.records, table: [{**blank, **row} for row in rows]})


def marks_of(axes: Any) -> list[tuple[str, bool]]:
    """Return shape and filling of every kind of dot that is drawn."""
    lines = [line for line in axes.lines if line.get_marker() not in {"None", "", "none", "<", ">"}]
    return [(str(line.get_marker()), line.get_markerfacecolor() != "white") for line in lines]


def test_any_two_marks_differ_without_their_colour() -> None:
    looks = [(mark.shape, mark.filled) for mark in MARKS]
    assert len(set(looks)) == len(MARKS)
    assert CHOSEN.shape != OTHER.shape


def test_every_letter_of_every_figure_is_readable_on_a_phone(audited: Bundle, compared: Bundle) -> None:
    for bundle in (audited, compared):
        for name, figure in figures_of(read_facts(bundle, "en")).items():
            with in_style():
                drawn = figure.plot()
            assert drawn.get_figwidth() == SHEET, name
            for text in drawn.findobj(Text):
                if text.get_text():
                    assert text.get_fontsize() * PHONE / (72 * SHEET) >= SMALLEST, (name, text.get_text())
    assert TEXT * PHONE / (72 * SHEET) >= SMALLEST


@pytest.mark.parametrize("count", [1, 3, 40])
def test_every_row_is_drawn_once_however_many_and_however_long(count: int) -> None:
    names = [f"{at} {LONG}" for at in range(count)]
    dots = [Dot(0, at, 0.1 * at, 0.1 * at - 1, 0.1 * at + 1, kind=at % 2) for at in range(count)]
    with in_style():
        figure = dot_rows(names, dots, axis="x", kinds=["a", "b"])
    axes = figure.axes[0]
    assert len(marks_of(axes)) == count
    assert len(set(marks_of(axes))) == min(count, 2)
    heights = axes.get_yticks()
    assert len(heights) == count
    assert all(later > earlier for earlier, later in pairwise(heights))


def test_names_never_reach_into_each_other_or_over_the_edge() -> None:
    with in_style():
        figure = dot_rows([LONG, "短", LONG], [Dot(0, at, 1.0) for at in range(3)], axis="x")
        figure.canvas.draw()
    boxes = [text.get_window_extent() for text in figure.axes[0].get_yticklabels()]
    assert all(box.x0 >= 0 for box in boxes)
    tops = sorted((box.y0, box.y1) for box in boxes)
    assert all(above[0] >= below[1] for below, above in pairwise(tops))


def test_an_interval_without_an_end_is_an_arrow() -> None:
    with in_style():
        figure = dot_rows(["a"], [Dot(0, 0, 0.5, 0.2, float("inf"))], axis="x")
    assert ">" in {line.get_marker() for line in figure.axes[0].lines}


def test_what_the_text_uses_is_told_apart_in_black_and_white(audited: Bundle) -> None:
    facts = read_facts(audited, "zh")
    axes = figures_of(facts)["effect-social-work"].plot().axes[0]
    assert {("o", True), ("D", True), ("o", False)} <= set(marks_of(axes))


def test_both_denominators_stand_under_each_other_with_marks_of_their_own(survey: Bundle) -> None:
    axes = figures_of(read_facts(survey, "zh"))["wellbeing"].plot().axes[0]
    assert set(marks_of(axes)) == {("o", True), ("D", False)}
    places = [line.get_ydata()[0] for line in axes.lines if line.get_marker() in {"o", "D"}]
    assert len(set(places)) == len(places)


def test_the_overlap_draws_a_column_per_combination_and_one_for_the_others(compared: Bundle, tmp_path: Path) -> None:
    facts = read_facts(compared, "zh")
    found = combinations(facts, "coverage")
    assert found.members == ("reached", "reached_by_group", "reached_by_others")
    assert [row["share"] for row in found.rows] == [0.4, 0.3, 0.15, 0.05]
    assert found.n_rest == 1
    assert found.rest == pytest.approx(0.1)
    figure = figures_of(facts)["overlap"]
    bars, matrix = figure.plot().axes
    assert len(bars.patches) == 5
    assert bars.patches[-1].get_hatch()
    filled = [line for line in matrix.lines if line.get_linestyle() == "-"]
    assert [len(line.get_xdata()) for line in filled] == [1, 2, 3, 0]
    assert len(save(figure.plot(), tmp_path, "overlap")) == 2


def test_the_share_of_hidden_combinations_is_not_printed(compared: Bundle) -> None:
    facts = read_facts(compared, "en")
    bars = figures_of(facts)["overlap"].plot().axes[0]
    assert sorted(text.get_text() for text in bars.texts) == ["15", "30", "40", "5", "other"]
    assert "10" not in unmarked(figures_of(facts)["overlap"].alt).replace("100", "")


def test_combinations_beyond_the_most_frequent_share_a_column(compared: Bundle) -> None:
    rows = [{**overlap_rows()[0], "members": f"reached+x{at}", "share": 0.04} for at in range(25)]
    found = combinations(with_rows(read_facts(compared, "zh"), "overlap", rows), "coverage")
    assert len(found.rows) == MOST_COLUMNS
    assert found.n_rest == 25 - MOST_COLUMNS


@pytest.mark.parametrize("count", [3, 40, MOST_NAMED + 80])
def test_communities_are_sorted_and_marked_by_shape(compared: Bundle, count: int, tmp_path: Path) -> None:
    facts = with_rows(read_facts(compared, "zh"), "communities", community_rows(count))
    figure = community_chart(facts, "belonging", "all")
    dots = [line for line in figure.axes[0].lines if line.get_marker() in {"^", "o", "v", "s"}]
    values = [line.get_xdata()[0] for line in dots]
    assert values == sorted(values, reverse=True)
    assert [dots[0].get_marker(), dots[-1].get_marker()] == ["^", "v"]
    assert bool(figure.axes[0].get_yticklabels()) == (count <= MOST_NAMED)
    assert figure.get_figheight() < 9.5
    assert len(save(figure, tmp_path, "communities")) == 2


def test_shapes_of_standings_are_their_own(compared: Bundle) -> None:
    rows = community_rows(len(STANDINGS))
    rows = [{**row, "standing": standing} for row, standing in zip(rows, STANDINGS, strict=True)]
    facts = with_rows(read_facts(compared, "zh"), "communities", rows)
    dots = [mark for mark in marks_of(community_chart(facts, "belonging", "all").axes[0]) if mark[0] != "|"]
    assert len(set(dots)) == len(STANDINGS)


def test_communities_of_which_only_a_band_is_known_are_drawn_as_bands(compared: Bundle, tmp_path: Path) -> None:
    facts = with_rows(read_facts(compared, "en"), "communities", community_rows(5, bands=True))
    figure = figures_of(facts)["communities-belonging"]
    assert "band" in unmarked(figure.caption)
    assert len(save(figure.plot(), tmp_path, "bands")) == 2


def test_two_communities_make_no_comparison(compared: Bundle) -> None:
    facts = with_rows(read_facts(compared, "en"), "communities", community_rows(2))
    assert community_measures(facts) == []
    assert not has_section(facts, "communities")


def test_the_text_beside_a_figure_refers_to_it_and_ranks_nothing(compared: Bundle, lang: Language) -> None:
    facts = read_facts(compared, lang)
    text = section(facts, "x", "communities")
    assert "@fig-communities-belonging" in text
    assert {"zh": "不是排名", "en": "no ranking"}[lang] in text
    assert "@fig-overlap" in section(facts, "x", "overlap")


def test_the_flow_shows_every_count_and_hides_what_is_hidden(survey: Bundle, tmp_path: Path) -> None:
    facts = read_facts(survey, "en")
    texts = {text.get_text() for text in flow_chart(facts).findobj(Text)}
    assert {"617", "525"} <= texts
    assert any("618" in text for text in texts)
    rows = [{**row, "rows": None} if row["stage"] == "complete_cases" else row for row in facts.records["sample_flow"]]
    hidden = dataclasses.replace(facts, records={**facts.records, "sample_flow": rows})
    figure = flow_chart(hidden)
    assert "hidden" in {text.get_text() for text in figure.findobj(Text)}
    assert len(save(figure, tmp_path, "flow")) == 2


def test_a_flow_of_many_models_draws_the_first(survey: Bundle) -> None:
    facts = read_facts(survey, "en")
    outcomes = [f"y{at}" for at in range(MOST_LANES + 5)]
    effects = [{**facts.manifest["effects"][0], "outcomes": outcomes}]
    rows = [{"stage": "estimation_sample", "effect": "social_work", "outcome": o, "rows": 9} for o in outcomes]
    facts = with_rows(facts, "sample_flow", [*facts.records["sample_flow"], *rows])
    facts = dataclasses.replace(facts, manifest={**facts.manifest, "effects": effects})
    drawn = {text.get_text() for text in flow_chart(facts).findobj(Text)}
    assert "y0" in drawn
    assert f"y{MOST_LANES}" not in drawn
    assert "some models only" in shown(facts, "x", "flow")


@pytest.mark.parametrize("name", ["coverage", "wellbeing", "distributions", "effect-social-work", "flow", "overlap"])
def test_alternative_texts_tell_a_finding_and_captions_whom_it_is_about(compared: Bundle, name: str) -> None:
    for lang in ("zh", "en"):
        figure = figures_of(read_facts(compared, lang))[name]
        assert any(character.isdigit() for character in unmarked(figure.alt))
        assert "None" not in figure.alt
        assert name == "flow" or "n = " in unmarked(figure.caption)


def test_many_indicators_with_long_names_are_drawn(make_bundle: MakeBundle, tmp_path: Path) -> None:
    rows = [share(f"i{at}", "coverage", 10 + at, 618) for at in range(40)]
    labels = [label("indicator", f"i{at}", f"{at}{LONG}", f"{at} {LONG}") for at in range(40)]
    bundle = make_bundle("many", survey_manifest(), {"indicators": rows, "labels": labels})
    figure = figures_of(read_facts(bundle, "zh"))["coverage"].plot()
    assert len(marks_of(figure.axes[0])) == 40
    assert len(save(figure, tmp_path, "many")) == 2


def test_a_mark_that_is_not_filled_is_white_inside() -> None:
    with in_style():
        figure = dot_rows(["a"], [Dot(0, 0, 1.0)], axis="x", marks=[Mark("#000000", "o", filled=False)])
    assert marks_of(figure.axes[0]) == [("o", False)]
