"""Numbers of portable files: every double comes back from its exact digits, and from more digits than it has."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from liandong.ingest.base30 import number_of

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRST"
NUMBERS = st.floats(allow_nan=False, allow_infinity=False, min_value=1e-60, max_value=1e200)


def base_30(number: int) -> str:
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 30)
        digits = DIGITS[digit] + digits
    return digits


@given(NUMBERS, st.sampled_from([1, -1]))
def test_exact_digits_give_the_number_back(number: float, sign: int) -> None:
    numerator, denominator = number.as_integer_ratio()
    places = denominator.bit_length() - 1  # one half is fifteen thirtieths
    digits = base_30(numerator * 15**places)
    mark = f"-{base_30(places)}" if places else ""
    assert number_of(f"{'-' if sign < 0 else ''}{digits}{mark}".encode()) == sign * number


@given(st.integers(min_value=0, max_value=2**53), st.integers(min_value=0, max_value=12))
def test_a_point_and_an_exponent_mean_the_same(whole: int, places: int) -> None:
    digits = base_30(whole).rjust(places + 1, "0")
    pointed = f"{digits[: len(digits) - places]}.{digits[len(digits) - places :]}"
    assert (
        number_of(pointed.encode()) == number_of(f"{base_30(whole)}-{base_30(places)}".encode()) == whole / 30**places
    )
