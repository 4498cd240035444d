"""What a whole session was worth."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics.grade import CRITERIA, GRAVE, KINDS, Grade, Ungraded
from rubrics.model import CORE, EXECUTIVE, load_rubric
from rubrics.session import (
    Call,
    Played,
    Reply,
    SessionGrade,
    Worry,
    dump,
    grade_session,
    load,
)
from rubrics.signs import SIGNS, Sign
from tests.examples import graded

RUBRIC = load_rubric(CORE).rubric
EXECUTIVES = load_rubric(EXECUTIVE).rubric
MUTE = Ungraded("...", "empty", "Write something.")


def reply(number: int, *levels: int, kinds: tuple[str, ...] = (), concern: str = "money") -> Reply:
    return Reply(number, graded(*levels, kinds=kinds, reply=f"Reply {number} it is."), concern)


def play(*replies: Reply, met_on: int | None = 1, **more: object) -> Played:
    numbers = tuple(reply.number for reply in replies)
    calls = tuple(Call(name, numbers) for name in CRITERIA)
    played = Played(replies, calls, (Worry("money", 2, met_on),))
    return replace(played, **more)


def worth(played: Played) -> SessionGrade:
    grade = grade_session(played, RUBRIC)
    assert grade is not None
    return grade


def test_it_takes_the_best_reply_to_each_call():
    """Each criterion is the best of the replies it was called for on, and names that reply."""
    grade = worth(play(reply(1, 3, 0, 0), reply(2, 0, 2, 1), reply(3, 1, 1, 3)))

    assert [(s.level, s.best) for s in grade.criteria] == [(3.0, 1), (2.0, 2), (3.0, 3)]
    assert grade.result == "ready"


def test_it_does_not_ask_for_all_three_in_every_reply():
    """A reply counts only for what called for it: a short good answer costs nothing."""
    calls = (Call("acknowledgement", (1,)), Call("empathy", (1,)), Call("next_steps", (2,)))
    played = play(reply(1, 3, 3, 0), reply(2, 0, 0, 3), calls=calls)

    assert [s.level for s in worth(played).criteria] == [3.0, 3.0, 3.0]


def test_it_counts_every_call_alike():
    """A criterion that was called for twice, and answered once, is half there."""
    calls = (Call("next_steps", (1,)), Call("next_steps", (2,)))
    standing = worth(play(reply(1, 3, 3, 3), reply(2, 3, 3, 0), calls=calls)).criteria[2]

    assert (standing.level, standing.calls, standing.result) == (1.5, 2, "nearly")


def test_it_leaves_out_what_nothing_called_for():
    """A criterion that was not called for has no level, and holds nothing back."""
    calls = (Call("acknowledgement", (1,)),)
    grade = worth(play(reply(1, 3, 0, 0), calls=calls))

    assert [s.level for s in grade.criteria] == [3.0, None, None]
    assert grade.result == "ready"


@pytest.mark.parametrize(
    ("weights", "result"), [((3, 1), "ready"), ((1, 1), "nearly"), ((1, 3), "not yet")]
)
def test_it_weighs_the_concerns(weights: tuple[int, int], result: str):
    """What counts is the share of the weight that was met, not the number of concerns."""
    worries = (Worry("met", weights[0], 1), Worry("open", weights[1], None))

    assert worth(play(reply(1, 3, 3, 3), worries=worries)).result == result


@pytest.mark.parametrize("kind", sorted(GRAVE))
def test_a_grave_violation_caps_it_and_is_quoted(kind: str):
    """Whatever the levels are, and the reason names the violation and quotes the trainee."""
    grade = worth(play(reply(1, 3, 3, 3), reply(2, 3, 3, 3, kinds=(kind,))))

    assert grade.result == "not yet"
    words = grade.violations[0].violation.span.text
    assert f"In reply 2 you wrote “{words}”" in grade.limits[0]
    assert RUBRIC.violations[kind].means in grade.limits[0]
    assert "not yet" in grade.limits[0]


def test_a_repaired_violation_softens_the_cap_and_does_not_lift_it():
    """A clean good reply after it, and the concern met after all: better, but not the best."""
    bad, good = reply(1, 0, 0, 0, kinds=("blame",)), reply(2, 3, 3, 3)

    grade = worth(play(bad, good, met_on=2))

    assert grade.result == "nearly"
    assert grade.violations[0].repaired_by == 2
    assert "Reply 2 put reply 1 right" in grade.recoveries[0]


@pytest.mark.parametrize(
    ("after", "met_on"),
    [
        (reply(2, 3, 3, 3), None),
        (reply(2, 1, 1, 1), 2),
        (reply(2, 3, 3, 3, kinds=("speculate",)), 2),
        (Reply(2, MUTE, "money"), 2),
    ],
)
def test_it_is_not_repaired_by_less(after: Reply, met_on: int | None):
    """Concern still open, a poor reply, another violation, or no grade: nothing was repaired."""
    grade = worth(play(reply(1, 3, 3, 3, kinds=("blame",)), after, met_on=met_on))

    assert grade.result == "not yet"
    assert grade.recoveries == ()


def test_every_grave_violation_must_be_repaired():
    """One that was not put right keeps the hard cap, however well another was."""
    grade = worth(
        play(
            reply(1, 0, 0, 0, kinds=("blame",)),
            reply(2, 3, 3, 3),
            reply(3, 3, 3, 3, kinds=("dismiss",)),
            met_on=2,
        )
    )

    assert grade.result == "not yet"
    assert [broken.repaired_by for broken in grade.violations] == [2, None]


def test_one_slip_is_allowed_and_two_are_not():
    """A violation that is not grave is a slip; more of them are no longer ready."""
    slip = reply(1, 3, 3, 3, kinds=("speculate",))
    again = reply(2, 3, 3, 3, kinds=("liability",))

    assert worth(play(slip, reply(2, 3, 3, 3))).result == "ready"
    assert worth(play(slip, again)).result == "nearly"


def test_a_reply_taken_back_is_said_and_not_counted():
    """It is no reply of the session's; a note says that it was."""
    grade = worth(play(reply(1, 3, 3, 3), taken_back=(1, 2)))

    assert grade.result == "ready"
    assert grade.notes == (
        "Taken back and written again: replies 1 and 2. That is practice, and not counted.",
    )


