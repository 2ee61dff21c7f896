"""The kinds of personal data that the scanner knows, and their names for a reader."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

Kind = Literal[
    "resident_id", "mobile", "landline", "email", "name", "address", "gps", "ip", "account", "bank_card", "plate"
]

WORDS: Final[Mapping[Kind, tuple[str, str]]] = MappingProxyType(
    {
        "resident_id": ("resident ID numbers", "身份证号码"),
        "mobile": ("mobile numbers", "手机号码"),
        "landline": ("telephone numbers", "电话号码"),
        "email": ("e-mail addresses", "电子邮箱"),
        "name": ("names of people", "姓名"),
        "address": ("precise addresses", "详细地址"),
        "gps": ("coordinates", "经纬度"),
        "ip": ("IP addresses", "IP地址"),
        "account": ("WeChat or QQ accounts", "微信或QQ号"),
        "bank_card": ("bank card numbers", "银行卡号"),
        "plate": ("license plates", "车牌号"),
    }
)
"""Kind → what it is called in English and in Chinese."""
