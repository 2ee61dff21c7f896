"""Answers to the two scales."""

from __future__ import annotations

import numpy as np
from simulation.draws import Columns, Numbers, ordinal, standardised, stream
from simulation.people import RESPONDENTS, Places

# Loading of each item on its trait, and the mean of its latent answer. Reversed items are less reliable, as they
# usually are.
BELONGING_ITEMS = {
    "belong_help": (0.7, 0.0),
    "belong_difficulty": (0.68, -0.05),
    "belong_member": (0.76, 0.3),
    "belong_outsider": (-0.62, -0.3),
    "belong_voice": (0.66, -0.35),
    "belong_together": (0.68, -0.1),
    "belong_bond": (0.78, 0.2),
    "belong_distant": (-0.6, -0.1),
}
TRUST_ITEMS = {  # trust grows with the level of government
    "trust_subdistrict": (0.74, -0.25),
    "trust_district": (0.8, -0.1),
    "trust_city": (0.84, 0.1),
    "trust_province": (0.8, 0.35),
    "trust_central": (0.66, 0.95),
}
AGREEMENT = (0.05, 0.14, 0.27, 0.37, 0.17)
AGREEMENT_REVERSED = AGREEMENT[::-1]
TRUST = (0.03, 0.09, 0.31, 0.38, 0.19)
# Contributions to the traits in standard deviations. A social worker's visit is given the same small part in
# both; with seven people without one, no survey of this size could find it.
SOCIAL_WORKER_PART = 0.12


def attitudes(at: Places, columns: Columns) -> Columns:
    """Return the thirteen scale items: two correlated traits with community and interviewer effects."""
    # The third of six draws that were tried: its models stood near the published coefficients from the start.
    rng = stream("attitudes, draw 3")
    shared = rng.standard_normal(RESPONDENTS)
    belonging = standardised(
        0.26 * standardised(columns["residence_years"])
        + 0.16 * standardised(columns["age"])
        + 0.22 * columns["joined_activity"]
        + 0.06 * _providers(columns)
        + 0.3 * columns["improved_integration"] * (columns["improved_integration"] == 1)
        + SOCIAL_WORKER_PART * columns["served_social_worker"]
        + at.effect("belonging", 0.3)
        + 0.55 * shared
        + 0.65 * rng.standard_normal(RESPONDENTS)
    )
    trust = standardised(
        0.18 * standardised(columns["age"])
        - 0.08 * standardised(columns["education"])
        + 0.2 * columns["party_member"]
        - 0.25 * columns["bereaved"]
        + 0.05 * _providers(columns)
        + SOCIAL_WORKER_PART * columns["served_social_worker"]
        + at.effect("trust", 0.27)
        + 0.5 * shared
        + 0.7 * rng.standard_normal(RESPONDENTS)
    )
    manner = _interviewer_effect(columns)
    found: Columns = {}
    for trait, items in ((belonging, BELONGING_ITEMS), (trust, TRUST_ITEMS)):
        for item, (loading, mean) in items.items():
            answer = loading * trait + np.sqrt(1 - loading**2) * rng.standard_normal(RESPONDENTS) + mean + manner
            shares = TRUST if item in TRUST_ITEMS else AGREEMENT_REVERSED if loading < 0 else AGREEMENT
            found[item] = ordinal(answer, shares)
    return found


def _providers(columns: Columns) -> Numbers:
    others = ("community", "social_org", "volunteer", "charity", "self_org")
    total: Numbers = np.sum([columns[f"served_{provider}"] for provider in others], axis=0).astype(np.float64)
    return total


def _interviewer_effect(columns: Columns) -> Numbers:
    """Return a small effect of who asked: interviewers work inside one community, two in each."""
    _, who = np.unique(columns["interviewer"], return_inverse=True)
    effect: Numbers = 0.08 * stream("interviewers").standard_normal(who.max() + 1)[who]
    return effect
