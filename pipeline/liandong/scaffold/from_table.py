"""From what was seen in a data file to a draft of its study and instrument."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from liandong.scaffold.answers import is_arbitrary, ladders_of, text_of
from liandong.scaffold.draft import Draft, DraftCategory, DraftField, DraftOrigin, DraftText
from liandong.scaffold.fields import columns_of, draft_field
from liandong.scaffold.groups import guess_scales, guess_sets
from liandong.scaffold.headers import take_apart
from liandong.scaffold.naming import field_names
from liandong.scaffold.options import with_options
from liandong.scaffold.roles import Roles, guess_roles
from liandong.scaffold.seen import SeenColumn, SeenTable


def draft_from_table(table: SeenTable, study_id: str) -> Draft:
    """Return the draft that `table` suggests.

    Parameters
    ----------
    table
        What was seen; columns that no field can take (``other``) are left out and remarked on.
    study_id
        Small letters, digits and underscores, a letter first.

    Returns
    -------
    Draft
        Every guess is named in an ``undecided``.
    """
    taken = [column for column in table.columns if column.stored != "other"]
    headers = take_apart([column.header for column in taken])
    columns = columns_of(taken, headers, field_names(headers))
    ladders = ladders_of(taken)
    fields = [_without_people(column.seen, draft_field(column, ladders)) for column in columns]
    roles = guess_roles(table, columns, fields)
    fields = [_with_role(one, roles, has_waves=table.origin is not None) for one in fields]
    sets = guess_sets(table, columns, fields)
    used = [*roles.roles, *(name for one in sets for name in one.fields)]
    scales = guess_scales(columns, fields, [name for name in used if roles.roles.get(name) != "demographic"])
    items = {name for scale in scales for name in scale.items}
    fields = [_as_item(one) if one.name in items else one for one in fields]
    fields, further = with_options(columns, fields)
    origin, fields = _origin(table, fields)
    key = tuple(name for name in (roles.key, origin.field if origin and _repeats(table, roles) else None) if name)
    left_out = [column.header for column in table.columns if column.stored == "other"]
    title = text_of(table.title) if table.title else DraftText()
    return Draft(
        id=study_id,
        title=title,
        source=", ".join(table.files),
        fields=tuple(fields),
        files=tuple(f"data/{name}" for name in table.files),
        origin=origin,
        primary_key=key if roles.key else (),
        sets=(*sets, *further),
        scales=scales,
        design=roles.design,
        undecided=tuple(_open_keys(title, roles)),
        remarks=(*table.notes, *(f"Left out, because no field can hold it: {header}" for header in left_out)),
    )


def _without_people(seen: SeenColumn, one: DraftField) -> DraftField:
    """Return the field without answers that are people: a codebook and its indicators would print their names.

    Codes made up for words are not enough to publish what a heading announces; truth values and ladders say nothing.
    """
    is_made_up = seen.stored == "text" and not seen.value_labels and is_arbitrary(one)
    if not one.categories or not (seen.holds or (seen.announces and is_made_up)):
        return one
    gone = {"categories", "categories_en", "nominal", "enum"}
    return replace(
        one,
        type="string" if is_made_up else one.type,
        categories=(),
        enum=(),
        is_ordered=None,
        nominal=None,
        pii=True,
        undecided=tuple(dict.fromkeys((*(key for key in one.undecided if key not in gone), "pii"))),
        remarks=(f"{seen.filled:,} filled", f"guess: personal, because it holds {seen.holds or seen.announces}"),
    )


def _with_role(one: DraftField, roles: Roles, *, has_waves: bool) -> DraftField:
    role = roles.roles.get(one.name)
    if role is None:
        return one
    undecided = one.undecided if one.name in roles.declared else (*one.undecided, "role")
    if role != "id":
        return replace(one, role=role, undecided=undecided)
    unique = {} if has_waves else {"unique": True}
    return replace(
        one,
        role=role,
        undecided=undecided,
        constraints={"required": True, **unique, **one.constraints},
        on_failure={"required": "reject", **one.on_failure},
    )


def _as_item(one: DraftField) -> DraftField:
    return replace(one, role="item", undecided=tuple(dict.fromkeys((*one.undecided, "role"))))


def _repeats(table: SeenTable, roles: Roles) -> bool:
    """Return whether the key occurs in several files, as that of a person who was asked twice."""
    return roles.key is not None and any(
        column.is_unique_within_files and column.distinct < table.rows and column.filled == table.rows
        for column in table.columns
    )


def _origin(table: SeenTable, fields: Sequence[DraftField]) -> tuple[DraftOrigin | None, list[DraftField]]:
    """Return the field that tells the files apart, made a closed question."""
    if table.origin is None:
        return None, list(fields)
    name = next(one.name for one in fields if table.origin in {one.name, *one.columns})
    seen = next(column for column in table.columns if column.header == table.origin)
    values = tuple(str(value) for value, _ in seen.values)
    changed = [
        replace(
            one,
            type="string",
            columns=(),
            title=DraftText("数据文件", "Data file"),
            categories=tuple(DraftCategory(value, DraftText(value, value)) for value in values),
            enum=values,
            constraints={"required": True},
            role="paradata",
            undecided=("categories",),
            remarks=("the file that a row is from; see data.responses.origin in study.yaml",),
        )
        if one.name == name
        else one
        for one in fields
    ]
    return DraftOrigin(name, values), changed


def _open_keys(title: DraftText, roles: Roles) -> list[str]:
    keys = ["title", "design.assignment"] if not (title.zh and title.en) else ["design.assignment"]
    design = roles.design
    for key, value in (("cluster", design.cluster), ("weight", design.weight), ("strata", design.strata)):
        if value is not None and value not in roles.declared:
            keys.append(f"design.{key}")
    return [*keys, *(f"quality.{key}" for key in design.quality)]
