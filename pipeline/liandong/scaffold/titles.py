"""What headers, names and labels say that a column is: its part in the design, paradata, personal data."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Literal

from liandong.scaffold.headers import Header
from liandong.scaffold.seen import SeenColumn

Meaning = Literal[
    "id", "cluster", "stratum", "weight", "interviewer", "started", "ended", "seconds", "submitted", "paradata",
    "demographic",
]  # fmt: skip

_POLITE = re.compile(
    r"^(?:请问|请填写|请输入|请选择|填写|输入)*(?:您|你|受访者|被访者|被调查者|访问对象|户主|所在|居住|现住|本户|的|目前)*"
)
_TAIL = re.compile(r"(?:是|为)?(?:多少|什么|哪个|几)?[\s?？:：。.（(][^（(]*$|[?？:：]$")
_NUMBER = re.compile(r"^(?:Q|第)?\d{1,3}\s*(?:题|[、.．:：])\s*", re.IGNORECASE)
_SHORT = 24

_MEANINGS: Mapping[Meaning, re.Pattern[str]] = {
    "id": re.compile(
        r"(?:resp(?:ondent)?|case|subject|person|participant|hh|household|member|survey|interview|response|record|"
        r"unique|submission)"
        r"_?(?:id|no|num(?:ber)?|code|key)|(?:hh|p|s|r|u)?id|uuid|instance_?id|key|caseid|serial(?:_?no)?|序号|编号|"
        r"(?:问卷|答卷|受访者|被访者|样本|个案|家庭|住户|户|个人|流水|记录)(?:编?号|编码|代码|id)"
    ),
    "cluster": re.compile(
        r"cluster(?:_?(?:id|no|code))?|psu|ea(?:_?(?:id|no|code))?|enumeration_?area|"
        r"(?:community|village|neighbou?rhood|school|class|site|commune|hamlet|vill)(?:_?(?:id|no|code|name|num(?:ber)?))?|"
        r"(?:社区|居委会|村|村庄|村委会|行政村|自然村|村居|小区|学校|班级|抽样点|初级抽样单元)(?:编?号|编码|代码|名称?|id)?"
    ),
    "stratum": re.compile(
        r"strat(?:a|um)(?:_?(?:id|no|code))?|(?:district|county|region|province|prefecture)(?:_?(?:id|no|code|name))?|"
        r"(?:抽样)?层|分层|层号|(?:区|县|区县|县区|市辖区|省|省份|地区|乡镇|街道|所在区)(?:编?号|编码|代码|名称?)?"
    ),
    "weight": re.compile(
        r"(?:p|s|f|a|i|hh|person|sampling|sample|survey|final|design|base|post|analysis)?_?(?:weights?|wgt|wt)(?:_?\w{1,6})?|"
        r"(?:抽样|最终|设计|基础|样本|分析|个人|家庭)?(?:权重|加权|权数)(?:变量|系数)?"
    ),
    "interviewer": re.compile(
        r"(?:interviewer|enumerator|enum|surveyor|int(?:er)?v|data_?collector)(?:_?(?:id|no|code|name|num(?:ber)?))?|"
        r"(?:调查员|访问员|访员|采访人|调查人|录入员)(?:姓名|编?号|编码|代码|工号|id)?"
    ),
    "started": re.compile(
        r"start(?:ed)?(?:_?(?:time|date|datetime|at))?|(?:interview|survey)_?start|"
        r"(?:访问|调查|开始|开始答题|答题开始)(?:开始)?时间"
    ),
    "ended": re.compile(
        r"end(?:ed)?(?:_?(?:time|date|datetime|at))?|(?:interview|survey)_?end|"
        r"(?:访问|调查|结束|结束答题|答题结束)结束时间|结束(?:答题)?时间"
    ),
    "submitted": re.compile(
        r"_?submission_?(?:time|date)|submitted(?:_?at)?|completiondate|提交(?:答卷)?时间|submit_?time"
    ),
    "seconds": re.compile(
        r"(?:duration|seconds|time_?spent|interview_?length)(?:_?(?:s|sec|secs|seconds|total))?|seconds_used|"
        r"所用时间|答题时长|用时|时长"
    ),
    "paradata": re.compile(
        r"_?(?:index|status|notes|tags|validation_status|submitted_by|version|xform_id(?:_string)?|attachments|parent_index|"
        r"parent_table_name|submission__\w+)|formdef_?version|form_?version|meta/.*|set-?of.*|today|date_?of_?interview|"
        r"interview_?date|mode|consent(?:ed)?|review_?(?:status|quality|comments|corrections)|duration|caseid|"
        r"来源|来源详情|总分|(?:是否)?(?:知情)?同意(?:接受)?(?:访问|调查|参与)|知情同意|访问日期|调查日期|访问方式|答题设备|终端"
    ),
    "demographic": re.compile(
        r"gender|sex|female|male|age|age_?(?:group|years|cat\w*)|birth_?year|year_?of_?birth|yob|educ?(?:ation|_?level|_?years)?|"
        r"school_?(?:level|years)|marital(?:_?status)?|married|income|hh_?(?:income|size)|household_?size|hukou|"
        r"occupation|employment(?:_?status)?|job|ethnic(?:ity|_?group)?|race|religion|party_?member|language|residence_?years|"
        r"性别|年龄.{0,6}|出生年(?:份|月)?|民族|学历|(?:受|接受)?教育(?:程度|年限|水平)|最高学历|文化程度|婚姻(?:状况|状态)|职业|工作状况|就业状况|"
        r".{0,6}(?:月|年)?(?:均|总)?收入|户口(?:所在地|类型|性质)?|政治面貌|是否(?:中共)?党员|宗教信仰|(?:家庭|同住)?人口(?:数)?|家庭规模|同住人数|居住(?:年数|年限|时间)|自评健康"
    ),
}  # fmt: skip
_PERSONAL = re.compile(
    r"(?:^|_)(?:name|(?:first|last|full|family|given|sur|nick|user|person)_?name|"
    r"(?:resp(?:ondent)?|head|contact|child|mother|father|spouse)_?name|"
    r"(?:tele|mobile_?|cell_?)?phone(?:_?(?:no|num|number))?|mobile(?:_?(?:no|number))?|tel|e_?mail|"
    r"(?:home_?|street_?)?addr(?:ess)?|(?:national_?|citizen_?)?id_?(?:card|number_card)|identity_?card|"
    r"passport(?:_?no)?|ssn|wechat|weixin|qq|whatsapp|gps|geo(?:point|location|shape|trace)|coordinates|"
    r"lat(?:itude)?|lon(?:g|gitude)?|altitude|ip(?:_?addr(?:ess)?)?|device_?id|imei|sim(?:_?serial|_?id)?|"
    r"subscriber_?id|device_?phone_?num(?:ber)?|bank_?account|date_?of_?birth|dob|signature|photo|audio(?:_?audit)?)"
    r"(?:$|_\d+$|_(?:latitude|longitude|altitude|precision|accuracy)$)"
)
_PERSONAL_ZH = re.compile(
    r"姓名|电话|手机|联系方式|联系人|身份证|证件号|护照号|"
    r"(?:家庭|居住|通讯|通信|详细|现|联系|常)?(?:住|地)址|门牌号?|楼栋号?|房号|微信号?$|微信(?:名|昵称)|QQ号?|邮箱|电子邮件|"
    r"银行卡|银行账号|车牌|(?:来自)?IP|经纬度|经度|纬度|定位|GPS|昵称|签名|照片|出生日期|出生年月日",
    re.IGNORECASE,
)
_OF_PLACES = re.compile(
    r"(?:village|community|town(?:ship)?|district|county|province|city|school|form|file|org\w*|product|site|region|variable)_?name"
)


def words_of(column: SeenColumn, header: Header, name: str) -> tuple[str, ...]:
    """Return the short texts that name a column: its header, its question without polite words, its label, its name."""
    texts = [
        header.text,
        header.stem,
        header.part,
        name,
        *header.path[-1:],
        column.label,
        _NUMBER.sub("", column.label),
    ]
    plain = [unicodedata.normalize("NFKC", text).strip().lower() for text in texts]
    bare = [_POLITE.sub("", _TAIL.sub("", text)).strip(" ?：:") for text in plain]
    bare += [re.sub(r"[\s-]+", "_", text) for text in plain if text.isascii()]
    return tuple(dict.fromkeys(text for text in (*plain, *bare) if 0 < len(text) <= _SHORT))


def meanings(words: Sequence[str]) -> frozenset[Meaning]:
    """Return everything that the words of a column may mean."""
    return frozenset(meaning for meaning, pattern in _MEANINGS.items() if any(map(pattern.fullmatch, words)))


def names_personal(words: Sequence[str]) -> bool:
    """Return whether a column is called by a personal thing itself, 姓名 or phone, and not by a question about it."""
    return any(
        (_PERSONAL.search(word) and not _OF_PLACES.search(word)) or _PERSONAL_ZH.fullmatch(word) for word in words
    )


def sounds_personal(words: Sequence[str]) -> bool:
    """Return whether the words of a column announce personal data."""
    return any((_PERSONAL.search(word) and not _OF_PLACES.search(word)) or _PERSONAL_ZH.search(word) for word in words)