@pytest.mark.parametrize(
    ("played", "said"),
    [
        (play(reply(1, 3, 3, 3), cut_short="stopped"), "stopped before the end"),
        (play(reply(1, 3, 3, 3), cut_short="unfinished"), "still going on"),
        (play(Reply(1, MUTE, "money")), "No reply could be graded"),
        (play(), "No reply could be graded"),
    ],
)
def test_it_gives_no_result_where_there_is_none(played: Played, said: str):
    """Stopped, unfinished or never graded: there is no result, and a sentence says why."""
    grade = worth(played)

    assert grade.result is None
    assert said in grade.says


def test_an_old_rubric_gives_no_session_grade():
    """A rubric from before sessions were graded has no rules, and none are made up."""
    old = RUBRIC.model_copy(update={"session": None})

    assert grade_session(play(reply(1, 3, 3, 3)), old) is None


def _signed(*kinds: str) -> Reply:
    good = reply(1, 3, 3, 3)
    return replace(good, signs=tuple(Sign(k, good.grade.levels[0].evidence[0]) for k in kinds))


@pytest.mark.parametrize(
    ("kinds", "result"),
    [
        (("history", "offer"), "ready"),
        (("offer",), "nearly"),
        (("history",), "nearly"),
        (("history", "offer", "urgency"), "nearly"),
        (("history", "offer", "link"), "nearly"),
        (("history", "offer", "asks_data"), "nearly"),
    ],
)
def test_an_executives_call_needs_its_signs(kinds: tuple[str, ...], result: str):
    """Without history or offer, or with a sign of a scam, the call is not ready; it says why."""
    grade = grade_session(play(_signed(*kinds)), EXECUTIVES)

    assert grade is not None
    assert grade.result == result
    assert bool(grade.limits) == (result != "ready")


