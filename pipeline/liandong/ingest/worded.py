"""Answers that stand as words in a text column: the labels of codes, and one option among several in a cell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from liandong.definitions import Codebook, Field

# What export programs write between the answers of one cell; a declared option may hold any other sign.
_BETWEEN = ("┋", "|", ";", "；")
# What somebody wrote behind an option such as 其他, as 问卷星 exports it: 其他〖…〗.
_NARROW, _WIDE = "(),;:!?", "（），；：！？"
_TO_WIDE, _TO_NARROW = str.maketrans(_NARROW, _WIDE), str.maketrans(_WIDE, _NARROW)
_WRITTEN_IN = r"〖[^〗]*〗"
# What stands for an answer that nobody can read: no number, no date and no missing code.
_UNREADABLE = "\0?"


def option_within(field: Field, column: str) -> str | None:
    """Return the option of `field` that is to be looked for in the cells of `column`, None where they hold its codes.

    A column called like the field, whatever groups stand before it, or like the option or its label behind a slash (as
    KoBoToolbox and ODK Central write it) is the option's own: its 1 says yes, even where an option is called 1.
    """
    option = field.liandong.option
    if option is None or column.endswith(f"/{option}"):
        return None
    stem, _, label = column.rpartition("/")
    if stem and {field.title, field.liandong.title_en} & {f"{stem}（{label}）", f"{stem} ({label})"}:
        return None
    name = "_+".join(map(re.escape, re.split("_+", field.name)))
    return None if re.search(rf"(?:^|[/-]){name}$", column, re.IGNORECASE) else option


def options_of(sources: Mapping[str, str], codebook: Codebook, columns: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return column → every answer that its cells may hold, those that fields look for there first.

    Parameters
    ----------
    sources
        Field → column.
    columns
        Of the file: an answer that has a column of its own beside (``services/meal``, ``services_1``) is not lost.
    """
    found: dict[str, list[str]] = {}
    for name, column in sources.items():
        option = option_within(codebook.field(name), column)
        if option is not None:
            found.setdefault(column, []).append(option)
    known = list(columns)
    return {column: with_own_columns(column, options, known) for column, options in found.items()}


def with_own_columns(column: str, options: Sequence[str], columns: Iterable[str]) -> tuple[str, ...]:
    """Return `options`, and those that have a column of their own beside `column`."""
    own = [one[len(column) + 1 :] for one in columns if re.match(rf"{re.escape(column)}[/_-].", one)]
    return tuple(dict.fromkeys((*options, *own)))


def codes_of_words(
    cells: pl.Expr, prepared: pl.Expr, field: Field, option: str | None = None, options: Sequence[str] = ()
) -> pl.Expr:
    """Return the text of a column with codes in place of the words of the codebook.

    Parameters
    ----------
    cells
        The text without blanks around it, otherwise as the file has it.
    prepared
        The text as numbers are read from it; it stays wherever no word of the codebook stands.
    field
        Its labels (in both languages) stand for their codes.
    option
        Where cells hold several answers: a cell becomes 1 where the option is among them and 0 where it is not.
    options
        All options that are looked for in the column. Where a cell holds any other answer, nobody knows whether it
        stands for an option that is not there: its text becomes unreadable instead of 0.
    """
    if option is not None:
        return _chosen(cells, prepared, field, option, options or (option,))
    labels = _labels(field)
    if not labels:
        return prepared
    cells = cells.str.replace_all(_WRITTEN_IN, "")
    codes = cells.replace(list(labels), list(labels.values()))
    return pl.when(codes != cells).then(codes).otherwise(prepared)


def are_words(cells: pl.Expr, field: Field) -> pl.Expr | None:
    """Return whether cells hold a label of the field instead of a code, None where the field has no labels."""
    labels = _labels(field) if field.liandong.option is None else {}
    return cells.str.replace_all(_WRITTEN_IN, "").is_in(list(labels)) if labels else None


def _labels(field: Field) -> dict[str, str]:
    """Return label → code, as text, without labels that several codes have and labels that are themselves codes."""
    labelled = (*(field.categories or ()), *(field.liandong.categories_en or ()))
    pairs = {(way, str(one.value)) for one in labelled if one.label for way in _ways_to_write(one.label.strip())}
    count = Counter(label for label, _ in pairs)
    codes = {str(one.value) for one in field.categories or ()}
    missing = {*field.liandong.missing_kinds, *(one.value for one in field.missing_values or ())}
    return {label: code for label, code in sorted(pairs) if count[label] == 1 and label not in codes | missing}


def _ways_to_write(label: str) -> set[str]:
    """Return a label as it is and with the marks that a Chinese keyboard writes in full width, or does not."""
    return {label, label.translate(_TO_WIDE), label.translate(_TO_NARROW)}


def chosen_alone(answer: pl.Expr, option: str, options: Sequence[str]) -> pl.Expr:
    """Return whether cells with one answer each hold `option`; null where they hold none of the `options`."""
    return pl.when(answer.is_in(list(options))).then(answer == option)


def _chosen(cells: pl.Expr, prepared: pl.Expr, field: Field, option: str, options: Sequence[str]) -> pl.Expr:
    """Return 1 where `option` is among the answers of a cell, 0 where others are, the text itself of missing codes.

    A cell with an answer that is no option is unreadable for all options that were not chosen, for the first of them
    all where every one was: it is always listed, and what is known of it is kept.
    """
    missing = [*field.liandong.missing_kinds, *(one.value for one in field.missing_values or ())]
    among = [_answers(cells, (one,)).str.contains(f"\0{one}\0", literal=True) for one in options]
    is_among = among[list(options).index(option)]
    is_strange = are_strange(cells, options)
    hidden = is_strange & pl.all_horizontal(among) if option == options[0] else pl.lit(value=False)
    chosen = pl.when(is_among & ~hidden).then(pl.lit("1")).when(is_strange).then(pl.lit(_UNREADABLE))
    return (
        pl.when((cells == "") | cells.is_in(missing))
        .then(prepared)
        .when(cells.is_not_null())
        .then(chosen.otherwise(pl.lit("0")))
    )


def are_strange(cells: pl.Expr, options: Sequence[str]) -> pl.Expr:
    """Return whether cells hold an answer that is none of the `options`."""
    each = "|".join(re.escape(one) for one in sorted(options, key=len, reverse=True))
    return ~_answers(cells, options).str.contains(rf"^\x00*(?:(?:{each})\x00+)*$")


def _answers(cells: pl.Expr, options: Sequence[str]) -> pl.Expr:
    """Return cells with a zero character before, between and behind their answers, blanks around these left out."""
    between = [sign for sign in _BETWEEN if not any(sign in option for option in options)]
    # Names of options in a form have no spaces: there, a space stands between the answers.
    are_names = all(re.fullmatch(r"\S+", option) and option.isascii() for option in options)
    signs = [*between, " "] if are_names else between
    parted = cells.str.replace_all(_WRITTEN_IN, "").str.replace_many(signs, ["\0"] * len(signs))
    return (pl.lit("\0") + parted + pl.lit("\0")).str.replace_all(r"\s*\x00\s*", "\0")
