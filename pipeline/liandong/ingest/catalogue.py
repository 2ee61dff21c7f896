"""SAS keeps value labels in a file of its own, the format catalogue (.sas7bcat): which one, and what goes without."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from liandong.errors import IngestError

SAS = frozenset(("sas7bdat", "xpt"))
# Formats that come with SAS, by name without width; whatever else a column carries was defined by somebody.
_OF_SAS = re.compile(
    r"\$?(?:BASE64X|BINARY|HEX|OCTAL|F|S370F\w*|N8601\w*)"
    r"|\$(?:|ASCII|BIDI|CHAR|CPTDW|CPTWD|CSTR|EBCDIC|KANJI|KANJIX|LOGVS|MSGCASE|QUOTE|REVERJ|REVERS|SYL|UC\w*|UPCASE|UTF\w*"
    r"|UUID|VARYING|VSLOG)"
    r"|BEST|BESTD|BESTDOT|COMMA|COMMAX|D|DOLLAR|DOLLARX|E|EURO|EUROX|FLOAT|FRACT|IB|IBR|IEEE|IEEER|NEGPAREN|NUMX|PCPIB|PD"
    r"|PERCENT|PERCENTN|PIB|PIBR|PK|PVALUE|RB|ROMAN|SIZEK|SIZEKB|SIZEKMG|SSN|VAXRB|VMSZN|WORDF|WORDS|YEN|Z|ZD"
    r"|DATE|DATEAMPM|DATETIME|DAY|DOWNAME|DT(?:DATE|MONYY|WKDATX|YEAR|YYQC)|(?:DDMMYY|MMDDYY|YYMMDD)[BCDNPSX]?"
    r"|(?:E|B|IS)8601\w*|EUR(?:DF|FR|TO)\w*|HDATE|HEBDATE|HHMM|HOUR|JULDAY|JULIAN|MDYAMPM|MINGUO|MMSS"
    r"|(?:MMYY|YYMM|YYQR?|YYQZ)[CDNPSXZ]?|MONNAME|MONTH|MONYY|NENGO|NL\w*|PDJULG|PDJULI|QTR|QTRR|TIME|TIMEAMPM|TOD"
    r"|TWMDY|WEEK[UVW]|WEEKDATE|WEEKDATX|WEEKDAY|WORDDATE|WORDDATX|XYYMMDD|YEAR|YYMON|YYWEEK[UVW]"
)
_WIDTH = re.compile(r"\d*(?:\.\d*)?$")


def check_catalogue(path: Path, file_format: str, catalogue: Path) -> None:
    """Raise an IngestError when `catalogue` cannot be the catalogue of the file at `path`."""
    if file_format not in SAS:
        raise IngestError(
            f"a catalogue belongs to a SAS data file (.sas7bdat or .xpt); {path.name} is none",
            where=catalogue.name,
            hint="Remove `catalogue` from this entry of `data` in study.yaml.",
            zh=f"“{path.name}”不是 SAS 数据文件，不能使用格式目录“{catalogue.name}”。",
        )
    if not catalogue.is_file():
        raise IngestError(
            "there is no such catalogue",
            where=str(catalogue),
            hint="Check the path under `catalogue` in study.yaml.",
            zh=f"找不到格式目录文件“{catalogue.name}”。",
        )


def user_formats(formats: Mapping[str, str]) -> dict[str, str]:
    """Return column → format, for the columns whose format does not come with SAS."""
    bare = {column: _WIDTH.sub("", shown.upper()) for column, shown in formats.items()}
    return {column: name for column, name in bare.items() if name and _OF_SAS.fullmatch(name) is None}


def catalogue_notes(
    path: Path, formats: Mapping[str, str], labelled: Mapping[str, object], catalogue: Path | None
) -> list[str]:
    """Say which formats of a SAS file have no labels, and which catalogue may hold them."""
    unread = {column: name for column, name in user_formats(formats).items() if column not in labelled}
    if not unread:
        return []
    names = ", ".join(sorted(set(unread.values())))
    if catalogue is not None:
        return [f"The catalogue {catalogue.name} has no labels for the formats {names}."]
    beside = sorted(file.name for file in path.parent.iterdir() if file.suffix.lower() == ".sas7bcat")
    found = f"; beside the file stands {', '.join(beside)}" if beside else ""
    note = (
        f"Labels of the user-defined formats {names} ({len(unread)} columns) stand in a SAS catalogue (.sas7bcat), to "
        f"be named as `catalogue` in study.yaml{found}."
    )
    return [note]
