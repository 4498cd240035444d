"""The room, with Rasa in it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.judge import Judge
from bot.room import MOST_CHARACTERS, NotFound, Room, UserError
from bot.shelf import Shelf, data_folder
from bot.turn import Session
from rubrics.encoder import WordHashEncoder
from rubrics.model import CORE
from scenarios.reader import Library
from tests.examples import as_yaml, scripted, small

GOOD, NEXT = "333 this money is safe now", "333 this happens next now"


@pytest.fixture
def run(loop: asyncio.AbstractEventLoop) -> Any:
    return loop.run_until_complete


async def played(room: Room, *replies: str, owner: str = "ada") -> Session:
    session = await room.start(owner, "small", seed=1)
    for text in replies:
        session = await room.reply(owner, session.id, text, after=len(session.turns))
    return session


def test_it_starts_with_the_opening(room: Room, run: Any):
    """A new session has the customer's opening and no turns."""
    session = run(room.start("ada", "small", seed=1))

    assert session.opening in session.scenario.opening
    assert session.turns == ()
    assert session.mood == session.start_mood


def test_it_plays_to_the_end(room: Room, run: Any):
    """Good answers to each concern end it reassured, and the record tells each turn."""
    session = run(played(room, "000 hm", GOOD, NEXT))

    assert session.ending == "reassured"
    assert [turn.number for turn in session.turns] == [1, 2, 3]
    assert [turn.reply for turn in session.turns] == ["000 hm", GOOD, NEXT]
    assert session.turns[1].said == session.turns[0].line
    assert session.turns[1].met == ("money",)
    assert session.turns[1].grade.total == 9
    assert session.met == ("money", "next")


def test_it_takes_nothing_after_the_end(room: Room, run: Any):
    """A reply to a conversation that is over changes nothing."""
    ended = run(played(room, GOOD, NEXT))

    again = run(room.reply("ada", ended.id, "000 more", after=2))

    assert again == ended


def test_redo_restores_the_state_exactly(room: Room, run: Any):
    """After a redo all is as before the turn; the same words then give the same answer."""
    before = run(played(room, "000 hm"))
    after = run(room.reply("ada", before.id, "000 !blame it was you", after=1))

    restored = run(room.redo("ada", before.id))
    again = run(room.reply("ada", before.id, "000 !blame it was you", after=1))

    assert (restored.turns, restored.mood, restored.said) == (
        before.turns,
        before.mood,
        before.said,
    )
    assert restored.redone == (after.turns[-1],)
    assert again.turns == after.turns


def test_redo_reopens_an_ended_conversation(room: Room, run: Any):
    """The last turn can be redone even when it ended the conversation."""
    run(played(room, GOOD, NEXT))
    session = run(played(room, GOOD, NEXT))

    reopened = run(room.redo("ada", session.id))

    assert reopened.ending is None
    assert len(reopened.turns) == 1


def test_a_reply_sent_twice_is_one_turn(room: Room, run: Any):
    """A double click, or a request sent again after a crash, is one turn."""
    session = run(room.start("ada", "small", seed=1))

    async def both() -> list[Session]:
        sends = [room.reply("ada", session.id, GOOD, after=0) for _ in range(2)]
        return await asyncio.gather(*sends)

    first, second = run(both())

    assert len(first.turns) == len(second.turns) == 1


def test_it_is_nobody_elses(room: Room, run: Any):
    """Another owner gets nothing by a session's id: not to read, reply, redo or stop."""
    session = run(played(room, "000 hm", owner="ada"))

    for attempt in (
        room.session("bob", session.id),
        room.reply("bob", session.id, "000", after=1),
        room.redo("bob", session.id),
        room.stop("bob", session.id),
    ):
        with pytest.raises(NotFound):
            run(attempt)


def test_stopping_is_kept(room: Room, run: Any):
    """A stopped session says so, and is not offered again."""
    session = run(played(room, "000 hm", owner="cleo"))

    stopped = run(room.stop("cleo", session.id))

    assert stopped.ending == "stopped"
    assert len(stopped.turns) == 1
    assert run(room.latest("cleo")) is None


def test_the_latest_session_goes_on(room: Room, run: Any):
    """The newest unfinished session is found by owner."""
    run(played(room, owner="dora"))
    session = run(played(room, "000 hm", owner="dora"))

    assert run(room.latest("dora")) == session


