"""The parts that columns play: the key, the cluster, the weight, who interviewed and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from liandong.definitions.codebook import Role
from liandong.scaffold.draft import DraftDesign, DraftField
from liandong.scaffold.fields import Column
from liandong.scaffold.seen import SeenTable
from liandong.scaffold.titles import Meaning

_FEWEST_CLUSTERS, _MOST_CLUSTERS, _ROWS_PER_CLUSTER = 5, 500, 2
_NEARLY_ALL = 0.98
_MEAN_OF_WEIGHTS = (0.2, 5.0)
_FIRST_COLUMNS = 3
_LONGEST_ID = 64
# Of several columns that could be the key, those come first that name a person or a record.
_KEYS = ("respondent", "resp", "hh", "person", "pid", "caseid", "case", "uuid", "instanceid", "key", "submission", "id")
_CLUSTERS = ("cluster", "psu", "ea", "抽样点", "社区", "community", "village", "村", "school", "学校")
_STRATA = ("strat", "层")


@dataclass(frozen=True, slots=True)
class Roles:
    """Role of each field that is no plain question, the key, and the guesses for study.yaml.

    `declared` are the roles that the file itself states.
    """

    roles: Mapping[str, Role]
    key: str | None
    design: DraftDesign
    declared: frozenset[str] = field(default_factory=frozenset)


def guess_roles(table: SeenTable, columns: Sequence[Column], fields: Sequence[DraftField]) -> Roles:
    """Return the parts that the columns play in `table`."""
    by_name = {one.name: one for one in fields}
    key = _key(table, columns, by_name)
    rest = [column for column in columns if column.name != key]
    cluster = _cluster(table, rest, by_name)
    weight, declared = _weight(table, rest, by_name)
    quality = _quality(rest, by_name)
    strata = [c.name for c in rest if "stratum" in c.meanings and c.name != cluster and not _is_lone(c)]
    roles: dict[str, Role] = {}
    for column in rest:
        if column.meanings & {"paradata", "started", "ended", "seconds", "submitted", "interviewer"}:
            roles[column.name] = "paradata"
        elif "demographic" in column.meanings:
            roles[column.name] = "demographic"
    roles |= dict.fromkeys(strata, "stratum")
    further: tuple[tuple[str | None, Role], ...] = ((key, "id"), (cluster, "cluster"), (weight, "weight"))
    roles |= {name: role for name, role in further if name is not None}
    named = next((name for name in strata if any(word in name.lower() for word in _STRATA)), None)
    return Roles(
        roles, key, DraftDesign(cluster, weight, named, quality), frozenset({weight} if declared and weight else ())
    )


def _key(table: SeenTable, columns: Sequence[Column], fields: Mapping[str, DraftField]) -> str | None:
    """Return the complete column without repetition that names the records."""

    def could_be(column: Column) -> bool:
        seen, kind = column.seen, fields[column.name].type
        is_text_or_number = kind in {"integer", "string"} and seen.longest <= _LONGEST_ID
        is_open = not (fields[column.name].categories or fields[column.name].missing or seen.value_labels)
        is_open = is_open and seen.header != table.origin
        return seen.filled == table.rows and is_text_or_number and is_open

    able = [column for column in columns if could_be(column)]
    whole = [column for column in able if column.seen.distinct == table.rows or column.seen.is_unique_within_files]
    # Field work repeats a number now and then: that is a mistake to be found, not another kind of column.
    nearly = [column for column in able if column.seen.distinct >= _NEARLY_ALL * table.rows]
    for candidates in (whole, nearly):
        named = [column for column in candidates if "id" in column.meanings]
        if named and table.rows > 1:
            return min(named, key=lambda column: _rank(column, _KEYS)).name
    return next((column.name for column in columns[:_FIRST_COLUMNS] if column in whole and table.rows > 1), None)


def _cluster(table: SeenTable, columns: Sequence[Column], fields: Mapping[str, DraftField]) -> str | None:
    def is_cluster(column: Column) -> bool:
        seen = column.seen
        return (
            "cluster" in column.meanings
            and _FEWEST_CLUSTERS <= seen.distinct <= _MOST_CLUSTERS
            and seen.filled >= max(_NEARLY_ALL * table.rows, _ROWS_PER_CLUSTER * seen.distinct)
            and fields[column.name].type in {"integer", "string"}
        )

    able = [column for column in columns if is_cluster(column)]
    return min(able, key=lambda column: _rank(column, _CLUSTERS)).name if able else None


def _weight(table: SeenTable, columns: Sequence[Column], fields: Mapping[str, DraftField]) -> tuple[str | None, bool]:
    """Return the column of sampling weights, and whether the file itself declares it."""
    for column in columns:
        if column.seen.header == table.weight and fields[column.name].type in {"integer", "number"}:
            return column.name, True
    for column in columns:
        seen = column.seen
        is_positive = isinstance(seen.low, int | float) and seen.low > 0 and seen.mean is not None
        is_complete = seen.filled == table.rows and not fields[column.name].missing
        if "weight" in column.meanings and is_positive and is_complete:
            low, high = _MEAN_OF_WEIGHTS
            if low <= (seen.mean or 0) <= high:
                return column.name, False
    return None, False


_QUALITY: Mapping[Meaning, tuple[str, frozenset[str]]] = {
    "interviewer": ("interviewer", frozenset({"integer", "string"})),
    "started": ("started", frozenset({"datetime"})),
    "ended": ("ended", frozenset({"datetime"})),
    "seconds": ("seconds", frozenset({"integer", "number"})),
    "submitted": ("submitted", frozenset({"datetime"})),
}


def _quality(columns: Sequence[Column], fields: Mapping[str, DraftField]) -> dict[str, str]:
    """Return key of ``quality`` → field, the first that fits for each."""
    found: dict[str, str] = {}
    for column in columns:
        for meaning, (key, types) in _QUALITY.items():
            if meaning in column.meanings and fields[column.name].type in types and column.seen.filled:
                found.setdefault(key, column.name)
    return found


def _rank(column: Column, words: Sequence[str]) -> int:
    texts = " ".join(column.words)
    return next((i for i, word in enumerate(words) if word in texts), len(words))


def _is_lone(column: Column) -> bool:
    """Return whether a column divides nothing: one value, or a new one in every row."""
    return column.seen.distinct <= 1 or column.seen.distinct == column.seen.filled
