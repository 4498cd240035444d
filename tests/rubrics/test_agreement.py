"""Agreement between raters, and with the grader."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics.agreement import (
    LEAST_TOLD,
    Found,
    Opinion,
    agreement,
    consensus,
    disagreements,
    majority,
    mean_kappa,
    weighted_kappa,
)
from rubrics.grade import CRITERIA

LEVELS = st.integers(0, 3)
PAIRS = st.lists(st.tuples(LEVELS, LEVELS), min_size=1, max_size=40)


def opinion(*levels: int, kinds: tuple[str, ...] = ()) -> Opinion:
    return Opinion(dict(zip(CRITERIA, levels, strict=True)), frozenset(kinds))


@given(PAIRS)
def test_it_is_symmetric(pairs: list[tuple[int, int]]):
    """Who is named first changes nothing."""
    first, second = [a for a, _ in pairs], [b for _, b in pairs]

    assert weighted_kappa(first, second) == weighted_kappa(second, first)


@given(st.lists(LEVELS, min_size=2, max_size=40).filter(lambda found: len(set(found)) > 1))
def test_it_is_one_for_equal_lists(levels: list[int]):
    """Whoever gives the same levels agrees completely."""
    assert weighted_kappa(levels, levels) == 1.0


@given(PAIRS)
def test_it_stays_between_minus_one_and_one(pairs: list[tuple[int, int]]):
    """It is None or from -1 to 1."""
    kappa = weighted_kappa([a for a, _ in pairs], [b for _, b in pairs])

    assert kappa is None or -1 - 1e-9 <= kappa <= 1


@given(PAIRS)
def test_it_is_the_textbooks_table(pairs: list[tuple[int, int]]):
    """It is 1 minus the weighted observed over the weighted expected disagreement."""
    n = len(pairs)
    seen = sum((a - b) ** 2 for a, b in pairs) / n
    chance = sum((a - b) ** 2 for a, _ in pairs for _, b in pairs) / n**2

    kappa = weighted_kappa([a for a, _ in pairs], [b for _, b in pairs])

    assert kappa == (pytest.approx(1 - seen / chance) if chance else None)


@pytest.mark.parametrize("levels", [[], [2, 2, 2], [0]])
def test_it_is_none_where_chance_agreement_is_complete(levels: list[int]):
    """Two raters who always say the same one level tell nothing."""
    assert weighted_kappa(levels, levels) is None


def test_lists_of_different_lengths_are_refused():
    """It says both lengths."""
    with pytest.raises(ValueError, match="2 levels against 1"):
        weighted_kappa([1, 2], [1])


def test_an_interval_holds_its_value_and_is_the_same_each_time():
    """The resamples have a fixed seed."""
    pair = ([0, 1, 2, 3] * 10, [0, 1, 3, 3] * 10)

    kappa = mean_kappa([pair])

    assert kappa == mean_kappa([pair])
    assert kappa.value is not None
    assert kappa.low is not None
    assert kappa.high is not None
    assert kappa.low <= kappa.value <= kappa.high
    assert kappa.n == 40


def test_few_replies_give_a_number_and_no_kappa():
    """Below the least nothing is claimed."""
    few = [1, 2, 3] * 3

    assert len(few) < LEAST_TOLD
    assert mean_kappa([(few, few)]).value is None
    assert mean_kappa([(few, few)]).n == len(few)
    assert mean_kappa([]).n == 0


def test_raters_are_compared_where_both_rated():
    """Each pair counts on the replies that both have; one rater is compared with nobody."""
    ann = {f"r{i}": opinion(i % 4, i % 3, 1) for i in range(20)}
    bob = {f"r{i}": opinion(i % 4, i % 3, 2) for i in range(5, 20)}

    both = agreement({"Ann": ann, "Bob": bob}, ann)
    alone = agreement({"Ann": ann}, ann)

    assert both.people["acknowledgement"].value == 1.0
    assert both.people["acknowledgement"].n == 15
    assert both.people["next_steps"].value == 0.0
    assert alone.people == {}
    assert alone.calmline["empathy"].value == 1.0
    assert alone.calmline["next_steps"].value is None


def test_a_pair_that_shares_few_replies_counts_for_nothing():
    """Somebody who tried three replies takes nothing from the agreement of the others."""
    ann = {f"r{i}": opinion(i % 4, i % 3, 1) for i in range(20)}
    dan = {f"r{i}": opinion(0, 0, 0) for i in range(3)}

    found = agreement({"Ann": ann, "Bob": ann, "Dan": dan}, ann)

    assert found.people["acknowledgement"].value == found.people["acknowledgement"].low == 1.0


def test_the_median_may_be_a_half():
    """Two raters a level apart meet in the middle."""
    people = {"Ann": {"r": opinion(1, 2, 3)}, "Bob": {"r": opinion(2, 2, 0)}}

    assert [consensus(people, name)["r"] for name in CRITERIA] == [1.5, 2.0, 1.5]


def test_a_violation_is_what_more_than_half_saw():
    """One of two is no majority; two of three are."""
    blame, clean = opinion(0, 0, 0, kinds=("blame",)), opinion(0, 0, 0)

    assert majority([blame, clean]) == frozenset()
    assert majority([blame, blame, clean]) == {"blame"}


def test_violations_are_counted_by_kind():
    """Both, the grader alone and the raters alone; precision and recall are None without any."""
    people = {
        "Ann": {
            "a": opinion(0, 0, 0, kinds=("blame",)),
            "b": opinion(0, 0, 0, kinds=("dismiss",)),
            "unseen": opinion(0, 0, 0, kinds=("blame",)),
        }
    }
    calmline = {"a": opinion(0, 0, 0, kinds=("blame", "minimise")), "b": opinion(0, 0, 0)}

    found = agreement(people, calmline)

    assert found.by_kind == {
        "blame": Found(1, 1, 1),
        "minimise": Found(0, 1, 0),
        "dismiss": Found(0, 0, 1),
    }
    assert (found.violations.precision, found.violations.recall) == (0.5, 0.5)
    assert (Found().precision, Found().recall) == (None, None)


def test_disagreements_come_furthest_first():
    """What is less than a level apart is left out."""
    people = {
        "Ann": {"a": opinion(0, 1, 2), "b": opinion(3, 1, 1)},
        "Bob": {"a": opinion(0, 2, 2), "b": opinion(3, 1, 1)},
    }
    calmline = {"a": opinion(1, 1, 2), "b": opinion(0, 1, 1)}

    found = disagreements(people, calmline)

    assert [(d.reply, d.criterion, d.people, d.calmline, d.apart) for d in found] == [
        ("b", "acknowledgement", (3, 3), 0, 3.0),
        ("a", "acknowledgement", (0, 0), 1, 1.0),
    ]
