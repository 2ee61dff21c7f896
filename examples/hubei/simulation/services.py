"""Who was served by whom, what people took part in, what they needed, and what got better."""

from __future__ import annotations

import numpy as np
from simulation.draws import Column, Columns, Numbers, choice, highest, ordinal, standardised, stream
from simulation.people import RESPONDENTS, Places

NOT_APPLICABLE = 97
# Published: 611 (98.87 %) and 504 (81.55 %) of 618; social organisations, charity and own groups "three to five
# in ten". The study gives nothing for volunteers.
SERVED = {
    "community": 504,
    "social_org": 271,
    "social_worker": 611,
    "volunteer": 356,
    "charity": 238,
    "self_org": 205,
}
UNTREATED_COMMUNITIES = (3, 8, 14, 19, 25, 30)  # by position; the first gets two of the seven
FREQUENCY_SHIFT = {
    "community": 0.2,
    "social_org": -0.2,
    "social_worker": 0.6,
    "volunteer": 0.1,
    "charity": -0.8,
    "self_org": 0.0,
}
SATISFACTION_SHIFT = {
    "community": -0.1,
    "social_org": 0.0,
    "social_worker": 0.35,
    "volunteer": 0.2,
    "charity": -0.05,
    "self_org": 0.05,
}
CONTENT = {  # shares of the seven kinds of help
    "community": (0.06, 0.36, 0.12, 0.16, 0.2, 0.06, 0.04),
    "social_org": (0.18, 0.14, 0.1, 0.36, 0.06, 0.12, 0.04),
    "social_worker": (0.44, 0.1, 0.1, 0.18, 0.08, 0.07, 0.03),
    "volunteer": (0.16, 0.42, 0.1, 0.14, 0.02, 0.12, 0.04),
    "charity": (0.04, 0.56, 0.16, 0.04, 0.12, 0.04, 0.04),
    "self_org": (0.14, 0.06, 0.04, 0.62, 0.02, 0.08, 0.04),
}
# Area: people in need (ours), people improved (published for the first eight: shares of all 618), and what drives
# the need.
AREAS = {
    "anxiety": (361, 192, "mind"),
    "sleep": (342, 187, "mind"),
    "appetite": (254, 144, "mind"),
    "hope": (243, 116, "mind"),
    "depression": (216, 95, "mind"),
    "integration": (232, 102, "ties"),
    "social": (221, 92, "ties"),
    "family": (95, 26, "ties"),
    "economic": (283, 43, "means"),
    "medical": (259, 36, "means"),
    "job": (147, 14, "means"),
}


def served(at: Places, person: Columns, epidemic: Columns) -> Columns:
    """Return service by each provider: correlated within people and communities, with the published totals."""
    rng = stream("served")
    n = RESPONDENTS
    reach = 0.75 * rng.standard_normal(n) + 0.25 * epidemic["bereaved"] + 0.15 * standardised(person["age"])
    columns: Columns = {}
    for provider, count in SERVED.items():
        if provider == "social_worker":
            columns["served_social_worker"] = np.where(_untreated(at, reach + rng.standard_normal(n)), 0, 1)
            continue
        score = reach + at.effect(f"reach {provider}", 0.6) + rng.standard_normal(n)
        columns[f"served_{provider}"] = highest(score, count).astype(int)
    return columns


def _untreated(at: Places, reach: Numbers) -> Column:
    """Return the seven whom no social worker served: hard to reach, in six communities, two in the first."""
    mask = np.zeros(RESPONDENTS, dtype=bool)
    for position, place in enumerate(UNTREATED_COMMUNITIES):
        mask |= highest(-reach, 2 if position == 0 else 1, among=at.where == place)
    return mask


def experience(at: Places, columns: Columns) -> Columns:
    """Return frequency, main content and satisfaction for those served; for the others the questions do not apply."""
    rng = stream("experience")
    n = RESPONDENTS
    mood = 0.55 * rng.standard_normal(n) + at.effect("mood", 0.25)
    found: Columns = {}
    for provider in SERVED:
        got = columns[f"served_{provider}"] == 1
        often = FREQUENCY_SHIFT[provider] + 0.2 * mood + rng.standard_normal(n)
        content = choice(rng, range(1, 8), CONTENT[provider], n)
        liking = SATISFACTION_SHIFT[provider] + mood + 0.75 * rng.standard_normal(n) + 0.15 * often
        answers = {
            "freq": ordinal(often, [0.27, 0.33, 0.26, 0.14]),
            "content": content,
            "satisfaction": ordinal(liking, [0.02, 0.07, 0.25, 0.42, 0.24]),
        }
        for part, values in answers.items():
            found[f"{part}_{provider}"] = np.where(got, values, NOT_APPLICABLE)
    return found


def participation(at: Places, person: Columns, columns: Columns) -> Columns:
    """Return activities, volunteering, meetings and perceived order."""
    rng = stream("participation")
    n = RESPONDENTS
    active = (
        0.6 * rng.standard_normal(n)
        + 0.35 * columns["served_self_org"]
        + 0.2 * person["party_member"]
        + at.effect("active", 0.3)
    )

    def share(part: float) -> Column:
        return highest(active + rng.standard_normal(n), round(part * n)).astype(int)

    orderly = standardised(0.3 * active + at.effect("order", 0.35) + rng.standard_normal(n))
    return {
        "joined_activity": share(0.47),
        "volunteered": share(0.23),
        "attended_meeting": share(0.19),
        "knows_joint_meeting": share(0.33),
        "order_perceived": ordinal(orderly, [0.03, 0.09, 0.26, 0.43, 0.19]),
    }


def needs_and_change(at: Places, person: Columns, epidemic: Columns, columns: Columns) -> Columns:
    """Return need and improvement by area.

    Improvement is drawn among those in need, so "of all" and "of those in need" differ; the numbers improved are the
    published ones, and the eight published areas have no missing answer, because the study divides by all 618.
    """
    rng = stream("needs")
    n = RESPONDENTS
    contacts = standardised(np.sum([columns[f"served_{provider}"] for provider in SERVED], axis=0))
    hardship = -0.5 * standardised(person["income"]) + 0.2 * (epidemic["income_loss"] == 4)
    load = {
        "mind": 0.8 * rng.standard_normal(n)
        + 0.4 * epidemic["bereaved"]
        + 0.3 * (person["gender"] == 2)
        + at.effect("mind", 0.25),
        "ties": 0.7 * rng.standard_normal(n) + 0.2 * standardised(person["age"]) + at.effect("ties", 0.25),
        "means": hardship - 0.2 * standardised(person["self_rated_health"]) + 0.6 * rng.standard_normal(n),
    }
    recovery = 0.35 * contacts + 0.6 * rng.standard_normal(n) + at.effect("recovery", 0.25)
    found: Columns = {}
    for area, (in_need, improved, driver) in AREAS.items():
        score = load[driver] + 0.9 * rng.standard_normal(n)
        if area == "job":
            score = score - 2.0 * (np.asarray(person["age"]) >= 60)
        need = highest(score, in_need)
        change = highest(recovery + rng.standard_normal(n), improved, among=need)
        found[f"need_{area}"] = need.astype(int)
        found[f"improved_{area}"] = np.where(need, change.astype(int), NOT_APPLICABLE)
    return found
