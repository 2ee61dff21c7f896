"""What one number gives away of another, whatever tables they stand in."""

from __future__ import annotations

from liandong.disclose.groups import EVERYBODY, Count, Group, Whole, consistent, nested_within
from liandong.disclose.linked import BASE, DIFFERENCE, SECONDARY, SMALL, hide_linked, links_of

Sizes = dict[str, int]


def group(text: str) -> Group:
    return frozenset(text.split())


def hidden(sizes: Sizes, *wholes: tuple[str, ...], rank: Sizes | None = None, minimum: int = 10) -> dict[str, str]:
    """Return the names of what is hidden, with the reasons; groups are their conditions, everybody is ""."""
    counts = [
        Count("t", at, "n", group(name), size, (rank or {}).get(name, 0))
        for at, (name, size) in enumerate(sizes.items())
    ]
    found = consistent(counts, [Whole(group(total), tuple(map(group, parts))) for total, *parts in wholes])
    reasons = hide_linked(links_of(found, minimum), set(found.values))
    return {" ".join(sorted(key)): reason for key, reason in reasons.items()}


def test_a_small_number_goes_wherever_it_stands() -> None:
    assert hidden({"": 618, "a=1": 9}) == {"a=1": SMALL}
    assert hidden({"": 618, "a=1": 10}) == {}
    assert hidden({"": 618, "a=1": 0}) == {}


def test_nine_who_did_not_answer_hide_how_many_did() -> None:
    assert hidden({"": 618, "?a": 609}) == {"?a": DIFFERENCE}
    assert hidden({"": 618, "?a": 608}) == {}
    assert hidden({"": 618, "?a": 618}) == {}


def test_everybody_is_always_shown() -> None:
    assert hidden({"": 618, "?a": 617}, rank={"": 0, "?a": 99}) == {"?a": DIFFERENCE}


def test_of_two_nested_samples_the_one_that_matters_less_goes() -> None:
    sizes = {"": 618, "?y": 600, "?y ?x": 595}
    assert hidden(sizes, rank={"?y": 1, "?y ?x": 2}) == {"?y": DIFFERENCE}
    assert hidden(sizes, rank={"?y": 2, "?y ?x": 1}) == {"?x ?y": DIFFERENCE}


def test_samples_of_other_people_may_be_as_close_as_they_like() -> None:
    assert hidden({"": 618, "?y ?x": 525, "?y ?z": 523}) == {}


def test_a_chain_keeps_every_step_that_is_long_enough() -> None:
    # 618 ≥ 617 ≥ 612 ≥ 604: no two of the kept may lie closer than ten.
    sizes = {"": 618, "a": 617, "a b": 612, "a b c": 604}
    assert hidden(sizes, rank={"a b c": 9}) == {"a": DIFFERENCE, "a b": DIFFERENCE}


def test_the_last_hidden_part_takes_another_one_with_it() -> None:
    sizes = {"": 100, "p": 4, "q": 26, "r": 70}
    assert hidden(sizes, ("", "p", "q", "r")) == {"p": SMALL, "q": SECONDARY}


def test_two_hidden_parts_that_are_nine_together_take_a_third() -> None:
    sizes = {"": 100, "p": 4, "q": 5, "r": 30, "s": 61}
    assert hidden(sizes, ("", "p", "q", "r", "s")) == {"p": SMALL, "q": SMALL, "r": SECONDARY}


def test_a_part_that_another_table_shows_protects_nobody() -> None:
    # Two tables cut the same people: what the second says of the first one's cells is subtracted, too.
    sizes = {"": 100, "p": 4, "q": 26, "r": 70, "low": 30}
    assert hidden(sizes, ("", "p", "q", "r"), ("low", "p", "q")) == {"p": SMALL, "q": SECONDARY}
    # With the sum of the last two published, the first is what it lacks of everybody.
    found = hidden({"": 100, "p": 4, "q": 26, "r": 70, "high": 96}, ("", "p", "q", "r"), ("high", "q", "r"))
    assert found == {"p": SMALL, "high": DIFFERENCE, "q": SECONDARY}


def test_a_hidden_margin_is_not_the_sum_of_its_parts() -> None:
    # 611 of 618 answered; the three answers would add up to them.
    sizes = {"": 618, "?a": 611, "?a a=1": 300, "?a a=2": 200, "?a a=3": 111}
    found = hidden(sizes, ("?a", "?a a=1", "?a a=2", "?a a=3"))
    assert found == {"?a": DIFFERENCE, "?a a=3": SECONDARY}


