"""Communities, interviews, and who the respondents are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from simulation.draws import Column, Columns, Numbers, choice, ordinal, standardised, stream

RESPONDENTS = 618
COMMUNITIES = 32
SMALLEST = 8
DISTRICTS = {"A1": 6, "A2": 6, "A3": 5, "A4": 5, "B1": 5, "B2": 5}  # communities in each
CITY = {"A": "甲市", "B": "乙市"}
FIRST_DAY = np.datetime64("2021-06-07")
SLOTS = (540, 635, 840, 935, 1130)  # minutes after midnight at which an interviewer may begin


@dataclass(frozen=True, slots=True)
class Places:
    """The communities, and the community of every respondent (`where` indexes `codes`)."""

    codes: Column
    districts: Column
    where: Column

    def effect(self, name: str, sd: float) -> Numbers:
        """Return a community effect with the given standard deviation, one value per respondent."""
        drawn = standardised(stream(f"community {name}").standard_normal(COMMUNITIES))
        result: Numbers = sd * drawn[self.where]
        return result


def places() -> Places:
    """Return 32 communities of unequal size, none below eight respondents, in six districts of two cities."""
    weights = stream("sizes").gamma(4.0, size=COMMUNITIES)
    spare = RESPONDENTS - SMALLEST * COMMUNITIES
    exact = spare * weights / weights.sum()
    sizes = SMALLEST + np.floor(exact).astype(int)
    sizes[np.argsort(np.floor(exact) - exact, kind="stable")[: RESPONDENTS - sizes.sum()]] += 1
    codes = np.array([f"C{number:02d}" for number in range(1, COMMUNITIES + 1)])
    districts = np.repeat(list(DISTRICTS), list(DISTRICTS.values()))
    return Places(codes, districts, np.repeat(np.arange(COMMUNITIES), sizes))


def identity(at: Places) -> Columns:
    """Return numbers and places of the respondents: community and serial number, as survey offices count them."""
    starts = np.searchsorted(at.where, np.arange(COMMUNITIES))
    serial = np.arange(RESPONDENTS) - starts[at.where] + 1
    ids = [f"R{place + 1:02d}{number:03d}" for place, number in zip(at.where, serial, strict=True)]
    return {"respondent_id": np.array(ids), "community": at.codes[at.where], "district": at.districts[at.where]}


def paradata(at: Places) -> Columns:
    """Return interviewer, mode, times, consent and call-back digits; nobody is in two interviews at once."""
    rng = stream("paradata")
    serial = np.arange(RESPONDENTS) - np.searchsorted(at.where, at.where)
    interviewer = serial % 2
    turn = serial // 2  # of this interviewer, in this community
    day = FIRST_DAY + (at.where % 8) * 5 + turn // len(SLOTS)
    begin = np.asarray(SLOTS)[turn % len(SLOTS)] + rng.integers(0, 25, RESPONDENTS)
    length = np.clip(np.rint(np.exp(rng.normal(np.log(33), 0.25, RESPONDENTS))), 16, 68).astype(int)
    start = day.astype("datetime64[m]") + begin
    digits = np.array([f"{number:04d}" for number in rng.integers(0, 10_000, RESPONDENTS)])
    return {
        "interviewer": np.array(
            [f"I{place + 1:02d}{who + 1}" for place, who in zip(at.where, interviewer, strict=True)]
        ),
        "mode": choice(rng, [1, 2], [0.87, 0.13], RESPONDENTS),
        "interview_start": start.astype("datetime64[ms]"),
        "interview_end": (start + length).astype("datetime64[ms]"),
        "consent": np.ones(RESPONDENTS, dtype=int),
        "phone_tail": np.where(rng.random(RESPONDENTS) < 0.08, "", digits),
    }


def demographics(at: Places) -> Columns:
    """Return the person and the household: older and more often female than the city, as such lists are."""
    rng = stream("demographics")
    n = RESPONDENTS
    age = np.clip(np.rint(rng.normal(52, 15.5, n)), 18, 91).astype(int)
    old = standardised(age)
    schooling = -0.45 * old + at.effect("schooling", 0.3) + 0.84 * rng.standard_normal(n)
    education = ordinal(schooling, [0.13, 0.25, 0.32, 0.17, 0.13])
    employment = _employment(rng, age)
    wealth = (
        0.45 * schooling + 0.35 * np.isin(employment, [1, 3]) + at.effect("wealth", 0.25) + 0.8 * rng.standard_normal(n)
    )
    household = np.clip(1 + rng.poisson(np.where(age >= 65, 1.3, 2.0)), 1, 8)
    marital = _marital(rng, age)
    # A few couples live apart, which earns a warning; the others share a household.
    household = np.where((marital == 2) & (household == 1) & (rng.random(n) < 0.95), 2, household)
    return {
        "gender": choice(rng, [1, 2], [0.41, 0.59], n),
        "age": age,
        "education": education,
        "marital": np.where((marital == 4) & (age < 45), 3, marital),
        "household_size": household,
        "residence_years": np.minimum(np.rint(rng.gamma(2.2, 7.0, n)).astype(int), age),
        "hukou": choice(rng, [1, 2, 3], [0.68, 0.19, 0.13], n),
        "employment": employment,
        "party_member": (rng.random(n) < np.where(education >= 4, 0.24, 0.11)).astype(int),
        "income": ordinal(standardised(wealth), [0.14, 0.3, 0.31, 0.17, 0.08]),
        "self_rated_health": ordinal(standardised(-0.4 * old + rng.standard_normal(n)), [0.05, 0.17, 0.4, 0.27, 0.11]),
    }


def _employment(rng: np.random.Generator, age: Column) -> Column:
    n = age.size
    young = choice(rng, [1, 2, 4, 6], [0.55, 0.15, 0.1, 0.2], n)
    middle = choice(rng, [1, 2, 4, 5], [0.56, 0.22, 0.12, 0.1], n)
    older = choice(rng, [1, 2, 3, 4, 5], [0.2, 0.1, 0.55, 0.07, 0.08], n)
    retired = choice(rng, [3, 5], [0.92, 0.08], n)
    return np.select([age < 26, age < 50, age < 62], [young, middle, older], default=retired)


def _marital(rng: np.random.Generator, age: Column) -> Column:
    n = age.size
    young = choice(rng, [1, 2], [0.75, 0.25], n)
    middle = choice(rng, [1, 2, 3], [0.08, 0.83, 0.09], n)
    older = choice(rng, [1, 2, 3, 4], [0.02, 0.8, 0.06, 0.12], n)
    return np.select([age < 28, age < 55], [young, middle], default=older)


def epidemic(at: Places, person: Columns) -> Columns:
    """Return what the epidemic did to respondents who are on the lists because it hit them hard."""
    rng = stream("epidemic")
    n = RESPONDENTS
    severity = at.effect("severity", 0.35) + 0.15 * standardised(person["age"]) + 0.9 * rng.standard_normal(n)
    hit = standardised(severity)
    family = ordinal(standardised(0.6 * hit + 0.8 * rng.standard_normal(n)), [0.71, 0.29]) - 1
    loss = ordinal(
        standardised(0.3 * hit - 0.3 * standardised(person["income"]) + rng.standard_normal(n)), [0.24, 0.3, 0.27, 0.19]
    )
    without_income = np.isin(person["employment"], [5, 6]) & (rng.random(n) < 0.35)
    return {
        "infected_self": ordinal(standardised(0.6 * hit + 0.8 * rng.standard_normal(n)), [0.85, 0.15]) - 1,
        "infected_family": family,
        "bereaved": ordinal(standardised(0.4 * hit + 0.5 * family + 0.8 * rng.standard_normal(n)), [0.81, 0.19]) - 1,
        "quarantined": ordinal(standardised(0.4 * hit + 0.9 * rng.standard_normal(n)), [0.37, 0.63]) - 1,
        "income_loss": np.where(without_income, 97, loss),
    }
