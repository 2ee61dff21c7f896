"""The tables of field supervision.

``checks`` counts and is publishable. All others name rows, interviewers and communities: they are written below
``restricted/quality/`` and never leave it. An interviewer is named by the value of ``quality.interviewer``, a community
by that of ``quality.community``; empty where the study names no such column or the row has no value. Days are ISO
dates. ``row`` is the number of the data row in the file, as in rejected.parquet and corrections.csv.
"""

from __future__ import annotations

from liandong.evidence.spec import COUNT, FLAG, REAL, TEXT, spec

DECLARED_CHECKS = (
    # One row per check, made or not. unit: interviews | pairs | answers | questions | interviewers | communities |
    # days | blocks; what n_checked and n_flagged count. state: made | too_few | not_made. lacking: the keys of
    # study.yaml, or what of the data, that a check not made would need. rule: the threshold in words. source: whose
    # method it is.
    spec(
        "checks", "check",
        check=TEXT, title_zh=TEXT, title_en=TEXT, unit=TEXT, state=TEXT, lacking=TEXT, n_checked=COUNT,
        n_flagged=COUNT, share=REAL, suppressed=FLAG, rule_zh=TEXT, rule_en=TEXT, source=TEXT,
    ),
)  # fmt: skip

DECLARED_QUALITY = (
    # What to fix, the gravest first: severity 1 call back or correct today, 2 ask the interviewer, 3 keep an eye on.
    # At most quality.listed rows per check, of n_total found. key: the primary key ("a; b"), withheld when personal;
    # value: what was found, withheld when the field is personal; row is null for what concerns no single row.
    spec(
        "to_do", "order",
        order=COUNT, severity=COUNT, check=TEXT, row=COUNT, key=TEXT, interviewer=TEXT, community=TEXT,
        day=TEXT, field=TEXT, value=TEXT, what_zh=TEXT, what_en=TEXT, n_total=COUNT,
    ),
    # Every finding about a single row, for drilling down; the first 2,000 of each check, n_total found. size: how
    # extreme, larger is worse (minutes, distance, share …; see the check).
    spec(
        "findings", "check number",
        check=TEXT, number=COUNT, severity=COUNT, row=COUNT, key=TEXT, interviewer=TEXT, community=TEXT, day=TEXT,
        field=TEXT, value=TEXT, size=REAL, n_total=COUNT,
    ),
    # One row per interviewer. n: interviews received = n_accepted + n_rejected. per_day: interviews per day worked.
    # share_short: speeders among interviews with a duration. share_straight: straight-lined blocks among blocks
    # answered. share_missing = share_dont_know + share_refused + share_empty of the questions asked. share_closed:
    # answers to filter questions that skip later ones. share_heaped: numbers ending in 0 or 5. match_mean: mean over
    # interviews of the largest agreement with any other. variability: mean distance of answers from the interviewer's
    # own averages, 1 being everybody's. error_rate: differences per back-checked answer to stable questions.
    # flags: measures of interviewer_measures that are flagged, joined by "; ".
    spec(
        "interviewers", "interviewer",
        interviewer=TEXT, n=COUNT, n_accepted=COUNT, n_rejected=COUNT, n_communities=COUNT, n_days=COUNT,
        first_day=TEXT, last_day=TEXT, per_day=REAL, minutes_median=REAL, n_short=COUNT, share_short=REAL,
        n_overlaps=COUNT, n_night=COUNT, n_straight=COUNT, share_straight=REAL, share_missing=REAL,
        share_dont_know=REAL, share_refused=REAL, share_empty=REAL, share_closed=REAL, n_outliers=COUNT,
        share_heaped=REAL, n_duplicates=COUNT, match_mean=REAL, variability=REAL, n_breaches=COUNT,
        n_contradictions=COUNT, n_back_checked=COUNT, error_rate=REAL, n_flags=COUNT, flags=TEXT,
    ),
    # Each interviewer against all others, measure by measure. measure: short | straight | missing | closed | heaping |
    # outliers | duplicates | match | breaches | contradictions | variability; field: the question, empty where the
    # measure is about all. n, n_others: interviews (or answers) compared. value, others: of short, straight, outliers,
    # duplicates, breaches and contradictions the share of interviews that show it; of missing and closed the share of
    # interviews in the worst quarter of all; of heaping the share of numbers; of match the mean; of variability the
    # mean distance of answers from the interviewer's own averages, 1 being everybody's (small is suspicious). test:
    # exact (hypergeometric within communities) | rank (within communities). p_value: one-sided, against the others;
    # holm: adjusted over all interviewers (and fields) of the measure. flagged: holm < 0.05.
    spec(
        "interviewer_measures", "measure field interviewer",
        measure=TEXT, field=TEXT, interviewer=TEXT, n=COUNT, n_others=COUNT, value=REAL, others=REAL, test=TEXT,
        p_value=REAL, holm=REAL, flagged=FLAG,
    ),
    # Interviews by interviewer and day.
    spec(
        "interviewer_days", "interviewer day",
        interviewer=TEXT, day=TEXT, n=COUNT, n_communities=COUNT, minutes_median=REAL, minutes_total=REAL,
    ),
    # One row per community received or planned. state: done | open | over | unplanned | no_target.
    spec(
        "clusters", "community",
        community=TEXT, n=COUNT, n_accepted=COUNT, n_rejected=COUNT, target=COUNT, share_of_target=REAL,
        still_missing=COUNT, state=TEXT, n_interviewers=COUNT, first_day=TEXT, last_day=TEXT, minutes_median=REAL,
        n_short=COUNT, share_short=REAL, share_missing=REAL, n_breaches=COUNT, n_contradictions=COUNT,
    ),
    # The sampling plan where quality.targets.column is another column than the community: one row per value.
    spec(
        "targets", "column value",
        column=TEXT, value=TEXT, target=COUNT, n=COUNT, n_accepted=COUNT, share_of_target=REAL, still_missing=COUNT,
        state=TEXT,
    ),
    # One row per question in the order of the codebook. n_asked: rows where it was to be asked. share_closed: answers
    # that skip later questions (filter questions only). outlier_low, outlier_high: bounds outside which a number is an
    # outlier; outlier_scale: linear | log; outlier_method: mad | iqr |
    # none (too few answers, too many alike, or more than one in twenty would be an outlier).
    spec(
        "questions", "field",
        field=TEXT, title_zh=TEXT, title_en=TEXT, n_asked=COUNT, n_answered=COUNT, n_dont_know=COUNT,
        n_refused=COUNT, n_empty=COUNT, share_missing=REAL, share_dont_know=REAL, share_refused=REAL,
        share_empty=REAL, is_filter=FLAG, share_closed=REAL, n_outliers=COUNT, outlier_low=REAL, outlier_high=REAL,
        outlier_scale=TEXT, outlier_method=TEXT,
    ),
    # How much interviewers differ on each question. icc: share of variance between interviewers (ANOVA estimator, may
    # be negative: read as none), with an interval. basis: within_communities | all | confounded (every community had
    # one interviewer: the two cannot be told apart). design_effect: 1 + (size − 1) × icc. note: too_few | constant | ….
    spec(
        "interviewer_icc", "field",
        field=TEXT, title_zh=TEXT, title_en=TEXT, n=COUNT, n_interviewers=COUNT, n_communities=COUNT, basis=TEXT,
        icc=REAL, icc_low=REAL, icc_high=REAL, ci_method=TEXT, f_statistic=REAL, df_numerator=REAL,
        df_denominator=REAL, p_value=REAL, holm=REAL, size=REAL, design_effect=REAL, flagged=FLAG, note=TEXT,
    ),
    # For the caterpillar figure: each interviewer on each question. deviation: from the other interviewers (of the same
    # communities where basis is within_communities), in units of the answer; shrunk: best linear prediction of it,
    # with an interval (shrunk_low, shrunk_high); clear: the interval leaves zero out.
    spec(
        "interviewer_effects", "field interviewer",
        field=TEXT, interviewer=TEXT, n=COUNT, mean=REAL, deviation=REAL, shrunk=REAL, shrunk_low=REAL,
        shrunk_high=REAL, clear=FLAG,
    ),
    # Preferred last digits by field. kind: age | number. n: numbers looked at (ages 23–62; whole numbers of two digits
    # and more). whipple: 100 none, 500 all end in 0 or 5 (ages); myers: 0 none, 90 all end in one digit (ages).
    # p_value: exact, one-sided, of a share over one fifth that ends in 0 or 5 (ages only: of other numbers rounding may
    # be the nature); holm: over all ages. chi_square: of the ten last digits, 9 df. flagged: whipple > 125 and holm
    # < 0.05.
    spec(
        "heaping", "field",
        field=TEXT, kind=TEXT, n=COUNT, share_0=REAL, share_5=REAL, share_0_or_5=REAL, whipple=REAL, myers=REAL,
        p_value=REAL, holm=REAL, chi_square=REAL, chi_p_value=REAL, flagged=FLAG,
    ),
    # Last digits for a bar chart: share of each digit 0–9, all interviewers.
    spec("last_digits", "field digit", field=TEXT, digit=COUNT, n=COUNT, share=REAL),
    # Straight-lining by block. n: interviews that answered at least three of its items. n_straight: the same answer to
    # all. contradictory: the block has reversed items, so that the same answer to all contradicts itself. expected: the
    # number of interviews that would give the same answer to all if the answers to each item were mixed by lot.
    spec(
        "straight_lining", "block",
        block=TEXT, title_zh=TEXT, title_en=TEXT, n_items=COUNT, n=COUNT, n_straight=COUNT, share=REAL, expected=REAL,
        contradictory=FLAG, longest_median=REAL, longest_95=REAL, sd_median=REAL,
    ),
    # Interviews by day, with the running total against the target of all.
    spec(
        "progress", "day",
        day=TEXT, n=COUNT, n_rejected=COUNT, n_interviewers=COUNT, n_communities=COUNT, cumulative=COUNT, target=COUNT,
        share_of_target=REAL, minutes_median=REAL,
    ),
    # Pairs of rows: kind identical (all content) | same_key (the key, not the content) | near (answers). n_compared:
    # questions that at least one of the two answered; share = n_equal / n_compared.
    spec(
        "duplicates", "kind row other_row",
        kind=TEXT, row=COUNT, other_row=COUNT, key=TEXT, n_compared=COUNT, n_equal=COUNT, share=REAL,
        interviewer=TEXT, other_interviewer=TEXT, community=TEXT, other_community=TEXT, same_interviewer=FLAG,
    ),
    # Rules of the codebook and contradictions, by interviewer and by community. level: all | interviewer | community;
    # value: which one, empty for all. kind: as in the table validation, or contradiction. n: rows received there.
    spec(
        "breaches", "rule level value",
        rule=TEXT, kind=TEXT, action=TEXT, field=TEXT, title_zh=TEXT, title_en=TEXT, level=TEXT, value=TEXT, n=COUNT,
        n_broken=COUNT, share=REAL,
    ),
    # Back-checks by question. type: stable | checked. Interval: Clopper–Pearson. mean_difference: second − first, with
    # a paired t interval; reliability: correlation of first and second (numbers), Cohen's kappa (codes).
    spec(
        "back_checks", "field",
        field=TEXT, title_zh=TEXT, title_en=TEXT, type=TEXT, n_compared=COUNT, n_different=COUNT, error_rate=REAL,
        conf_low=REAL, conf_high=REAL, tolerance=REAL, mean_difference=REAL, difference_low=REAL,
        difference_high=REAL, p_value=REAL, reliability=REAL, reliability_kind=TEXT,
    ),
    # Back-checks by interviewer and by back-checker (role: interviewer | checker), stable and checked questions apart.
    spec(
        "back_check_people", "role person type",
        role=TEXT, person=TEXT, type=TEXT, n_interviews=COUNT, n_compared=COUNT, n_different=COUNT, error_rate=REAL,
        conf_low=REAL, conf_high=REAL,
    ),
    # Every answer that differs; values are withheld where the field is personal.
    spec(
        "back_check_differences", "row field second_row",
        row=COUNT, second_row=COUNT, key=TEXT, interviewer=TEXT, checker=TEXT, community=TEXT, field=TEXT, type=TEXT,
        first=TEXT, second=TEXT, difference=REAL,
    ),
    # Second interviews whose key no first interview has, or several have. reason: no_first | several_first |
    # several_second | no_key.
    spec("back_check_unmatched", "second_row", second_row=COUNT, key=TEXT, reason=TEXT),
)  # fmt: skip
