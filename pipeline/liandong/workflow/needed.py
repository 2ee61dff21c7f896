"""Which columns of the data the definitions of a study speak of: nothing else has to be read for its analysis."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from liandong.definitions import Expression, Study, Text

_NAME = re.compile(r"[\w.]+")


def needed_columns(study: Study, available: Collection[str]) -> list[str]:
    """Return those of the `available` columns that may be needed after the gate, in their order.

    Every name that stands anywhere in the definitions counts, whatever it stands for there: a column too many costs
    memory, a column too few would be missed. Coded demographic fields are described, named or not.
    """
    wanted = {name for part in (study.spec, study.scales, study.indicators) for name in _names(part)}
    if study.instrument is not None:
        wanted |= {field.name for field in study.instrument.codebook.with_role("demographic") if field.categories}
    return [name for name in available if name in wanted]


def _names(part: Any) -> Iterator[str]:
    if isinstance(part, Text):
        return
    if isinstance(part, str):
        yield part
        yield from _NAME.findall(part)
    elif isinstance(part, Expression):
        yield from part.names
    elif isinstance(part, BaseModel):
        for _, value in part:
            yield from _names(value)
    elif isinstance(part, Mapping):
        for key, value in part.items():
            yield from _names(key)
            yield from _names(value)
    elif isinstance(part, Collection):
        for value in part:
            yield from _names(value)
