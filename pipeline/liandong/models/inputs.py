"""What a study's definitions say about the columns of its models."""

from __future__ import annotations

from liandong.definitions import Field, Study


def nominal_columns(study: Study) -> frozenset[str]:
    """Return the fields that a regression has to expand into 0/1 columns."""
    fields = study.instrument.codebook.fields if study.instrument else ()
    return frozenset(field.name for field in fields if field.is_nominal)


def outcome_ranges(study: Study) -> dict[str, tuple[float, float]]:
    """Return the theoretical range of every scale and of every coded answer, for the metric ``range_share``.

    A scale's range is that of its scores after rescaling; a coded answer's goes from its lowest to its highest code.
    Bounds of plausibility (a number field's minimum and maximum) are not the range of a scale and are left out.
    """
    ranges = {scale.id: scale.score_range for scale in study.scales}
    for field in study.instrument.codebook.fields if study.instrument else ():
        codes = _codes(field)
        if codes:
            ranges[field.name] = (min(codes), max(codes))
    return {name: (float(low), float(high)) for name, (low, high) in ranges.items() if low < high}


def _codes(field: Field) -> list[float]:
    """Return the codes of an answer scale; categories without an order have no range."""
    if field.type not in {"integer", "number"} or field.liandong.nominal:
        return []
    listed = field.constraints.enum or [category.value for category in field.categories or ()]
    return [float(code) for code in listed]
