"""The sentences of a sheet, for people who know their community and not statistics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from liandong.present.facts import Row
from liandong.present.numbers import count, fixed, general, percent
from liandong.present.sheets_facts import Panel, Sheet
from liandong.present.sheets_lines import Grid, grid, score_range, value
from liandong.present.words import joined, plural, sentences, word

_NEEDS: Final = ("wellbeing", "relations")
_ENOUGH: Final = 2  # shares of a panel of which one can be the most common


def nouns(sheet: Sheet) -> dict[str, str]:
    """Return what sentences call this community and the others."""
    noun = sheet.facts.cluster()
    return {"noun": noun, "clusters": plural(sheet.lang, noun), "name": sheet.name}


def basis(sheet: Sheet) -> str:
    """Return how many people answered here, and with whom they are compared."""
    known = [row["n_obs"] for row in sheet.rows if row["n_obs"] is not None]
    values = {**nouns(sheet), "count": count(_clusters(sheet))}
    if not known or len(known) < len(sheet.rows):
        return word(sheet.lang, "sheet_basis_hidden", **values)
    low, high = min(known), max(known)
    if low == high:
        return word(sheet.lang, "sheet_basis_one", n=count(low), **values)
    return word(sheet.lang, "sheet_basis_range", low=count(low), high=count(high), **values)


def found(sheet: Sheet) -> list[tuple[str, str]]:
    """Return, panel by panel, its title and what stands out in it."""
    said = [(panel.title, [*_levels(sheet, panel), *_standing(sheet, panel)]) for panel in sheet.panels]
    if not sheet.different():
        said.append((word(sheet.lang, "sheet_all_lead"), [_no_difference(sheet, sheet.rows)]))
    mark = "。" if sheet.lang == "zh" else "."
    return [(lead + mark, sentences(sheet.lang, texts)) for lead, texts in said if texts]


def sure(sheet: Sheet) -> str:
    """Return how sure one can be of what was found."""
    judged = _judged(sheet.rows)
    different = sheet.different()
    numbers = {"total": judged, "different": different}
    counts = {name: count(sheet.facts.counted("communities", rows)) for name, rows in numbers.items()}
    values = {**nouns(sheet), **counts}
    parts = [word(sheet.lang, "sheet_sure_band" if sheet.is_banded else "sheet_sure_interval")]
    if judged:
        parts.append(word(sheet.lang, "sheet_sure_different" if different else "sheet_sure_none", **values))
    if any(row["shrunk"] is not None for row in sheet.rows):
        parts.append(word(sheet.lang, "sheet_sure_allowing", **values))
    return sentences(sheet.lang, parts)


def table(sheet: Sheet) -> Grid:
    """Return the table under its caption."""
    return grid(sheet, word(sheet.lang, "sheet_table", **nouns(sheet)))


def legend(sheet: Sheet) -> str:
    """Return how the pictures of the table are read, and what a dash in it means."""
    parts = [word(sheet.lang, f"sheet_legend{'_band' if sheet.is_banded else ''}", **nouns(sheet))]
    if table(sheet).has_hidden:
        parts.append(word(sheet.lang, "sheet_note_hidden"))
    if sheet.left_out:
        groups = joined(sheet.lang, [word(sheet.lang, "quoted", text=title) for title in sheet.left_out])
        parts.append(word(sheet.lang, "sheet_left_out", groups=groups))
    return sentences(sheet.lang, parts)


def cannot(sheet: Sheet) -> str:
    """Return what a sheet cannot say."""
    frame = sheet.facts.text((sheet.facts.study.get("sampling") or {}).get("frame"))
    parts = [word(sheet.lang, f"sheet_cannot_{what}", **nouns(sheet)) for what in ("rank", "cause")]
    if frame:
        parts.append(word(sheet.lang, "sheet_cannot_all", frame=frame))
    if any(panel.name in _NEEDS for panel in sheet.panels):
        parts.append(word(sheet.lang, "sheet_cannot_need"))
    return sentences(sheet.lang, parts)


def _clusters(sheet: Sheet) -> int:
    return max((row["n_clusters"] or 0 for row in sheet.facts.rows("community_spread")), default=0)


def _levels(sheet: Sheet, panel: Panel) -> Iterator[str]:
    """Say what is most and least common, or what the scores are."""
    if not panel.are_shares:
        yield from (_score(sheet, panel, row) for row in panel.rows if _is_known(row))
        return
    rows = [row for row in panel.rows if row["estimate"] is not None]
    if len(rows) < len(panel.rows):
        return  # what is hidden may be the most common of all
    most, least = (pick(rows, key=_estimate, default=None) for pick in (max, min))
    if most and least and len(rows) >= _ENOUGH and most["estimate"] > least["estimate"]:
        ends = {"most": sheet.facts.title(most["measure"]), "least": sheet.facts.title(least["measure"])}
        values = {"most_value": percent(most["estimate"], 0), "least_value": percent(least["estimate"], 0)}
        yield word(sheet.lang, "sheet_extremes", **ends, **values)


def _score(sheet: Sheet, panel: Panel, row: Row) -> str:
    values = {"title": sheet.facts.title(row["measure"]), **nouns(sheet)}
    scale = score_range(sheet, row["measure"])
    values["range"] = "" if scale is None else word(sheet.lang, "sheet_score_range", ends="–".join(map(general, scale)))
    if row["estimate"] is not None:
        numbers = {"here": value(row, "estimate", panel), "rest": value(row, "rest", panel)}
        return word(sheet.lang, "sheet_score_item", **numbers, **values)
    return word(sheet.lang, "sheet_score_band", **_band(sheet, panel, row), **values)


def _band(sheet: Sheet, panel: Panel, row: Row) -> dict[str, str]:
    """Return the ends of a band in words, and what holds of all respondents."""
    whole = sheet.whole(row).value
    everybody = percent(whole, 0) if panel.are_shares else fixed(whole, 2)
    return {"low": value(row, "band_low", panel), "high": value(row, "band_high", panel), "all": everybody}


def _is_known(row: Row) -> bool:
    return row["estimate"] is not None or row["band_low"] is not None


def _estimate(row: Row) -> float:
    return float(row["estimate"])


def _standing(sheet: Sheet, panel: Panel) -> Iterator[str]:
    different = [row for row in panel.rows if row["standing"] in {"higher", "lower"}]
    if not different and sheet.different():
        yield _no_difference(sheet, panel.rows)
    for standing in ("higher", "lower"):
        items = [_item(sheet, panel, row) for row in different if row["standing"] == standing]
        if items:
            listed = word(sheet.lang, "sheet_separator").join(items)
            yield word(sheet.lang, f"sheet_{standing}", items=listed, **nouns(sheet))


def _no_difference(sheet: Sheet, rows: Sequence[Row]) -> str:
    """Say that nothing differs, of as many measures as were compared at all."""
    judged = _judged(rows)
    if not judged:
        return word(sheet.lang, "sheet_unjudged")
    if len(judged) == len(rows):
        return word(sheet.lang, "sheet_none_differs", **nouns(sheet))
    numbers = {"judged": count(sheet.facts.counted("communities", judged))}
    return word(sheet.lang, "sheet_none_of_judged", **numbers, **nouns(sheet))


def _judged(rows: Sequence[Row]) -> list[Row]:
    """Return the rows that were compared with all others together."""
    return [row for row in rows if row["standing"] not in {None, "", "unknown"}]


def _item(sheet: Sheet, panel: Panel, row: Row) -> str:
    title = sheet.facts.title(row["measure"])
    if row["estimate"] is None:
        return word(sheet.lang, "sheet_item_band", title=title, **_band(sheet, panel, row))
    numbers = {"here": value(row, "estimate", panel), "rest": value(row, "rest", panel)}
    return word(sheet.lang, "sheet_item", title=title, **numbers)
