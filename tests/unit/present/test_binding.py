"""Numbers that remember where they stand: what keeps the origin, what loses it, and what data cannot forge."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
import re
from typing import Any

import polars as pl
import pytest
from tests.cases.present.walking import walked

from liandong.definitions import Language
from liandong.evidence import Bundle
from liandong.present import numbers, open_page
from liandong.present.binding import Real, Whole, exact_text, origin_of, ratio, unsigned
from liandong.present.escaping import html_text, markdown_text, plain, typst_string, visible, xml_text
from liandong.present.facts import Facts, read_facts
from liandong.present.markdown import callout, heading, metadata_block, prose
from liandong.present.marks import (
    CLOSE,
    OPEN_LITERAL,
    Alike,
    literal,
    named,
    number_mark,
    tokens,
    unmarked,
    unrepeated,
    with_literals,
)
from liandong.present.provenance import sources_block
from liandong.present.table import Cell, Row, Table, heads
from liandong.present.words import lowered, plural


@pytest.fixture(scope="module")
def facts(survey: Bundle) -> Facts:
    return read_facts(survey, "en")


@pytest.fixture(scope="module")
def share(facts: Facts) -> Any:
    return facts.rows("indicators", universe="all", subgroup="", kind="share")[0]


def spans(text: str) -> str:
    """Return the Markdown of a text with one span per line, to be read."""
    return markdown_text(text).replace("\\", "")


def test_a_row_is_read_like_a_dict_and_its_numbers_are_numbers(facts: Facts, share: Any) -> None:
    raw = next(row for row in facts.records["indicators"] if row["indicator"] == share["indicator"])
    assert dict(share) == raw
    assert {**share} == raw
    assert share.get("no such column") is None
    assert isinstance(share["estimate"], float)
    assert isinstance(share["denominator_n"], int)
    assert share["suppressed"] in {True, False}
    assert type(share["suppressed"]) is bool
    assert type(share["indicator"]) is str
    assert share["estimate"] + 0 == raw["estimate"]
    assert pl.DataFrame([dict(share)]).height == 1
    merged = {**share, "estimate": share["conf_low"]}
    assert origin_of(merged["estimate"]) == origin_of(share["conf_low"])


def test_a_printed_number_says_table_row_column_value_and_n(share: Any) -> None:
    text = spans(numbers.percent(share["estimate"]))
    assert text.startswith("[")
    assert "%]{.ld-number " in text
    assert 'data-table="indicators"' in text
    assert f'data-row="indicator={share["indicator"]}; universe=all"' in text
    assert 'data-column="estimate"' in text
    assert f'data-value="{share["estimate"]:.12g}"' in text
    assert f'data-n="{share["denominator_n"]}"' in text
    assert 'data-form="percent"' in text


def test_an_interval_is_one_number_with_two_columns(share: Any) -> None:
    text = spans(numbers.percent_bounds(share["conf_low"], share["conf_high"]))
    assert text.count("ld-number") == 1
    assert 'data-column="conf_low, conf_high"' in text


def test_arithmetic_forgets_the_origin(share: Any) -> None:
    for own in (share["estimate"] * 100, share["estimate"] + 1, abs(share["estimate"]), -share["estimate"]):
        assert origin_of(own) is None
        assert numbers.fixed(own, 1) == unmarked(numbers.fixed(own, 1))
    assert numbers.interval(share["conf_low"], 0.5, 2) == f"[{share['conf_low']:.2f}, 0.50]"


def test_dropping_the_sign_is_said(facts: Facts) -> None:
    row = next(row for row in facts.rows("estimates") if row["estimate"] is not None and row["estimate"] < 0)
    text = spans(numbers.fixed(unsigned(row["estimate"]), 3))
    assert f'data-value="{row["estimate"]:.12g}"' in text
    assert 'data-form="absolute"' in text
    assert unsigned(None) is None
    assert unsigned(-2.0) == 2.0
    size, low, high = numbers.bared(row["estimate"], row["conf_low"], row["conf_high"])
    assert size == -row["estimate"]
    assert low <= high
    assert exact_text(size) == f"{row['estimate']:.12g}"


def test_numbers_of_two_rows_are_no_interval(facts: Facts) -> None:
    first, second = facts.rows("indicators")[:2]
    assert origin_of(first["denominator_n"], second["denominator_n"]) is None


def test_a_quotient_names_both_parts(facts: Facts) -> None:
    rows = facts.manifest["rows"]
    quotient = ratio(rows["accepted"], facts.study["sampling"]["invited"])
    text = spans(numbers.percent(quotient))
    assert 'data-table="manifest" data-column="rows.accepted, study.sampling.invited"' in text
    assert 'data-form="percent ratio"' in text
    assert type(ratio(1, 4)) is float


def test_a_count_says_which_rows(facts: Facts) -> None:
    rows = facts.rows("indicators", universe="all")
    by_key = facts.counted("indicators", rows, universe="all")
    by_condition = facts.counted("indicators", len(rows), "universe = 'all'")
    by_lines = facts.counted("indicators", rows[:2])
    kinds = facts.counted("indicators", rows, distinct=("kind",), universe="all")
    assert by_key == by_condition == len(rows)
    assert 'data-row="universe=all" data-column="rows"' in spans(numbers.count(by_key))
    assert 'data-row="universe = &#39;all&#39;"' in spans(numbers.count(by_condition))
    assert f'data-row="lines {rows[0].index + 1}' in spans(numbers.count(by_lines))  # type: ignore[attr-defined]
    assert kinds == len({row["kind"] for row in rows})
    assert 'data-column="kind"' in spans(numbers.count(kinds))


def test_unbound_facts_give_plain_numbers_and_names(survey: Bundle) -> None:
    facts = read_facts(survey, "en", bound=False)
    row = facts.rows("indicators")[0]
    assert type(row["denominator_n"]) is int
    assert type(facts.counted("indicators", [row])) is int
    assert facts.own("Income in 2021") == "Income in 2021"


def test_copies_and_pickles_are_plain_numbers(share: Any) -> None:
    for number in (share["estimate"], share["denominator_n"]):
        assert type(copy.deepcopy(number)) in {float, int}
        assert pickle.loads(pickle.dumps(number)) == number  # noqa: S301 — our own bytes


def test_rows_replaced_in_a_copy_of_the_facts_are_the_ones_that_are_read(facts: Facts) -> None:
    first = facts.rows("scales")[0]
    changed = dataclasses.replace(facts, records={**facts.records, "scales": [{**first, "alpha": 0.25}]})
    assert [row["alpha"] for row in changed.rows("scales", scale=first["scale"])] == [0.25]
    assert facts.rows("scales")[0]["alpha"] == first["alpha"]


@pytest.mark.parametrize("title", ["2021年收入", "Income in 2021", "18–34", "M4", "COVID-19", "70%以上"])
def test_digits_of_a_name_are_marked_as_part_of_it(title: str) -> None:
    marked = named(title)
    assert unmarked(marked) == title
    walk = walked(f"<p>{_html(marked)}</p>")
    assert walk.loose == []
    assert named(marked) == marked


def test_a_name_without_digits_stays_as_it_is() -> None:
    assert named("信任度（R²）") == "信任度（R²）"


def test_words_take_their_case_and_plural_in_spite_of_marks() -> None:
    assert unmarked(lowered(named("2021 Income"))) == "2021 Income"
    assert unmarked(lowered(literal("Income"))) == "income"
    assert unmarked(plural("en", named("grade 3 class"))) == "grade 3 classes"
    assert plural("en", named("grade 3 class")) != "grade 3 classes"


def test_data_cannot_forge_a_mark(survey: Bundle, make_bundle: Any) -> None:
    forged = number_mark("99%", ("indicators", "indicator=x", "estimate", "0.99"))
    tables = {name: survey.table(name).rows(named=True) for name in ("labels", "indicators")}
    label = next(row for row in tables["labels"] if row["kind"] == "indicator")
    labels = [{**row, "en": forged, "zh": forged} if row is label else row for row in tables["labels"]]
    study = {**survey.manifest["study"], "title": {"zh": forged, "en": forged}}
    study["report"] = {"programme": {"zh": forged, "en": forged}}
    bundle = make_bundle("forged", {**survey.manifest, "study": study}, {**tables, "labels": labels})
    page = open_page(str(bundle.path), "en")
    assert unmarked(page.facts.title(label["name"])) == "99%"
    for text in (page.facts.title(label["name"]), page.facts.text(study["title"])):
        assert "ld-number" not in markdown_text(text)
    assert "ld-number" not in page.say.programme
    assert 'data-value="0.99"' not in page.opening() + page.table("coverage")


@pytest.mark.parametrize("write", [plain, visible, html_text, typst_string, xml_text])
def test_every_other_writer_drops_marks(write: Any, share: Any) -> None:
    marked = f"{numbers.percent(share['estimate'])} {literal('95%')} {named('M4')}"
    assert write(marked) == write(unmarked(marked))


def test_captions_headings_cells_and_metadata_hold_no_marks(share: Any) -> None:
    text = numbers.percent(share["estimate"])
    table = Table("t", text, ("left", "right"), (heads("", text),), (Row((text, Cell(text, "right"))),), (text,))
    whole = repr(table)
    assert unmarked(whole) == whole
    for block in (heading(2, text, "sec-x"), metadata_block({"title": text}), callout("note", text, "x")):
        assert unmarked(block) == block
        assert "ld-number" not in block


def test_a_text_that_was_cut_still_has_as_many_ends_as_beginnings() -> None:
    marked = f"a {number_mark('12', ('t', 'r', 'c', '12'))} b {literal('95%')}"
    for end in range(len(marked) + 1):
        for text in (marked[:end], marked[end:]):
            kinds = [kind for kind, _, _ in tokens(text)]
            assert kinds.count("close") == sum(kind in {"number", "literal", "name"} for kind in kinds)
            assert unmarked(prose(text)) == prose(text)


def test_literals_of_the_catalogue_stand_between_double_brackets() -> None:
    assert with_literals("⟦95%⟧ interval") == f"{OPEN_LITERAL}95%{CLOSE} interval"
    assert markdown_text(with_literals("⟦95%⟧ interval")) == "[95%]{.ld-literal} interval"


def test_what_reads_alike_is_said_once_with_the_first_origin(facts: Facts) -> None:
    rows = [row for row in facts.rows("estimates") if row["n_obs"] is not None]
    pair = next([a, b] for a in rows for b in rows if a is not b and a["n_obs"] == b["n_obs"])
    texts = [numbers.count(row["n_obs"]) for row in pair]
    assert texts[0] != texts[1]
    assert unrepeated(texts) == texts[:1]
    alike: Alike[str] = Alike()
    for text, thing in zip(texts, "ab", strict=True):
        alike.say(text, [text], thing)
    assert [*alike] == [(texts[0], ["a", "b"])]


def test_attributes_hold_hostile_keys(lang: Language) -> None:
    row = 'level="a; b=50%" {c} \\ `d` <e> ]'
    text = f"[1]{{.ld-number {lang}}}"
    assert text not in markdown_text(number_mark("1", ("t", row, "c", "1")))
    written = markdown_text(number_mark("1", ("t", row, "c", "1")))
    assert written.count('"') == 8, "no quotation mark ends an attribute early"
    assert "{" not in written.partition("{")[2].replace("&#123;", "")
    assert "}" not in written.partition("{")[2].rstrip("}")


def test_a_ratio_names_both_values_in_the_order_of_the_division(facts: Facts) -> None:
    rows = facts.manifest["rows"]
    accepted, invited = rows["accepted"], Whole(700, facts.rows("design")[0], "n_obs")  # type: ignore[arg-type]
    assert ratio(accepted, 700) == accepted / 700
    assert type(ratio(accepted, 700)) is type(ratio(accepted, invited)) is float, "two tables: no origin"
    row = facts.rows("design")[0]
    part, whole = Whole(30, row, "n_treated"), Whole(40, row, "n_obs")  # type: ignore[arg-type]
    origin = origin_of(ratio(part, whole))
    assert origin is not None
    assert origin.values == ("30, 40",)
    assert origin.columns == (f"{row.place.row}.n_treated, {row.place.row}.n_obs",)  # type: ignore[attr-defined]
    assert origin.forms == ("ratio",)
    assert ratio(part, whole) == 0.75


def test_tiny_and_missing_p_values(facts: Facts) -> None:
    row = facts.rows("estimates")[0]
    tiny = Real(0.0004, row, "p_value")  # type: ignore[arg-type]
    assert unmarked(numbers.p_value(tiny)) == "<0.001"
    assert unmarked(numbers.p_bound(tiny)) == "0.001"
    assert 'data-form="bound"' in spans(numbers.p_value(tiny))
    assert numbers.p_value(None) == numbers.NOT_APPLICABLE


def test_a_threshold_is_bound_where_the_study_sets_it(facts: Facts) -> None:
    own = Whole(10, facts.rows("design")[0], "n_obs")  # type: ignore[arg-type]
    assert "ld-number" in markdown_text(numbers.threshold(own))
    assert markdown_text(numbers.threshold(10)) == "[10]{.ld-literal}"


def _html(text: str) -> str:
    """Return a marked text as pandoc would write it, for texts of names and literals only."""
    parts = {"text": "{}", "name": '<span class="ld-name">', "literal": '<span class="ld-literal">', "close": "</span>"}
    return "".join(parts[kind].format(seen) if kind == "text" else parts[kind] for kind, seen, _ in tokens(text))


def test_the_opening_holds_the_hashes_behind_the_numbers(survey: Bundle, lang: Language) -> None:
    written = open_page(str(survey.path), lang).opening()
    found = json.loads(re.findall(r'<script type="application/json" id="ld-sources">(.*?)</script>', written)[0])
    files = survey.manifest["files"]
    assert found["tables"]["indicators"] == {
        "file": "tables/indicators.csv",
        "sha256": files["tables/indicators.csv"],
        "key": ["indicator", "category", "universe", "subgroup", "level"],
    }
    assert found["study"] == survey.manifest["study"]["id"]
    assert {"inputs", "definitions", "versions", "lock"} <= set(found)
    hostile = dataclasses.replace(
        read_facts(survey, lang), manifest={**survey.manifest, "inputs": {"</script><b>`{{<": "x"}}
    )
    block = sources_block(hostile)
    assert block.count("<") == 2
    assert "`" not in block
    assert json.loads(block[block.index("{") : block.rindex("}") + 1])["inputs"] == {"</script><b>`{{<": "x"}


def test_a_page_of_ones_own_binds_numbers_with_the_formatters(survey: Bundle) -> None:
    import liandong.present as hand

    page = open_page(str(survey.path), "en")
    share = page.facts.rows("indicators", universe="all", subgroup="", kind="share")[0]
    model = page.facts.rows("estimates", vcov="CR1")[0]
    bound = [
        hand.percent(share["estimate"]),
        hand.points(share["estimate"]),
        hand.percent_interval(share["conf_low"], share["conf_high"]),
        hand.count(page.facts.manifest["rows"]["accepted"]),
        hand.fixed(model["estimate"], 3),
        hand.interval(model["conf_low"], model["conf_high"], 3),
        hand.p_value(model["p_value"]),
    ]
    for text in bound:
        assert text.startswith("[")
        assert "{.ld-number " in text
        assert text._repr_markdown_() == text
    assert hand.fixed(0.25, 2) == r"0\.25"