def test_a_hidden_base_takes_the_numbers_that_are_shares_of_it() -> None:
    known, yes = group("?a"), group("?a a=1")
    counts = [
        Count("t", 0, "n", EVERYBODY, 618, 0),
        Count("t", 1, "of", known, 611, 5),
        Count("t", 1, "n", yes, 300, 5, known),
    ]
    assert hide_linked(links_of(consistent(counts, []), 10), {EVERYBODY, known, yes}) == {known: DIFFERENCE, yes: BASE}


def test_a_two_way_table_is_protected_in_both_directions() -> None:
    inner = {"w p": 4, "w q": 30, "w r": 66, "m p": 40, "m q": 40, "m r": 20}
    margins = {"": 200, "w": 100, "m": 100, "p": 44, "q": 70, "r": 86}
    rows = [(sex, *(f"{sex} {edu}" for edu in "pqr")) for sex in "wm"]
    columns = [(edu, *(f"{sex} {edu}" for sex in "wm")) for edu in "pqr"]
    found = hidden(
        inner | margins, *rows, *columns, ("", "w", "m"), ("", "p", "q", "r"), rank=dict.fromkeys(margins, 9)
    )
    assert len([name for name in found if name in {"p w", "q w", "r w"}]) >= 2
    assert len([name for name in found if name in {"m p", "m q", "m r"}]) >= 2
    assert not set(found) & set(margins)


def test_other_people_under_the_same_conditions_are_told_apart() -> None:
    counts = [Count("a", 0, "n", group("x"), 50, 0), Count("b", 3, "n", group("x"), 49, 0)]
    found = consistent(counts, [])
    assert [count.group for count in found.counts] == [group("x"), group("x @b:3:n")]
    assert set(found.values.values()) == {49, 50}


def test_parts_that_do_not_add_up_are_no_whole() -> None:
    counts = [Count("t", 0, "n", EVERYBODY, 100, 0), Count("t", 1, "n", group("p"), 30, 0)]
    counts.append(Count("t", 2, "n", group("q"), 60, 0))
    assert consistent(counts, [Whole(EVERYBODY, (group("p"), group("q")))]).wholes == ()


def test_pairs_are_nested_and_near() -> None:
    sizes = {group(""): 20, group("a"): 15, group("a b"): 15, group("c"): 11}
    assert nested_within(sizes, 6) == [(group(""), group("a")), (group(""), group("a b"))]
    assert nested_within(sizes, 5) == []


def test_what_a_later_pair_made_needless_to_hide_is_shown_again() -> None:
    # d goes for the sake of d e, and then d e for that of d e f; with it gone, d is near to nothing that is shown.
    sizes = {"": 600, "d": 500, "d e": 493, "d e f": 486}
    assert hidden(sizes, rank={"d": 0, "d e": 1, "d e f": 2}) == {"d e": DIFFERENCE}


def test_of_two_needlessly_hidden_neighbours_the_one_that_a_reader_would_miss_more_is_shown_again() -> None:
    # Each is 7 more than the next. Pair by pair go: b c d e, its part with z, c d e, d e; then one of the middle two
    # may come back.
    sizes = {"": 900, "e": 542, "d e": 535, "c d e": 528, "b c d e": 521, "b c d e z": 514, "b c d e y z": 507}
    rank = {"e": 3, "d e": 2, "c d e": 1, "b c d e": 0, "b c d e z": 2, "b c d e y z": 3}
    assert set(hidden(sizes, rank=rank)) == {"d e", "b c d e", "b c d e z"}


def test_one_small_cell_of_a_table_costs_three_others_and_no_margin() -> None:
    cells = {"a=0 b=0": 8, "a=0 b=1": 42, "a=0 b=2": 24, "a=1 b=0": 48, "a=1 b=1": 80, "a=1 b=2": 60}
    margins = {"": 262, "a=0": 74, "a=1": 188, "b=0": 56, "b=1": 122, "b=2": 84}
    wholes = [("", "a=0", "a=1"), ("", "b=0", "b=1", "b=2")]
    wholes += [(f"a={i}", *(f"a={i} b={j}" for j in range(3))) for i in range(2)]
    wholes += [(f"b={j}", *(f"a={i} b={j}" for i in range(2))) for j in range(3)]
    found = hidden({**margins, **cells}, *wholes)
    assert set(found) == {"a=0 b=0", "a=0 b=2", "a=1 b=0", "a=1 b=2"}