_levels = st.integers(0, 3)
_kinds = st.lists(st.sampled_from(KINDS), max_size=2, unique=True).map(tuple)
_signs = st.lists(st.sampled_from(SIGNS), max_size=3, unique=True)


@st.composite
def sessions(draw: st.DrawFn) -> Played:
    count = draw(st.integers(1, 6))
    replies = []
    for number in range(1, count + 1):
        concern = draw(st.sampled_from(["money", "next"]))
        made = reply(
            number, draw(_levels), draw(_levels), draw(_levels), kinds=draw(_kinds), concern=concern
        )
        signs = (
            tuple(Sign(k, made.grade.levels[0].evidence[0]) for k in draw(_signs))
            if (made.grade.levels[0].evidence)
            else ()
        )
        ungraded = draw(st.integers(0, 5)) == 0
        replies.append(replace(made, signs=signs, grade=MUTE if ungraded else made.grade))
    numbers = st.lists(st.integers(1, count), min_size=1, unique=True).map(tuple)
    calls = draw(st.lists(st.builds(Call, st.sampled_from(CRITERIA), numbers), max_size=6))
    met = st.none() | st.integers(1, count)
    worries = (Worry("money", 3, draw(met)), Worry("next", 1, draw(met)))
    return Played(tuple(replies), tuple(calls), worries)


_rubrics = st.sampled_from([RUBRIC, EXECUTIVES])


def rank(grade: SessionGrade | None) -> int:
    """Return how good a result is; the best is 0."""
    assert grade is not None
    assert RUBRIC.session is not None
    return (
        len(RUBRIC.session.names)
        if grade.result is None
        else RUBRIC.session.names.index(grade.result)
    )


def changed(played: Played, index: int, grade: Grade) -> Played:
    replies = list(played.replies)
    replies[index] = replace(replies[index], grade=grade)
    return replace(played, replies=tuple(replies))


@given(sessions(), st.data(), st.sampled_from(sorted(GRAVE)), _rubrics)
def test_a_grave_violation_more_never_makes_it_better(played, data, kind, rubric):
    """Wherever it is put, the result is as it was or worse."""
    index = data.draw(st.integers(0, len(played.replies) - 1))
    grade = played.replies[index].grade
    if isinstance(grade, Ungraded):
        return
    more = graded(0, 0, 0, kinds=(kind,), reply=grade.reply).violations

    after = changed(played, index, replace(grade, violations=(*grade.violations, *more)))

    assert rank(grade_session(after, rubric)) >= rank(grade_session(played, rubric))


@given(sessions(), st.data(), st.sampled_from(CRITERIA), _rubrics)
def test_a_better_level_never_makes_it_worse(played, data, criterion, rubric):
    """Raising one level of one reply leaves the result as it was or better."""
    index = data.draw(st.integers(0, len(played.replies) - 1))
    grade = played.replies[index].grade
    if isinstance(grade, Ungraded):
        return
    levels = tuple(
        replace(level, level=min(3, level.level + 1)) if level.criterion == criterion else level
        for level in grade.levels
    )

    after = changed(played, index, replace(grade, levels=levels))

    assert rank(grade_session(after, rubric)) <= rank(grade_session(played, rubric))


@given(sessions(), _rubrics)
def test_ungraded_replies_change_nothing(played, rubric):
    """Without them the grade is the same, but for the note that they were not counted."""
    kept = tuple(reply for reply in played.replies if isinstance(reply.grade, Grade))

    before = grade_session(played, rubric)
    after = grade_session(replace(played, replies=kept), rubric)

    assert before is not None
    assert after is not None
    assert replace(before, notes=()) == replace(after, notes=())


@given(sessions(), _rubrics)
def test_it_is_the_same_after_dump_and_load(played, rubric):
    """What is written as JSON is read back as it was."""
    grade = grade_session(played, rubric)

    assert grade is not None
    assert load(dump(grade)) == grade
    assert load(json.loads(json.dumps(dump(grade)))) == grade
