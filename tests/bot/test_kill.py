"""Kill -9, again and again."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from bot.room import Room
from bot.turn import Session
from scenarios.reader import Library
from tests.bot.player import OWNER

KILLS = 20


def play_until_killed(folder: Path, seconds: float) -> list[dict[str, Any]]:
    """Return the turns that a player showed before it was killed, `seconds` after its first."""
    player = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.bot.player", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert player.stdout is not None
    first = player.stdout.readline()
    threading.Timer(seconds, player.kill).start()
    lines = [first, *player.stdout]
    player.wait()
    return [json.loads(line) for line in lines if line.endswith("}\n")]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_turn_that_was_shown_is_lost_or_doubled(tmp_path: Path, library: Library):
    """Killed twenty times between and during turns, the record has every shown turn, once."""
    dice = random.Random(20)

    shown = [
        turn
        for _ in range(KILLS)
        for turn in play_until_killed(tmp_path, seconds=dice.uniform(0.0, 0.4))
    ]

    room = Room(tmp_path, library)
    sessions = {name: read(room, name) for name in {turn["session"] for turn in shown}}
    for turn in shown:
        kept = sessions[turn["session"]].turns[turn["number"] - 1]
        assert (kept.reply, kept.line) == (turn["reply"], turn["line"])
    for session in sessions.values():
        assert [turn.number for turn in session.turns] == list(range(1, len(session.turns) + 1))
        assert len({turn.reply for turn in session.turns}) == len(session.turns)
        said = [name for turn in session.turns for name in turn.act.pools]
        assert len(set(said)) == len(said)
    assert len(shown) >= KILLS


def read(room: Room, session_id: str) -> Session:
    return asyncio.run(room.session(OWNER, session_id))
