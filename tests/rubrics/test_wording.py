"""Words, numbers and denials in a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics.wording import denies, numbers, parts, periods, shared, stems


def test_the_same_word_in_another_form_is_the_same():
    """Endings and case make no difference; small words and figures are no telling words."""
    assert stems("The Files were copied on 4 May") == stems("copies of a file, in may")


def test_numbers_are_read_in_figures_and_in_words():
    """Figures, thousands and words up to ninety-nine are found."""
    assert numbers("2,310 records, twenty-four months, £7.50") == {2310, 24, 7}


def test_two_years_are_twenty_four_months():
    """A year counts as months, so that either says the same."""
    assert (
        periods("two years of cover") == periods("twenty-four months of cover") == {(24, "month")}
    )


@pytest.mark.parametrize("text", ["nobody read it", "it wasn’t read", "no one did", "without it"])
def test_a_denial_is_one_however_it_is_put(text: str):
    """A "not", a "nobody" and a contraction deny."""
    assert denies(text)
    assert not denies("somebody read it")


def test_a_but_divides_a_sentence():
    """What stands before and after a "but" is apart, so that a hedge covers only its own side."""
    assert parts("We can't say who, but nobody read it: that's all") == (
        "We can't say who",
        "nobody read it",
        "that's all",
    )


def test_nothing_is_shared_with_a_line_without_telling_words():
    """The share is 0.0, and no division by zero."""
    assert shared(frozenset(), stems("copied files")) == 0.0


@given(st.text())
def test_any_text_can_be_read(text: str):
    """Whatever is typed has words, numbers and parts, and no part is empty."""
    stems(text), numbers(text), periods(text)

    assert all(parts(text))


def test_a_row_of_digits_of_any_length_is_read():
    """A number longer than Python reads at once is no error."""
    assert numbers("9" * 5000)
