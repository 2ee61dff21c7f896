"""What was guessed when a study was drafted from a data file, and still waits for a person to decide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liandong.definitions.study import Study
from liandong.errors import DefinitionError, Problem

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


def refuse_open_questions(study: Study) -> None:
    """Refuse to go on with a study of which nobody has decided whether fields hold personal data.

    Raises
    ------
    DefinitionError
        Naming every such field.
    """
    names = [guess.name for guess in undecided(study) if guess.blocks]
    if names:
        raise DefinitionError(
            [
                Problem(
                    f"codebook.yaml: {name}.liandong.pii",
                    "may hold personal data, and nobody has decided it yet",
                    "write `pii: true` or `pii: false`, and take `pii` out of `undecided`",
                )
                for name in names
            ],
            zh="有些字段可能含有个人信息，尚未确定；请在 codebook 中写明 pii: true 或 false。",
        )


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