@pytest.mark.parametrize("text", ["", "  \n ", "\x00\x07", "x" * (MOST_CHARACTERS + 1)])
def test_it_says_what_can_not_be_sent(room: Room, run: Any, text: str):
    """Nothing, or too much, is refused with a word; nothing is recorded."""
    session = run(room.start("ada", "small", seed=1))

    with pytest.raises(UserError):
        run(room.reply("ada", session.id, text, after=0))

    assert run(room.session("ada", session.id)).turns == ()


@pytest.mark.parametrize("text", ["/restart", "/stop", '/start{"scenario": "x"}', "/reply"])
def test_a_slash_is_only_a_slash(room: Room, run: Any, text: str):
    """What a trainee types is a reply, never a command to the engine."""
    session = run(played(room, text))

    assert session.turns[0].reply == text
    assert session.ending is None


def test_a_session_is_pinned(room: Room, run: Any, library: Library):
    """Editing a scenario changes neither a running session nor what it says."""
    session = run(played(room, "000 hm"))
    edited = as_yaml(small(title="Edited", opening=["Something else?"]))

    room._shelf.library = Library(library.scenarios, {"small": edited})
    try:
        after = run(room.reply("ada", session.id, GOOD, after=1))
        fresh = run(room.start("ada", "small", seed=1))
    finally:
        room._shelf.library = library

    assert after.scenario.title == "A small scenario"
    assert fresh.scenario.title == "Edited"


def test_its_rubric_is_pinned(room: Room, run: Any, tmp_path: Path):
    """Editing the rubric changes how new sessions are judged, not the running one."""
    session = run(played(room, "000 hm"))
    edited = tmp_path / "core.yaml"
    edited.write_text(CORE.read_text().replace("version: 1", "version: 2"))

    before = room._shelf.rubrics
    room._shelf.rubrics = {**before, "surge_staff": edited}
    try:
        after = run(room.reply("ada", session.id, GOOD, after=1))
        fresh = run(played(room, GOOD))
    finally:
        room._shelf.rubrics = before

    assert {turn.grade.rubric for turn in after.turns} == {session.pins.rubric}
    assert fresh.turns[0].grade.rubric == fresh.pins.rubric != session.pins.rubric


def test_a_session_of_an_older_rubric_opens(room: Room, run: Any, tmp_path: Path):
    """One pinned to a rubric without rules for sessions is read, played on and redone."""
    text = CORE.read_text()
    old = tmp_path / "core.yaml"
    old.write_text(text[: text.index("# What a whole conversation")])
    before = room._shelf.rubrics
    room._shelf.rubrics = {**before, "surge_staff": old}
    try:
        session = run(played(room, "000 hm"))
    finally:
        room._shelf.rubrics = before

    after = run(room.reply("ada", session.id, GOOD, after=1))

    assert after.rubric is not None
    assert after.rubric.session is None
    assert len(after.turns) == 2


def test_a_session_opens_without_its_rubric(room: Room, run: Any, library: Library):
    """When the pinned copy is gone or can't be used any more, what was played is still there."""
    session = run(played(room, "000 hm"))
    other = Room(data_folder(), library)
    pinned = other._shelf.path(session.pins.rubric)
    text = pinned.read_text()

    try:
        pinned.write_text("id: [")
        unusable = run(other.session("ada", session.id))
        pinned.unlink()
        gone = run(other.session("ada", session.id))
    finally:
        pinned.write_text(text)

    assert unusable.rubric is gone.rubric is None
    assert unusable.turns == gone.turns == session.turns


def test_a_new_process_reads_the_same(room: Room, run: Any, library: Library):
    """Another room on the same folder reads the session without Rasa, turn for turn."""
    session = run(played(room, "000 hm", GOOD))
    run(room.redo("ada", session.id))
    session = run(room.reply("ada", session.id, "111 well", after=1))
    judge = Judge(Shelf(data_folder(), library), WordHashEncoder(), scripted)

    other = Room(data_folder(), library, judge=judge)

    assert run(other.session("ada", session.id)) == session
    with pytest.raises(UserError, match="waking"):
        run(other.reply("ada", session.id, GOOD, after=2))


def test_a_lost_tracker_is_read_again(room: Room, run: Any):
    """When the live tracker is gone, as after a restart, the session goes on from the record."""
    session = run(played(room, "000 hm", "111 well"))
    run(room.redo("ada", session.id))
    room._engine.agent.tracker_store.forget(session.id)

    session = run(room.reply("ada", session.id, GOOD, after=1))
    session = run(room.reply("ada", session.id, NEXT, after=2))

    assert session.ending == "reassured"
    assert len(session.redone) == 1
