"""What the next level asks for, and the edits that would supply it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics import why
from rubrics.edits import PARTS, applied, lacking, stake
from rubrics.grade import CRITERIA, KINDS, Asked, Case, Level, Span, Violation
from rubrics.model import load_rubric
from rubrics.sentences import split

RUBRIC = load_rubric().rubric
CASE = Case(
    exposed_data=("name", "home address"),
    confirmed=("A staff mailbox was open from 9 to 12 November",),
    unknown=("who did it", "whether the letters were copied"),
    approved_offers=("two years of Cifas registration",),
    verification=("ring the number on your card",),
    next_update="Friday by 5 p.m., by email",
)
SAID = "I heard it on the radio. Is my mother's money gone?"


def levels(reply: str, *given: int) -> list[Level]:
    """Return explained levels; the first sentence is the evidence of each above 0."""
    bare = [Level(name, 0, "", split(reply)[:1]) for name in CRITERIA]
    return [why.explained(one, at, reply, RUBRIC) for one, at in zip(bare, given, strict=True)]


@pytest.mark.parametrize(
    ("criterion", "level", "reply", "part"),
    [
        ("acknowledgement", 0, "Hello.", "event"),
        ("acknowledgement", 2, "Your letter was in that mailbox.", "owning"),
        ("acknowledgement", 2, "Your letter was in it. That should not have happened.", "meaning"),
        ("empathy", 1, "I understand.", "feeling"),
        ("empathy", 2, "You are frightened for your mother.", "room"),
        ("empathy", 2, "You are frightened. What worries you most?", "cause"),
        ("next_steps", 1, "We will see.", "step"),
        ("next_steps", 2, "I am blocking every payment.", "when"),
        ("next_steps", 2, "Payments are blocked today.", "who"),
        ("next_steps", 3, "I block it today.", None),
    ],
)
def test_it_says_which_part_is_missing(criterion: str, level: int, reply: str, part: str | None):
    """The next level's part that the reply lacks is named; nothing is missing at the top."""
    found = Level(criterion, level, "", split(reply)[:1])

    assert lacking(found, reply) == part


def test_the_missing_part_is_told_in_the_rubrics_words():
    """A level says what the next one asks for; the top says nothing."""
    told = levels("Your letter was in that mailbox. I block it today.", 2, 0, 3)

    assert told[0].missing == RUBRIC.criteria["acknowledgement"].missing["owning"]
    assert told[1].missing == RUBRIC.criteria["empathy"].missing["feeling"]
    assert told[2].missing == ""
    assert told[1].evidence == ()


def test_an_insertion_keeps_every_word_of_hers():
    """The edit for a missing part takes nothing out, and fills in the case's facts."""
    reply = "Your letter was in that mailbox. I am blocking every payment."
    found = why.edit(Asked(reply, SAID, CASE), levels(reply, 3, 3, 2), (), RUBRIC)

    assert found is not None
    assert found.start == found.end
    assert CASE.next_update in applied(reply, found)


def test_a_violation_is_replaced_where_it_stands():
    """The harmful sentence goes, what may be said stands in its place, the rest stays."""
    reply = "Your letter was in it. It was a Russian gang who copied the letters. I ring you today."
    spans = split(reply)
    harm = Violation("speculate", spans[1], "It guesses.")

    found = why.edit(Asked(reply, SAID, CASE), levels(reply, 3, 2, 3), (harm,), RUBRIC)

    assert found is not None
    changed = applied(reply, found)
    assert "Russian" not in changed
    assert "whether the letters were copied" in changed
    assert changed.startswith(spans[0].text)
    assert changed.endswith(spans[2].text)


def test_the_customers_own_words_are_given_back():
    """What is at stake is quoted from her message."""
    assert stake(SAID) == "Is my mother's money gone?"
    assert stake("Hm.") == "Hm."


def test_a_perfect_reply_has_no_edit():
    """There is nothing to add at 9 of 9."""
    reply = "All of it is there."

    assert why.edit(Asked(reply, SAID, CASE), levels(reply, 3, 3, 3), (), RUBRIC) is None


def test_an_old_rubric_has_no_edits():
    """A rubric from before 0.2, which a session may be pinned to, gives none."""
    old = RUBRIC.model_copy(update={"edits": {}})

    assert why.edit(Asked("Hello.", SAID, CASE), levels("Hello.", 0, 0, 0), (), old) is None


@given(
    reply=st.text(min_size=1, max_size=200).filter(lambda text: text.strip() != ""),
    said=st.text(max_size=100),
    given_levels=st.tuples(*[st.integers(0, 3)] * 3),
    kind=st.sampled_from([None, *KINDS]),
    case=st.sampled_from([CASE, Case()]),
)
def test_an_edit_changes_only_its_own_place(
    reply: str, said: str, given_levels: tuple[int, int, int], kind: str | None, case: Case
):
    """Whatever the reply, the case and the message: before and behind the edit nothing changes."""
    spans = split(reply)
    harms = (Violation(kind, spans[-1], ""),) if kind else ()

    found = why.edit(Asked(reply, said, case), levels(reply, *given_levels), harms, RUBRIC)

    if found is not None:
        assert 0 <= found.start <= found.end <= len(reply)
        assert (
            applied(reply, found).strip()
            == (reply[: found.start] + found.text + reply[found.end :]).strip()
        )


def test_every_part_has_words():
    """The shipped rubric has an edit and a sentence for each part, and an edit for each kind."""
    told = {part for criterion in RUBRIC.criteria.values() for part in criterion.missing}

    assert told == set(PARTS)
    assert set(RUBRIC.edits) == {*PARTS, *KINDS}


def test_spans_count_letters():
    """A span's place is counted in characters."""
    assert split("Hm. Ja.")[1] == Span(4, 7, "Ja.")
