"""A process to be killed: opens the room on a folder, goes on there, and says what it shows.

Each line on standard output is a turn that a person would have seen by then, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path

from bot.judge import Judge
from bot.room import Room
from bot.shelf import Shelf
from rubrics.encoder import WordHashEncoder
from scenarios.model import Scenario
from scenarios.reader import Library
from tests.examples import ScriptedGrader, as_yaml, small

OWNER = "killed"


async def play(room: Room) -> None:
    """Reply without end; each conversation that ends is followed by another."""
    while room.state == "waking":
        await asyncio.sleep(0.05)
    session = await room.latest(OWNER) or await room.start(OWNER, "small", seed=1)
    while True:
        if session.ending:
            session = await room.start(OWNER, "small", seed=1)
        number = len(session.turns)
        session = await room.reply(OWNER, session.id, f"111 {time.time_ns()}", after=number)
        turn = session.turns[-1]
        shown = {"session": session.id, "number": turn.number, "reply": turn.reply}
        print(json.dumps({**shown, "line": turn.line}), flush=True)


def main(folder: Path) -> None:
    """Play in `folder` until killed."""
    os.environ["CALMLINE_DATA"] = str(folder)
    scenario = Scenario.model_validate_json(json.dumps(small()))
    library = Library({"small": scenario}, {"small": as_yaml(small())})
    judge = Judge(Shelf(folder, library), WordHashEncoder(), ScriptedGrader())
    room = Room(folder, library, judge=judge)
    room.wake()
    asyncio.run(play(room))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
