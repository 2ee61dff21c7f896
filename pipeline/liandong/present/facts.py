"""What a page reads: the rows of a bundle and the names of things, in one language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from liandong.definitions import Language
from liandong.errors import RenderError
from liandong.evidence import TABLES, Bundle, read_bundle
from liandong.present.bound_rows import BoundRow, bound_mapping, counted, how_many
from liandong.present.escaping import plain, typeset
from liandong.present.marks import named
from liandong.present.words import lowered

_TITLES = ("indicator", "scale", "derived", "field")  # a later kind wins where two share a name
_FOLD = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef”’]) +(?=[\u3000-\u9fff\uff00-\uffef“‘])")
_CODE = re.compile(r"(?:编号|代码|编码|标识|\s+(?:code|id|identifier|number))$", re.IGNORECASE)
METHODS = ("CR1", "CR2", "CR3", "twoway", "WCR-R", "WCR-W", "RI")
"""Codes of the kinds of inference, in the order of the tables."""
_JUDGED = ("estimate", "std_error", "df", "p_value", "conf_low", "conf_high", "ci_method")
Row = Mapping[str, Any]
"""A row of a table: column → value."""


@dataclass(frozen=True, slots=True)
class Facts:
    """A bundle's tables, read once, with its labels in `lang`.

    Attributes
    ----------
    manifest
        As the bundle holds it.
    lang
        ``zh`` or ``en``.
    tables
        Table name → frame, for every declared table.
    records
        The same, row by row, for the numbers as they are.
    titles
        Column, scale or indicator → title.
    levels
        Column and value → label.
    labels
        Kind, name and level → label and source, for all else.
    bound
        Table → its records, and the same as rows whose numbers remember where they stand, once they were asked for;
        None for facts whose numbers do not.
    index
        Table and column → its records, and where among them each value stands, once they were asked for.
    """

    manifest: Mapping[str, Any]
    lang: Language
    tables: Mapping[str, pl.DataFrame]
    records: Mapping[str, Sequence[Row]]
    titles: Mapping[str, str]
    levels: Mapping[tuple[str, str], str]
    labels: Mapping[tuple[str, str, str], tuple[str, str]]
    bound: dict[str, tuple[Sequence[Row], Sequence[Row]]] | None = None
    index: dict[tuple[str, str], tuple[Sequence[Row], Mapping[Any, list[int]]]] = field(default_factory=dict)

    @property
    def study(self) -> Mapping[str, Any]:
        """What the manifest says of the study."""
        found: Mapping[str, Any] = self.manifest["study"]
        return found

    @property
    def effects(self) -> list[Row]:
        """The effects that have estimates, in the order of the plan."""
        estimated = set(self.tables["estimates"]["effect"])
        return [effect for effect in self.manifest.get("effects", ()) if effect["id"] in estimated]

    @property
    def minimum_cell(self) -> int:
        """The smallest published cell."""
        found: int = (self.study.get("disclosure") or {}).get("minimum_cell", 1)
        return found

    def rows(self, table: str, /, **key: Any) -> list[Row]:
        """Return the rows of `table` that agree with `key`, in their order; their numbers remember where they stand."""
        rows, records = self._bound(table), self.records[table]
        if not key:
            return [*rows]
        (name, value), *others = key.items()
        found = self._positions(table, name).get(value, [])
        for other, wanted in others:
            found = [at for at in found if records[at][other] == wanted]
        return [rows[at] for at in found]

    def _positions(self, table: str, name: str) -> Mapping[Any, list[int]]:
        """Return where in `table` each value of a column stands: pages ask for the same effects again and again."""
        records, known = self.records[table], self.index.get((table, name))
        if known is None or known[0] is not records:
            positions: dict[Any, list[int]] = {}
            for at, row in enumerate(records):
                positions.setdefault(row[name], []).append(at)
            known = self.index[table, name] = (records, positions)
        return known[1]

    def _bound(self, table: str) -> Sequence[Row]:
        if self.bound is None:
            return self.records[table]
        records = self.records[table]
        known = self.bound.get(table)
        if known is None or known[0] is not records:
            # The lowest and the highest of all specifications come from samples of many sizes.
            key, sizes = TABLES[table].key, {} if table == "multiverse" else self._sizes()
            rows = [
                BoundRow(table, at, row, key, sizes.get((row.get("effect"), row.get("outcome"))))
                for at, row in enumerate(records)
            ]
            known = self.bound[table] = (records, rows)
        return known[1]

    def _sizes(self) -> dict[tuple[Any, Any], int | None]:
        """Return how many people the models of an effect and an outcome use."""
        return {(row["effect"], row["outcome"]): row["n_obs"] for row in self.records["design"]}

    def row(self, table: str, /, **key: Any) -> Row:
        """Return the one row of `table` that `key` identifies.

        Raises
        ------
        RenderError
            When there is none, or more than one.
        """
        found = self.rows(table, **key)
        if len(found) != 1:
            wanted = ", ".join(f"{name}={value!r}" for name, value in key.items()) or "anything"
            raise RenderError(
                f"expected one row with {wanted}; {len(found)} of {self.tables[table].height} rows agree",
                where=f"tables/{table}.csv",
                hint="the page asks for something that this study did not estimate; see the table for what there is",
                zh=f"数据表 {table}.csv 中找不到报告所需的唯一一行（{wanted}）。",
            )
        return found[0]

    def value(self, table: str, column: str, /, **key: Any) -> Any:
        """Return one number or text of `table`; RenderError as :meth:`row`, or when the column is not declared."""
        if column not in TABLES[table].columns:
            raise RenderError(
                f"the table has no column {column!r}; it has {', '.join(TABLES[table].columns)}",
                where=f"tables/{table}.csv",
                zh=f"数据表 {table}.csv 没有列 {column}。",
            )
        return self.row(table, **key)[column]

    def counted(
        self, table: str, rows: Sequence[Row] | int, where: str = "", /, distinct: Sequence[str] = (), **key: Any
    ) -> int:
        """Return how many rows of `table` a page speaks of, as a number that remembers which.

        Parameters
        ----------
        table
            The table that the rows are of.
        rows
            The rows, or their number where `where` or `key` says which.
        where
            The condition that chose them, as SQL: ``abs(std_difference) > 0.1``. Without it and `key` the origin names
            their lines in the table.
        distinct
            Columns whose different values are counted; without any, the rows are.
        key
            What the rows have in common, as in :meth:`rows`.
        """
        if self.bound is None:
            return how_many(rows, distinct)
        return counted(table, rows, where, key, distinct)

    def own(self, text: str) -> str:
        """Return words of the study itself, marked as such where they hold digits."""
        return text if self.bound is None else named(text)

    def text(self, both: Mapping[str, str] | None) -> str:
        """Return a text of the manifest in the page's language, empty when there is none.

        A space that a folded line of YAML has left between Chinese characters goes.
        """
        return self.own(_FOLD.sub("", typeset(both[self.lang], self.lang))) if both else ""

    def title(self, name: str) -> str:
        """Return the title of a column, scale or indicator, or its own name."""
        return self.own(self.titles.get(name, name))

    def level(self, name: str, value: str) -> str:
        """Return the label of a value of a column, or the value."""
        return self.own(self.levels.get((name, value), value))

    def term(self, term: str) -> str:
        """Return the title of a regressor; ``column=level`` becomes "title: label"."""
        column, mark, value = term.partition("=")
        if not mark or term in self.titles:
            return self.title(term)
        return f"{self.title(column)}{'：' if self.lang == 'zh' else ': '}{self.level(column, value)}"

    def step(self, effect: str, step: str) -> str:
        """Return the title of a step of a nested model."""
        return self.own(self.labels.get(("step", effect, step), (step, ""))[0])

    def verdict(self, effect: str, outcome: str) -> Row | None:
        """Return which inference applies to the fullest model of an effect and an outcome, None where nobody asked."""
        return next(iter(self.rows("verdicts", effect=effect, outcome=outcome)), None)

    def indicator(self, name: str) -> Mapping[str, str | None]:
        """Return numerator, universe and need of an indicator as they stand in its definition, where known."""
        known = self.manifest.get("indicators") or {}
        return {part: _expression(text) for part, text in (known.get(name) or {}).items()}

    def category(self, indicator: str, value: str) -> str:
        """Return the label of a category of a distribution."""
        column = self.indicator(indicator).get("numerator") or indicator
        return self.level(column, value)

    def group(self, name: str) -> str:
        """Return the study's own title of a group of indicators, empty when it has none."""
        return self.text((self.manifest.get("groups") or {}).get(name))

    def cluster(self, effect: Mapping[str, Any] | None = None) -> str:
        """Return what a cluster of an effect, or of the design, is called; empty without a cluster column."""
        column = effect["cluster"][0] if effect else self.study.get("cluster")
        return self.noun(column) if column else ""

    def noun(self, column: str) -> str:
        """Return what the values of a column of codes are: "Community code" holds communities."""
        title = _CODE.sub("", self.titles.get(column, column))
        return self.own(title if self.lang == "zh" else lowered(title))

    def assignment(self, effect: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """Return how the treatment of an effect came about: its own account, or the design's."""
        own = effect.get("assignment") if effect else None
        return own or self.study.get("assignment") or {"kind": "observational"}


def bundle_of_page(bundle: str, command: str) -> Bundle:
    """Return the bundle at `bundle`, a path as seen from a page's folder; `command` is what makes it.

    Raises
    ------
    RenderError
        When there is none.
    """
    try:
        return read_bundle(Path(bundle))
    except FileNotFoundError as error:
        raise RenderError(
            "no evidence bundle here: manifest.json is missing",
            where=bundle,
            hint=f"run `{command}` first, or give the page another `bundle`",
            zh=f"在 {bundle} 找不到证据包，请先运行 {command}。",
        ) from error


def read_facts(bundle: Bundle, lang: Language, *, bound: bool = True) -> Facts:
    """Return the facts of `bundle` in `lang`; the numbers of `bound` ones remember where in the bundle they stand.

    Raises
    ------
    RenderError
        When the manifest does not describe a study.
    """
    if "study" not in bundle.manifest:
        raise RenderError(
            "the manifest does not describe a study",
            where=str(bundle.path),
            hint="make the bundle again with `liandong run`",
            zh="证据包的 manifest.json 缺少研究说明。",
        )
    tables = {name: bundle.table(name) for name in TABLES}
    records = {name: table.rows(named=True) for name, table in tables.items()}
    labels = [{**row, lang: typeset(row[lang], lang), "source": plain(row["source"])} for row in records["labels"]]
    titles = {row["name"]: row[lang] for kind in _TITLES for row in labels if row["kind"] == kind}
    levels = {(row["name"], row["level"]): row[lang] for row in labels if row["kind"] == "level"}
    rest = {(row["kind"], row["name"], row["level"]): (row[lang], row["source"]) for row in labels}
    if not bound:
        return Facts(bundle.manifest, lang, tables, records, titles, levels, rest)
    return Facts(bound_mapping(bundle.manifest), lang, tables, records, titles, levels, rest, {})


def treatment_rows(facts: Facts, effect: str, metric: str = "points", **key: Any) -> Iterator[Row]:
    """Yield the rows of a treatment in one metric, outcomes and steps in the order of the table."""
    for row in facts.rows("estimates", effect=effect, is_treatment=True, metric=metric, **key):
        if row["vcov"] == "CR1":
            yield row


def fullest_row(facts: Facts, effect: str, outcome: str, metric: str = "points") -> Row:
    """Return the row of a treatment in its last step; RenderError when the study has no such estimate."""
    rows = [*treatment_rows(facts, effect, metric, outcome=outcome)]
    if not rows:
        return facts.row("estimates", effect=effect, outcome=outcome, is_treatment=True, metric=metric, vcov="CR1")
    return rows[-1]


def believed_row(facts: Facts, effect: str, outcome: str, metric: str = "points") -> Row:
    """Return the row of a treatment in its last step by the inference that the verdict shows, else by CR1.

    Raises
    ------
    RenderError
        When the study has no such estimate.
    """
    plain, verdict = fullest_row(facts, effect, outcome, metric), facts.verdict(effect, outcome)
    method = shown_method(verdict) if verdict else ""
    if verdict is None or not method or verdict["estimate"] is None:
        return plain
    key = {"outcome": outcome, "step": plain["step"], "term": plain["term"], "metric": metric}
    found = facts.rows("estimates", effect=effect, vcov=method, sample=plain["sample"], **key)
    if metric != "points":
        return found[0] if found else plain
    return {**plain, **{column: verdict[column] for column in _JUDGED}, "vcov": method}


def shown_method(verdict: Row) -> str:
    """Return the code of the inference whose interval a verdict gives: the recommended, or the most cautious one."""
    return str(verdict["recommended"] or (verdict["ci_method"] if verdict["ci_method"] in METHODS else ""))


def _expression(text: Any) -> str | None:
    found = text.get("text") if isinstance(text, Mapping) else text
    return None if found is None else str(found)
