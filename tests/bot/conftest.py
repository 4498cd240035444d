"""A real room: real Rasa, a small scenario, a scripted grader."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator

import pytest

from bot.judge import Judge
from bot.room import Room
from bot.shelf import Shelf, data_folder
from rubrics.encoder import WordHashEncoder
from scenarios.model import Scenario
from scenarios.reader import Library
from tests.examples import as_yaml, scripted, small


@pytest.fixture(scope="session")
def library() -> Library:
    scenario = Scenario.model_validate_json(json.dumps(small()))
    return Library({"small": scenario}, {"small": as_yaml(small())})


@pytest.fixture(scope="session")
def room(library: Library) -> Iterator[Room]:
    judge = Judge(Shelf(data_folder(), library), WordHashEncoder(), scripted)
    room = Room(data_folder(), library, judge=judge)
    room.wake()
    while room.state == "waking":
        time.sleep(0.1)
    assert room.state == "ready", room.state_message
    yield room
    room.close()


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()
