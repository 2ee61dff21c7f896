"""Write the SIMULATED survey of the Hubei example: data/responses.sav and data/communities.csv.

Nothing here is real. The published study (湖北省民政厅课题组, 《中国民政》, 2021-10-26) gives totals and two
coefficients but no data; this script constructs 618 respondents in 32 communities that reproduce them:

1. People, services and needs are drawn from correlated latent variables with community effects (``simulation/``).
   Wherever a count is published, the people with the highest scores are taken, exactly as many as published.
2. Missing answers are put in: don't know, refused and blank, each with its own frequency, and more in some people
   than in others.
3. Some answers are spoilt and nine faulty rows added, so that validation has something to blank, to warn about and
   to reject.
4. A few scale answers are changed so that the largest models give the published 0.020 (belonging) and 0.018 (trust)
   on scores from 0 to 1 (``simulation/calibrate.py``). The spread of answers is left as it is, so the standard errors
   show honestly what seven people without a social worker can carry.

Usage, from the project's folder: ``PYTHONPATH=pipeline python examples/hubei/simulate.py [folder]``. The same versions
of the libraries give the same bytes: random numbers come from seeded streams, and the time that SPSS files carry is
fixed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from simulation.attitudes import attitudes
from simulation.calibrate import calibrated
from simulation.draws import Columns
from simulation.faults import spoilt, with_faulty_rows
from simulation.missing import with_missing
from simulation.people import CITY, Places, demographics, epidemic, identity, paradata, places
from simulation.services import experience, needs_and_change, participation, served
from simulation.spss import write_spss

from liandong.definitions import load_study

HERE = Path(__file__).resolve().parent


def main(folder: Path) -> None:
    """Write both files into `folder` and print what was changed to meet the published coefficients."""
    study = load_study(HERE)
    assert study.instrument is not None
    at = places()
    columns, edits = calibrated(spoilt(with_missing(respondents(at)), at), study)
    folder.mkdir(parents=True, exist_ok=True)
    write_spss(folder / "responses.sav", with_faulty_rows(columns), study.instrument.codebook)
    (folder / "communities.csv").write_text(communities_csv(at), encoding="utf-8", newline="\n")
    for edit in edits:
        print(f"{columns['respondent_id'][edit.row]}  {edit.item} {edit.step:+d}")
    print(f"{len(edits)} answers changed to meet the published coefficients")


def respondents(at: Places) -> Columns:
    """Return the complete, consistent answers of all 618 respondents."""
    columns = identity(at) | paradata(at) | demographics(at)
    columns |= epidemic(at, columns)
    columns |= served(at, columns, columns)
    columns |= experience(at, columns)
    columns |= participation(at, columns, columns)
    columns |= needs_and_change(at, columns, columns, columns)
    return columns | attitudes(at, columns)


def communities_csv(at: Places) -> str:
    """Return the list of communities as CSV; names and places are made up and say so."""
    lines = ["community,name,district,city"]
    for code, district in zip(at.codes, at.districts, strict=True):
        lines.append(f"{code},模拟社区{code[1:]},{district},{CITY[district[0]]}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "data")
