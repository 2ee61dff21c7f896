"""Figures draw the numbers of their tables, in their places, and say on how many people they rest."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from tests.cases.present.compared import community_rows, overlap_rows, spread_rows
from tests.cases.present.rows import Rows

from liandong.definitions import Language
from liandong.evidence import Bundle
from liandong.present import charts_multiverse
from liandong.present.bound_rows import BoundRow
from liandong.present.canvas import Dot, dot_rows
from liandong.present.charts import in_style, save
from liandong.present.charts_communities import community_chart
from liandong.present.charts_indicators import both_chart, dot_chart
from liandong.present.charts_multiverse import specification_chart
from liandong.present.charts_overlap import overlap_chart
from liandong.present.facts import Facts, read_facts
from liandong.present.figures import figures_of
from liandong.present.marks import unmarked
from liandong.present.phrases_comparison import apart_phrase, communities_phrase
from liandong.present.sections import section
from liandong.present.tables_appendix import ranked


def with_rows(facts: Facts, table: str, rows: Rows) -> Facts:
    blank = dict.fromkeys(facts.tables[table].columns)
    return dataclasses.replace(facts, records={**facts.records, table: [{**blank, **row} for row in rows]})


def spans_of(axes: Any) -> list[tuple[float, float]]:
    """Return the ends of every line that lies across, as an interval does."""
    found = [line.get_xydata().tolist() for line in axes.lines]
    return [(one[0], two[0]) for one, two in (p for p in found if len(p) == 2) if one[1] == two[1] and one[0] < two[0]]


def test_a_bar_is_as_high_as_the_share_of_its_combination(audited: Bundle) -> None:
    bars = overlap_chart(read_facts(audited, "zh"), "coverage").axes[0]
    shares = [100 * row["share"] for row in overlap_rows() if row.get("share")]
    assert [bar.get_height() for bar in bars.patches] == pytest.approx([*shares, 100 - sum(shares)])


def test_a_community_is_drawn_shrunk_with_its_own_figure_as_a_tick(audited: Bundle) -> None:
    rows = community_rows(5)
    axes = community_chart(with_rows(read_facts(audited, "zh"), "communities", rows), "belonging", "all").axes[0]
    rows = sorted(rows, key=lambda row: -row["shrunk"])
    ends = [number for row in rows for number in (row["shrunk_low"], row["shrunk_high"])]
    assert [end for pair in spans_of(axes) for end in pair] == pytest.approx(ends)
    ticks = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "|"]
    assert ticks == pytest.approx([row["estimate"] for row in rows])


@pytest.mark.parametrize("group", ["coverage", "wellbeing"])
def test_an_indicator_is_drawn_with_both_ends_of_its_interval(audited: Bundle, group: str) -> None:
    facts = read_facts(audited, "zh")
    rows = ranked(facts, group)
    axes = dot_chart(facts, group).axes[0]
    ends = [100 * row[name] for row in rows for name in ("conf_low", "conf_high")]
    assert sorted(end for pair in spans_of(axes) for end in pair) == pytest.approx(sorted(ends))


def test_both_denominators_are_drawn_with_their_own_intervals(audited: Bundle) -> None:
    facts = read_facts(audited, "zh")
    rows = [*ranked(facts, "wellbeing"), *ranked(facts, "wellbeing", "in_need")]
    ends = [100 * row[name] for row in rows for name in ("conf_low", "conf_high")]
    axes = both_chart(facts, "wellbeing").axes[0]
    assert sorted(end for pair in spans_of(axes) for end in pair) == pytest.approx(sorted(ends))


def test_specifications_rest_on_samples_of_many_sizes(audited: Bundle, lang: Language) -> None:
    facts = read_facts(audited, lang)
    rows = [{**row, "n_obs": 380 + row["specification"]} for row in facts.records["specifications"]]
    failed = {**rows[0], "specification": 99, "n_obs": 12, "estimate_sd": None}
    figure = figures_of(with_rows(facts, "specifications", [*rows, failed]))["specifications-social-work-belonging"]
    assert "n = 381–428" in unmarked(figure.caption)


def test_what_all_specifications_say_together_has_no_number_of_people(audited: Bundle) -> None:
    facts = read_facts(audited, "zh")
    (row,) = facts.rows("multiverse")
    (model, *_) = facts.rows("power")
    assert isinstance(row, BoundRow)
    assert isinstance(model, BoundRow)
    assert row.place.n == ""
    assert model.place.n == "525"


def test_one_pair_of_brackets_names_both_denominators(audited: Bundle, lang: Language) -> None:
    caption = unmarked(figures_of(read_facts(audited, lang))["wellbeing"].caption)
    assert caption.count("n = ") == 2
    assert "）（" not in caption
    assert ") (" not in caption


def test_the_spread_of_communities_is_told_with_its_interval_and_its_test(audited: Bundle) -> None:
    facts = read_facts(audited, "zh")
    said = unmarked(communities_phrase(facts, "belonging", "all")).replace("\xa0", " ")
    assert "0.070（95%区间[0.050, 0.103]）" in said
    assert "p < 0.001" in said
    untested = with_rows(facts, "community_spread", [{**spread_rows()[0], "p_value": None, "sd_between_low": None}])
    said = unmarked(communities_phrase(untested, "belonging", "all")).replace("\xa0", " ")
    assert "检验" not in said
    assert "区间" not in said


def test_rounded_spreads_get_no_decimals_that_they_do_not_hold(audited: Bundle) -> None:
    row = {**spread_rows()[0], "n_obs": None, "sd_between": 0.07, "sd_between_high": 0.1}
    facts = with_rows(read_facts(audited, "zh"), "community_spread", [row])
    said = unmarked(communities_phrase(facts, "belonging", "all")).replace("\xa0", " ")
    assert "0.07（95%区间[0.05, 0.1]）" in said


@pytest.mark.parametrize(
    ("standings", "said"),
    [
        (["higher", "similar", "lower"], "3个中有1个较高，1个较低，1个分不出高低"),
        (["similar", "similar", "similar"], "3个中没有一个能说较高或较低"),
        (["similar", "unknown", "unknown"], "3个中没有一个能说较高或较低，2个不作比较"),
        (["unknown", "lower", "lower"], "3个中有2个较低，1个不作比较"),
    ],
)
def test_no_community_is_counted_with_a_nought(audited: Bundle, standings: list[str], said: str) -> None:
    rows = [{**row, "standing": standing} for row, standing in zip(community_rows(3), standings, strict=True)]
    facts = with_rows(read_facts(audited, "zh"), "communities", rows)
    assert unmarked(apart_phrase(facts, "belonging", "all")) == said


def test_shrunk_intervals_are_explained_where_they_are_drawn(audited: Bundle, lang: Language) -> None:
    facts = read_facts(audited, lang)
    said = {"zh": "收缩以后", "en": "after shrinking"}[lang]
    screened = "Benjamini–Hochberg"
    assert said in section(facts, "", "communities")
    bands = section(with_rows(facts, "communities", community_rows(4, bands=True)), "", "communities")
    assert said not in bands
    assert screened in bands


@pytest.mark.parametrize("most", [48, 47])
def test_specifications_are_lines_and_a_picture_only_where_there_are_too_many(
    audited: Bundle, most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(charts_multiverse, "MOST_VECTORS", most)
    facts = read_facts(audited, "zh")
    effect = next(effect for effect in facts.effects if effect["id"] == "social_work")
    chart = specification_chart(facts, effect, "belonging")
    curve, _board = chart.axes
    rows = [row for row in facts.records["specifications"] if row["estimate"]]
    assert len(rows) == 47, "one estimate is exactly 0, and tells nothing of the scale of its interval"
    rows = sorted(rows, key=lambda row: row["estimate_sd"])
    (upright,) = (line for line in curve.lines if len(line.get_xdata()) == 3 * len(rows))
    ends = [row[name] / 0.19 for row in rows for name in ("conf_low", "conf_high")]
    drawn = [end for pair in zip(upright.get_ydata()[0::3], upright.get_ydata()[1::3], strict=True) for end in pair]
    assert drawn == pytest.approx(ends)
    vector = save(chart, tmp_path, "curve")[0].read_text(encoding="utf-8")
    assert ("<image" in vector) is (most < 48)


@pytest.mark.parametrize("ends", [(-0.009, 0.024), (0.0, 1.0), (-1.9, 0.3), (0.013, 0.0145)])
def test_an_axis_has_three_numbers_at_least(ends: tuple[float, float]) -> None:
    with in_style():
        figure = dot_rows(
            ["a"], [Dot(0, 0, sum(ends) / 2, *ends), Dot(1, 0, sum(ends) / 2, *ends)], axis="x", panels="ab"
        )
        figure.canvas.draw()
    for axes in figure.axes:
        low, high = axes.get_xlim()
        assert len([place for place in axes.get_xticks() if low <= place <= high]) >= 3
