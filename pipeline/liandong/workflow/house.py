"""What the documents of a study are decorated with, put into its bundle."""

from __future__ import annotations

import shutil
from typing import Final

from liandong.definitions import Study
from liandong.definitions.house import logo_file_name
from liandong.evidence import BundleWriter

_HOUSE: Final = "house"


def logo_place(study: Study) -> str | None:
    """Return where the logo of a study lies in its bundle, None without one."""
    return None if study.logo is None else f"{_HOUSE}/{logo_file_name(study.logo)}"


def write_house(writer: BundleWriter, study: Study) -> None:
    """Copy the logo of a study into its bundle."""
    place = logo_place(study)
    if study.logo is not None and place is not None:
        (writer.folder / place).parent.mkdir(exist_ok=True)
        shutil.copyfile(study.logo, writer.folder / place)
