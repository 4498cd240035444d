"""What a session was, for its grade."""

from __future__ import annotations

import pytest

from bot.calls import calls, played
from bot.turn import EndingKind, Turn
from rubrics.grade import Ungraded
from rubrics.model import CORE, EXECUTIVE, load_rubric
from rubrics.session import Call, Worry
from tests.examples import AFRAID, graded, session, turn

RUBRIC = load_rubric(CORE).rubric
GOOD = graded(3, 3, 3)


def called(criterion: str, turns: tuple[Turn, ...], talked: list[str]) -> list[tuple[int, ...]]:
    return [call.replies for call in calls(turns, talked) if call.criterion == criterion]


def test_no_reply_calls_for_nothing():
    """A session without a reply has no calls."""
    assert calls((), []) == ()


def test_the_incident_is_to_be_owned_once_in_any_reply():
    """Acknowledgement is called for by the incident, and again by each concern raised later."""
    turns = (turn(1, GOOD, act="raise", concern="next"), turn(2, GOOD), turn(3, GOOD))

    assert called("acknowledgement", turns, ["money", "next", "next"]) == [(1, 2, 3), (2, 3)]


def test_next_steps_are_called_for_once_by_each_concern():
    """Any reply while it is talked about may hold them."""
    turns = (turn(1, GOOD), turn(2, GOOD, act="raise", concern="next"), turn(3, GOOD))

    assert called("next_steps", turns, ["money", "money", "next"]) == [(1, 2), (3,)]


@pytest.mark.parametrize(
    ("act", "mood_is", "replies"),
    [
        ("press", None, (1, 2)),
        ("react", None, (1, 2)),
        ("follow_up", None, (1,)),
        ("answer", None, (1,)),
        ("answer", AFRAID, (1, 2)),
    ],
)
def test_empathy_is_called_for_where_something_hurts(act, mood_is, replies):
    """When a concern is raised or pressed, at a reaction, or when fear or anger can be heard."""
    second = turn(2, GOOD, mood=mood_is) if mood_is else turn(2, GOOD)
    turns = (turn(1, GOOD, act=act), second)

    assert called("empathy", turns, ["money", "money"]) == [replies]


def test_it_tells_which_concern_a_reply_was_to_and_what_met_it():
    """The first is the scenario's first; then the one that the customer spoke of last."""
    first = turn(1, GOOD, act="raise", concern="next", met=("money",))
    found = played(session(first, turn(2, GOOD, concern="next")), RUBRIC)

    assert [reply.concern for reply in found.replies] == ["money", "next"]
    assert found.worries == (Worry("money", 1, 1), Worry("next", 1, None))


def test_it_tells_what_was_taken_back():
    """Each number once, however often it was tried."""
    found = played(session(turn(1, GOOD), redone=(turn(1, GOOD), turn(1, GOOD))), RUBRIC)

    assert found.taken_back == (1,)


@pytest.mark.parametrize(
    ("ending", "cut"),
    [("reassured", ""), ("walks_away", ""), ("stopped", "stopped"), (None, "unfinished")],
)
def test_it_tells_whether_it_came_to_an_end(ending: EndingKind | None, cut: str):
    """Stopped and unfinished sessions are told apart from those that ended."""
    assert played(session(turn(1, GOOD), ending=ending), RUBRIC).cut_short == cut


def test_it_looks_for_signs_only_where_the_rubric_asks_for_any():
    """An executive's reply has its signs; the same words from surge staff have none."""
    spoke = session(turn(1, graded(3, 3, 3, reply="With us since 1990. Click here to register.")))
    executive = load_rubric(EXECUTIVE).rubric

    assert played(spoke, RUBRIC).replies[0].signs == ()
    assert [sign.kind for sign in played(spoke, executive).replies[0].signs] == ["history", "link"]


def test_an_ungraded_reply_stays_in_its_place():
    """It is handed on as it is: that it counts for nothing is the grade's affair."""
    mute = Ungraded("...", "empty", "Write something.")

    found = played(session(turn(1, mute), turn(2, GOOD)), RUBRIC)

    assert [reply.grade for reply in found.replies] == [mute, GOOD]
    assert Call("next_steps", (1, 2)) in found.calls
