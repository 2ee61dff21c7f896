"""What the scanner found, told to the person who has to decide; no value is ever shown."""

from __future__ import annotations

from collections.abc import Sequence

from liandong.errors import ValidationError
from liandong.privacy.findings import Hit
from liandong.privacy.kinds import WORDS

_HINT = (
    "decide for each field in codebook.yaml: `liandong: {pii: true}` keeps it out of everything that is written, "
    "`liandong: {pii: false}` says that it is not personal (a `note` says why); single cells can be emptied "
    "through the corrections log"
)


def undecided(hits: Sequence[Hit], file: str) -> ValidationError | None:
    """Return the error that stops a study whose codebook is silent about personal data; None when it is not.

    Parameters
    ----------
    hits
        Of the columns that are fields; those of other columns need no decision, because these are never written.
    file
        The name of the data file or table, for the message.
    """
    open_hits = [hit for hit in hits if hit.field is not None]
    if not open_hits:
        return None
    fields = list(dict.fromkeys(hit.field for hit in open_hits))
    lines = [f"  - {hit.field}: {described(hit)}" for hit in open_hits]
    words = "field" if len(fields) == 1 else "fields"
    return ValidationError(
        "\n".join([f"personal data in {len(fields)} {words} on which the codebook has not decided:", *lines]),
        where=file,
        hint=_HINT,
        zh=f"数据“{file}”中有疑似个人信息、而码表尚未作出判断的字段："
        + "；".join(f"{hit.field}（{WORDS[hit.kind][1]}，{hit.cells} 格）" for hit in open_hits)
        + "。请在码表中写明 pii: true 或 pii: false。",
    )


def described(hit: Hit) -> str:
    """Return what was found in a column, without its values: kind, cells, share and the first rows."""
    what = WORDS[hit.kind][0]
    rows = ", ".join(str(row) for row in hit.rows)
    if hit.in_codes:
        return f"its categories hold {what}"
    if not hit.cells:
        return f"its name or title announces {what} (first filled rows: {rows})"
    cells = "1 cell" if hit.cells == 1 else f"{hit.cells:,} cells"
    return f"{what} in {cells} ({_percent(hit.share)} of those filled), first in row{'s' * (len(hit.rows) > 1)} {rows}"


def _percent(share: float) -> str:
    return "under 0.1%" if share < 0.001 else f"{share:.1%}"  # noqa: PLR2004 (what one decimal can show)
