"""What was guessed when a study was drafted from a data file, and still waits for a person to decide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liandong.definitions.study import Study

PERSONAL = "pii"


@dataclass(frozen=True, slots=True)
class Undecided:
    """A key that was guessed.

    Attributes
    ----------
    key
        Such as ``role``, ``pii``, ``title_en``.
    place
        study, field, set or scale.
    name
        Of the field, set or scale; empty for the study.
    blocks
        Whether the study must not run before it is decided: a field that may hold personal data and is not treated so.
    """

    key: str
    place: str
    name: str
    blocks: bool = False


def undecided(study: Study) -> tuple[Undecided, ...]:
    """Return every guess of `study` and its instrument that nobody has confirmed, in the order of the files."""
    return tuple(_all(study))


def _all(study: Study) -> Iterator[Undecided]:
    yield from (Undecided(key, "study", "") for key in study.spec.undecided)
    if study.instrument is None:
        return
    for codebook in (study.instrument.codebook, *study.instrument.tables.values()):
        for field in codebook.fields:
            is_open = field.liandong.pii is None
            for key in field.liandong.undecided:
                yield Undecided(key, "field", field.name, blocks=key == PERSONAL and is_open)
        for group in codebook.liandong.sets:
            yield from (Undecided(key, "set", group.id) for key in group.undecided)
    for scale in study.scales:
        yield from (Undecided(key, "scale", scale.id) for key in scale.undecided)
