"""What `liandong new` makes of columns that look like something else: rows of a matrix, durations, open-ended texts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from tests.cases.scaffold import exports

from liandong.definitions import Field, Instrument, load_instrument, load_study
from liandong.workflow import new_study

N = 60
LADDER = ("非常不信任", "不太信任", "一般", "比较信任", "非常信任")


def drafted(folder: Path, columns: Mapping[str, Sequence[object]], suffix: str = "csv") -> Instrument:
    file = folder / f"data.{suffix}"
    exports.write(file, list(columns), list(zip(*columns.values(), strict=True)))
    new_study(folder / "study", [file], study_id=None, on_progress=lambda _step: None)
    return load_instrument(folder / "study" / "instrument")


def by_title(instrument: Instrument, title: str) -> Field:
    return next(field for field in instrument.codebook.fields if title in field.title)


@pytest.mark.parametrize("coded", [True, False])
def test_a_row_of_a_matrix_that_names_a_community_is_an_item(*, coded: bool, tmp_path: Path) -> None:
    rows = ("居委会", "物业", "权重", "编号")
    columns: dict[str, Sequence[object]] = {"序号": range(1, N + 1), "1、所在社区": [f"社区{i % 8}" for i in range(N)]}
    for shift, row in enumerate(rows):
        answers = [(i * (shift + 2) + i // 7) % 5 for i in range(N)]
        columns[f"5、您对以下机构的信任程度({row})"] = [a + 1 if coded else LADDER[a] for a in answers]
    instrument = drafted(tmp_path, columns)
    items = [by_title(instrument, f"：{row}") for row in rows]
    assert {field.liandong.role for field in items} == {"item"}
    assert [scale.items for scale in instrument.scales] == [tuple(field.name for field in items)]
    study = load_study(tmp_path / "study")
    assert study.spec.design is not None
    assert study.spec.design.cluster == by_title(instrument, "所在社区").name


def test_blanks_of_one_question_keep_their_parts(tmp_path: Path) -> None:
    columns = {
        "1、基本信息(社区)": [f"社区{i % 8}" for i in range(N)],
        "1、基本信息(姓名)": [f"王{i}" for i in range(N)],
        "1、基本信息(编号)": [f"R{i:03d}" for i in range(N)],
    }
    instrument = drafted(tmp_path, columns)
    assert by_title(instrument, "社区").liandong.role == "cluster"
    assert by_title(instrument, "编号").liandong.role == "id"
    assert by_title(instrument, "姓名").liandong.pii is True


@pytest.mark.parametrize("cells", [["356秒", "1分20秒", "80秒"], ["356秒"] * 9 + ["1分20秒"], ["1分20秒", "2分3秒"]])
@pytest.mark.parametrize("header", ["所用时间", "3、您在本社区居住了多久"])
def test_durations_in_several_units_stay_text_to_be_decided(cells: list[str], header: str, tmp_path: Path) -> None:
    values = [cells[i % len(cells)] for i in range(N)]
    field = by_title(drafted(tmp_path, {"序号": range(N), header: values}), header.removeprefix("3、"))
    assert (field.type, field.categories, "type" in field.liandong.undecided) == ("string", None, True)


def test_few_different_words_of_ones_own_are_no_closed_question(tmp_path: Path) -> None:
    words = ["多组织活动", "修电梯", "加强沟通"]
    opinions = ["不同意", "一般", "同意"]
    columns = {
        "序号": range(N),
        "6、您的建议": [words[i % 3] for i in range(N)],
        "备注": [words[i % 2] for i in range(N)],
        "7、您对该做法的意见": [opinions[i % 3] for i in range(N)],
        "8、您去过哪里": [words[i % 3] for i in range(N)],
    }
    instrument = drafted(tmp_path, columns)
    kinds = {title: by_title(instrument, title).type for title in ("建议", "备注", "意见", "去过")}
    assert kinds == {"建议": "string", "备注": "string", "意见": "integer", "去过": "integer"}


def test_decimal_commas_are_remarked_on(tmp_path: Path) -> None:
    columns = {"id": range(N), "w": [f"1,{i:02d}" for i in range(N)], "x": [f"1.{i:03d},5" for i in range(N)]}
    instrument = drafted(tmp_path, columns)
    for name in ("w", "x"):
        field = instrument.codebook.field(name)
        assert (field.type, "type" in field.liandong.undecided) == ("string", True)
    assert (tmp_path / "study/instrument/codebook.yaml").read_text(encoding="utf-8").count('decimalChar ","') == 2


def test_moments_of_spss_are_shown_as_such(tmp_path: Path) -> None:
    import pandas as pd
    import pyreadstat

    days = [dt.date(2021, 7, 1 + i % 28) for i in range(30)]
    frame = pd.DataFrame({"day": days, "clock": [dt.time(9, i) for i in range(30)]})
    pyreadstat.write_sav(frame, tmp_path / "d.sav")
    new_study(tmp_path / "study", [tmp_path / "d.sav"], study_id=None, on_progress=lambda _step: None)
    text = (tmp_path / "study" / "instrument" / "codebook.yaml").read_text(encoding="utf-8")
    assert "seen from 2021-07-01 to 2021-07-28" in text
    assert "seen from 09:00:00 to 09:29:00" in text
