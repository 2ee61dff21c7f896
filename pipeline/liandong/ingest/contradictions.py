"""Labels of codes in a data file against those of the codebook: one label must not stand for two codes."""

from __future__ import annotations

from collections.abc import Mapping

from liandong.definitions import Codebook, Field
from liandong.errors import IngestError
from liandong.ingest.differences import contradiction
from liandong.ingest.raw import RawTable

_SHOWN = 8


def check_labels(raw: RawTable, codebook: Codebook, sources: Mapping[str, str]) -> None:
    """Hold the value labels of the file against the categories of the codebook.

    Other words for a code are nobody's harm, and the codebook's count. But where the file gives the label of one code
    to another one, men would be read as women, or the scale upside down.

    Parameters
    ----------
    raw, codebook
        The table, and what its columns mean.
    sources
        Field → column.

    Raises
    ------
    IngestError
        Naming every such field.
    """
    found = []
    for name, column in sources.items():
        labels = {_plain(code): label for code, label in raw.value_labels.get(column, {}).items()}
        for known in _known_labels(codebook.field(name)):
            swapped = contradiction(known, labels)
            if swapped is not None:
                label, code, instead = swapped
                found.append(f"{name}: {label!r} is the code {code} in the codebook, but {instead} in the file")
                break
    if found:
        more = f"; and {len(found) - _SHOWN:,} more" if len(found) > _SHOWN else ""
        fields = "、".join(told.partition(":")[0] for told in found[:_SHOWN])
        raise IngestError(
            f"the file and the codebook give one label to different codes: {'; '.join(found[:_SHOWN])}{more}",
            where=raw.name,
            hint="Correct the categories of the codebook, or recode the file: answers would be read as other answers.",
            zh=f"数据文件的值标签与码表矛盾，同一标签的代码不同：{fields}。",
        )


def _known_labels(field: Field) -> list[dict[float | str, str]]:
    """Return code → label of the codebook, in each language that it has labels in."""
    return [
        {_plain(one.value): one.label for one in entries if one.label}
        for entries in (field.categories or (), field.liandong.categories_en or ())
    ]


def _plain(code: object) -> float | str:
    """Return a code such that 1, 1.0 and "1" are the same."""
    try:
        return float(code if isinstance(code, int | float) else str(code))
    except ValueError:
        return str(code)
