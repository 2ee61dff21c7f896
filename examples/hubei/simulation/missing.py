"""Missing answers: don't know, refused, and cells that nobody filled in, each with a frequency of its own."""

from __future__ import annotations

import numpy as np
from simulation.draws import Columns, stream
from simulation.services import NOT_APPLICABLE, SERVED

DONT_KNOW, REFUSED = 98, 99
BLANK = -1  # becomes system-missing when the file is written
# Field or prefix: shares of don't know, refused and blank among those asked.
SHARES = {
    "education": (0, 0.005, 0),
    "marital": (0, 0.006, 0),
    "household_size": (0, 0.005, 0),
    "residence_years": (0.012, 0.003, 0),
    "hukou": (0.003, 0.006, 0),
    "employment": (0, 0.006, 0),
    "party_member": (0, 0.012, 0),
    "income": (0.022, 0.05, 0),
    "self_rated_health": (0.006, 0.003, 0),
    "infected_self": (0.006, 0.013, 0),
    "infected_family": (0.008, 0.01, 0),
    "bereaved": (0.002, 0.014, 0),
    "quarantined": (0.005, 0.002, 0),
    "income_loss": (0.02, 0.03, 0),
    "freq_": (0.02, 0.002, 0.006),
    "content_": (0.015, 0.002, 0.006),
    "satisfaction_": (0.012, 0.01, 0.006),
    "joined_activity": (0.003, 0.003, 0),
    "volunteered": (0.003, 0.003, 0),
    "attended_meeting": (0.01, 0.003, 0),
    "knows_joint_meeting": (0.045, 0.002, 0),
    "order_perceived": (0.02, 0.006, 0),
    "belong_": (0.012, 0.003, 0.002),
    "trust_": (0.014, 0.022, 0.002),
    # Material improvement: the study gives no figures, so these may be incomplete.
    "improved_economic": (0.015, 0.03, 0),
    "improved_medical": (0.02, 0.015, 0),
    "improved_job": (0.02, 0.02, 0),
}
# People cannot always tell which kind of provider somebody came from; only a "no" can turn into a "don't know"
# here, so that the totals of those served stand.
UNSURE_OF_PROVIDER = {"social_org": 8, "volunteer": 3, "charity": 6, "self_org": 5}


def with_missing(columns: Columns, protect: str = "served_social_worker") -> Columns:
    """Return the columns with missing answers.

    Some people leave out more than others. The seven without a social worker (`protect` is 0) answer everything: losing
    one of them to a refusal would change what the models can show, and the published study mentions no such loss.
    """
    rng = stream("missing")
    n = columns[protect].size
    reticence = rng.gamma(1.2, 1 / 1.2, n)
    open_to_loss = columns[protect] == 1
    result = dict(columns)
    for name, values in columns.items():
        shares = next((part for prefix, part in SHARES.items() if name.startswith(prefix)), None)
        if shares is None or values.dtype.kind not in "iu":
            continue
        asked = open_to_loss & (values != NOT_APPLICABLE)
        draw = rng.random(n) / np.maximum(reticence, 1e-9)
        edges = np.cumsum(shares)
        codes = np.select([draw < edges[0], draw < edges[1], draw < edges[2]], [DONT_KNOW, REFUSED, BLANK], default=0)
        result[name] = np.where(asked & (codes != 0), codes, values)
    for provider, count in UNSURE_OF_PROVIDER.items():
        _unsure(result, provider, count, open_to_loss, rng)
    return result


def _unsure(columns: Columns, provider: str, count: int, open_to_loss: np.ndarray, rng: np.random.Generator) -> None:
    assert provider in SERVED
    served = columns[f"served_{provider}"].copy()
    unsure = rng.choice(np.flatnonzero((served == 0) & open_to_loss), count, replace=False)
    served[unsure] = DONT_KNOW
    served[unsure[:1]] = REFUSED
    columns[f"served_{provider}"] = served
