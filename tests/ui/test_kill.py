"""The whole server, killed (-9) again and again while somebody practises."""

from __future__ import annotations

import json
import random
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from bot.record import Fold, Record
from tests.ui.conftest import free_port, serving
from tests.ui.wire import call, client, handler

KILLS = 20


@dataclass
class Person:
    """Somebody at the page: her browser outlives the server."""

    browser: httpx.Client
    pointer: dict[str, Any] = field(default_factory=dict)
    shown: list[tuple[str, int, str]] = field(default_factory=list)
    """(session, number of the turn, reply) of every turn whose answer reached the browser."""

    def practise(self, lost: threading.Event) -> None:
        """Reply until the server is gone; a conversation that ends is followed by another."""
        while not lost.is_set():
            self._reply() if self.pointer else self._start()

    def _start(self) -> None:
        starts = [pointer_in(self._ask(index, [])) for index in handler(self.browser, 0)]
        self.pointer = [pointer for pointer in starts if pointer.get("session")][-1]

    def _reply(self) -> None:
        words = f"111 {time.time_ns()}"
        (send,) = handler(self.browser, 2)
        answer = self._ask(send, [words, self.pointer])
        now = pointer_in(answer)
        if any(isinstance(item, str) and "bubble" in item and words in item for item in answer):
            self.shown.append((now["session"], now["turns"], words))
        # An ended session takes no more replies: the number of turns stays.
        self.pointer = now if now.get("turns") != self.pointer["turns"] else {}

    def _ask(self, index: int, values: list[Any]) -> list[Any]:
        told = json.loads(call(self.browser, index, values, f"hash{time.time_ns()}"))
        done = [message for message in told if message["msg"] == "process_completed"]
        if not done:
            raise httpx.ReadError("the server went away before it answered")
        return list(done[0]["output"]["data"])


def pointer_in(answer: list[Any]) -> dict[str, Any]:
    """Return which session an answer shows, and up to which turn."""
    return next((item for item in answer if isinstance(item, dict) and "session" in item), {})


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_no_turn_that_was_shown_is_lost_or_doubled(tmp_path: Path):
    """Killed twenty times between and during turns, it keeps every shown turn, once."""
    dice, port = random.Random(20), free_port()
    person: Person | None = None

    for _ in range(KILLS):
        with serving(tmp_path, port) as (url, server):
            person = person or Person(client(url))
            lost = threading.Event()
            before = len(person.shown)
            killer = threading.Thread(
                target=kill_after, args=(server, lost, person, before, dice.uniform(0.0, 0.4))
            )
            killer.start()
            try:
                person.practise(lost)
            except httpx.HTTPError:
                assert lost.is_set()
            killer.join()

    assert person
    folds = {name: read(tmp_path, name) for name in {name for name, _, _ in person.shown}}
    for name, number, words in person.shown:
        assert folds[name].turns[number - 1].reply == words
    for fold in folds.values():
        replies = [turn.reply for turn in fold.turns]
        lines = [line for turn in fold.turns for line in turn.act.pools]
        assert [turn.number for turn in fold.turns] == list(range(1, len(replies) + 1))
        assert len(set(replies)) == len(replies)
        assert len(set(lines)) == len(lines)
    assert len(person.shown) >= KILLS


def kill_after(
    server: Any, lost: threading.Event, person: Person, before: int, seconds: float
) -> None:
    """Kill the server `seconds` after it has shown a turn, wherever it then is."""
    while len(person.shown) == before:
        time.sleep(0.005)
    time.sleep(seconds)
    lost.set()
    server.kill()


def read(folder: Path, name: str) -> Fold:
    record = Record(sa.create_engine(f"sqlite:///{folder / 'practice.db'}"), json.loads)
    fold = record.fold(name)
    assert fold
    return fold
