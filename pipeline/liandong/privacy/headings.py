"""Columns that announce personal data in their name, label or title, whatever their cells look like."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

from liandong.privacy.kinds import Kind

# A title announces when the word is what the question asks for, that is, its end (remarks in brackets aside).
_TITLES: Final[tuple[tuple[Kind, str], ...]] = (
    ("resident_id", "身份证|身份证号码?|证件号码?|护照号码?|社保卡号"),
    ("mobile", "手机|手机号码?|移动电话|联系方式"),
    ("landline", "电话|电话号码?|联系电话|座机|固话"),
    ("email", "邮箱|邮箱地址|电子邮[件箱]|电邮"),
    ("name", "姓名|名字|真实姓名|称呼|联系人"),
    ("address", "住址|地址|家庭住址|详细地址|居住地址|门牌号?|楼栋号|房号"),
    ("gps", "经度|纬度|经纬度|坐标|GPS坐标|定位|地理位置"),
    ("ip", "IP|IP地址|来自IP"),
    ("account", "微信|微信号|QQ|QQ号码?|微信账号"),
    ("bank_card", "银行卡|银行卡号|银行账号|一卡通号"),
    ("plate", "车牌|车牌号码?"),
)
# People who go by what they are; the column holds their names, unless it asks something about them.
_PEOPLE: Final = (
    r"^\W*(?:(?:[A-Za-z]{0,2}\d+(?:[-_.]\d+)*)[、.．:：\s]*)?(?:请问|请填写|您家?|你家?|本户|家庭|该户|社区|小区|本村|所在|居住|村|的|主要|第一){0,4}"
    r"(?:户主|填写人|填表人|填报人|录入人|负责人|经办人|村干部|村支书|村主任|审核人|监护人|申请人|受访人|"
    r"受访者|被访者|被访人|联系人|网格员|楼栋?长|家庭成员|签名|签字|法定代理人|代理人|受益人|户内成员)"
    r"(?:姓名|名字|名单|签名|签字)?\s*\d{0,2}(?:是谁|是哪位|是|为)?[\s:：?？*]*(?:[（(][^（()）]*[)）])?\W*$"
)
_ENGLISH: Final[tuple[tuple[Kind, str], ...]] = (
    ("resident_id", r"(?:(?:national|resident|citizen) id(?:entity)?(?: card)?|id card|passport)(?: number)?"),
    ("mobile", r"(?:mobile|cell)(?: ?phone)?(?: number)?"),
    ("landline", r"(?:tele)?phone(?: number)?"),
    ("email", r"e-?mail(?: address)?"),
    ("name", r"(?:full|first|last|family|given|contact|(?:respondent|interviewer|enumerator)(?:'s)?) name|surname"),
    ("address", r"(?:home|street|postal|full|detailed|exact)? ?address"),
    ("gps", r"latitude|longitude|gps(?: coordinates)?|coordinates"),
    ("ip", r"ip(?: address)?"),
    ("account", r"(?:wechat|qq)(?: (?:id|account|number))?"),
    ("bank_card", r"bank (?:card|account)(?: number)?"),
    ("plate", r"(?:license|licence|number) plate"),
)  # fmt: skip
_NAMES: Final[Mapping[Kind, str]] = {
    "resident_id": "idcard id_card idnumber id_no idno national_id sfz sfzh shenfenzheng passport",
    "mobile": "mobile cellphone cell_phone sjh shouji shoujihao",
    "landline": "phone tel telephone phone_number phonenumber dianhua lxdh lxfs",
    "email": "email e_mail mail youxiang",
    "name": "name fullname full_name first_name last_name firstname lastname surname given_name family_name xingming "
    "xm respondent_name resp_name contact_name interviewer_name enumerator_name head_name hh_head_name hhh_name",
    "address": "address addr home_address street_address dizhi zhuzhi jtzz xxdz",
    "gps": "lat latitude lon lng longitude gps geopoint jingdu weidu",
    "ip": "ip ipaddress ip_address ip_addr",
    "account": "wechat weixin wechat_id qq qq_number openid",
    "bank_card": "bankcard bank_card bank_account card_no",
    "plate": "plate license_plate chepai",
}
_PREFIX: Final = r"^(?:\W*[A-Za-z]?\d+[、.．\s]*)?"
_SUFFIX: Final = r"(?:是|为|是什么|是多少|叫什么|怎么称呼)?\W*(?:[（(][^（()）]*[)）])?\W*$"
_IN_NUMBERS: Final = frozenset({"resident_id", "mobile", "landline", "gps", "bank_card", "account"})


def announced(name: str, titles: Iterable[str], *, numeric: bool = False) -> Kind | None:
    """Return the kind of personal data that a column announces; None when it announces nothing.

    Parameters
    ----------
    name
        Of the column or field: ``respondent_name``, ``hh_gps_lat``; the last part of a path (``group/phone``) counts.
    titles
        Labels and titles in either language.
    numeric
        Whether the cells are numbers: then names, addresses and the like are not meant.
    """
    kinds = [kind for title in titles for kind in _of_title(title)]
    kinds += _of_name(name)
    kinds += _of_title(name)
    return next((kind for kind in kinds if not numeric or kind in _IN_NUMBERS), None)


def _of_title(title: str) -> list[Kind]:
    text = unicodedata.normalize("NFKC", title).strip()
    return (
        [kind for kind, words in _TITLES if re.search(f"(?:{words}){_SUFFIX}", text)]
        + [
            kind
            for kind, words in _ENGLISH
            if re.search(rf"(?i){_PREFIX}(?:the |your |his |her )?(?:{words})\W*$", text)
        ]
        + (["name"] if re.search(_PEOPLE, text) else [])
    )


def _of_name(name: str) -> list[Kind]:
    last = re.split(r"[/:.]", name)[-1]
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", last).lower()
    whole = re.sub(r"\W+", "_", snake).strip("_")
    parts = whole.split("_")
    ends = {whole, parts[-1], "_".join(parts[-2:]), re.sub(r"_?\d+$", "", whole)}
    # The name of a school or a file is nobody's; a part called `name` counts only in the forms listed.
    ends -= {"name"} if whole != "name" else set()
    return [kind for kind, words in _NAMES.items() if not ends.isdisjoint(words.split())]
