"""What the customer does next."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import act as acts
from bot.act import CONTRACTS, REACTION, Heard, State, begin, next_act
from bot.turn import Act
from bot.voice import line
from rubrics.grade import KINDS, Grade, Ungraded
from scenarios.model import Scenario
from tests.examples import graded, small

SCENARIO = Scenario.model_validate_json(json.dumps(small()))
MONEY, NEXT = Heard(covered=(("money", 0),)), Heard(covered=(("next", 0),))


def play(*turns: tuple[Grade | Ungraded, Heard]) -> tuple[Act, State]:
    state = begin(SCENARIO, 0)
    for grade, heard in turns:
        act, state = next_act(state, grade, heard, SCENARIO, 0)
    return act, state


def test_it_moves_on_when_a_concern_is_met():
    """A good answer to the first concern is thanked for, and the next concern is raised."""
    act, state = play((graded(2, 2, 2), MONEY))

    assert act.kind == "raise"
    assert act.pools[0].startswith("concerns.money.met")
    assert act.pools[1].startswith("concerns.next.lines")
    assert state.met == ("money",)


def test_it_is_not_met_by_the_right_words_coldly_said():
    """The need is noted, but a reply under the contract's bar settles nothing."""
    act, state = play((graded(0, 0, 2), MONEY))

    assert act.kind == "follow_up"
    assert state.met == ()


def test_it_ends_reassured_when_all_is_met():
    """With every concern met she thanks and closes."""
    act, state = play((graded(3, 3, 3), MONEY), (graded(3, 3, 3), NEXT))

    assert act.kind == "end"
    assert state.ending == "reassured"


def test_it_presses_when_dodged():
    """A reply that answers nothing makes her ask again."""
    act, _ = play((graded(0, 0, 0), Heard()))

    assert act.kind == "press"
    assert act.pools[0].startswith("concerns.money.press")


def test_it_sees_through_stock_phrases():
    """Levels of 1 and nothing answered: she says that she has heard it before."""
    act, _ = play((graded(1, 1, 0), Heard()))

    assert act.pools[0].startswith("reactions.stock_phrases")


def test_it_answers_what_she_knows():
    """A question about something in `knows` gets her answer."""
    act, _ = play((graded(1, 2, 1), Heard(asked=True, answer=0)))

    assert act.kind == "answer"
    assert act.pools[0].startswith("knows.0.answers")


def test_it_says_when_she_does_not_know():
    """A question that she can't answer gets an honest word, not an invention."""
    act, _ = play((graded(1, 0, 0), Heard(asked=True)))

    assert act.pools[0].startswith("reactions.does_not_know")


@pytest.mark.parametrize("kind", KINDS)
def test_it_reacts_to_each_violation(kind: str):
    """Each violation has its reaction, and costs patience."""
    act, state = play((graded(3, 3, 3, kinds=(kind,)), MONEY))

    assert act.pools[0].startswith(f"reactions.{REACTION[kind]}")
    assert state.patience < CONTRACTS["real"].patience
    assert state.met == ()


def test_it_leaves_when_blamed_twice():
    """Two grave violations end it, and not well."""
    _, state = play(*[(graded(0, 0, 0, kinds=("blame",)), Heard())] * 3)

    assert state.ending in ("walks_away", "asks_for_supervisor")


def test_an_ungraded_reply_costs_nothing():
    """What could not be graded takes no patience."""
    _, state = play((Ungraded("Grüezi", "not_english", "English, please."), Heard()))

    assert state.patience == CONTRACTS["real"].patience


turns = st.lists(
    st.tuples(
        st.builds(
            graded,
            *[st.integers(0, 3)] * 3,
            kinds=st.lists(st.sampled_from(KINDS), max_size=1).map(tuple),
        ),
        st.sampled_from([Heard(), MONEY, NEXT, Heard(asked=True), Heard(asked=True, answer=0)]),
    ),
    max_size=25,
)


@given(turns, st.integers(0, 50))
def test_it_never_repeats_a_line_and_always_ends(given: list[tuple[Grade, Heard]], seed: int):
    """No line is said twice in a session, each turn says something, and it ends in time."""
    state = begin(SCENARIO, seed)

    for grade, heard in given:
        if state.ending:
            break
        act, state = next_act(state, grade, heard, SCENARIO, seed)
        assert act.pools
        assert all(line(SCENARIO, name) for name in act.pools)

    assert len(set(state.said)) == len(state.said)
    assert state.ending or state.turn < CONTRACTS["real"].turns


@given(turns, st.integers(0, 50))
def test_it_is_the_same_for_the_same_seed(given: list[tuple[Grade, Heard]], seed: int):
    """Replies and seed decide everything; the state survives being stored."""
    first = second = begin(SCENARIO, seed)

    for grade, heard in given:
        if first.ending:
            break
        _, first = next_act(first, grade, heard, SCENARIO, seed)
        stored = json.loads(json.dumps(acts.dump(second)))
        _, second = next_act(acts.load(stored), grade, heard, SCENARIO, seed)

    assert first == second
