"""The time from a reply to its grade and the customer's line: `python -m benchmarks.turn`.

Starts the real server in a folder of its own and talks to it as the page does. The machines are
noisy, so each figure is also given as a ratio to the first of its table, from the same run.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx

from tests.ui.conftest import free_port
from tests.ui.wire import call, client, handler

TRAINEES = (1, 10, 50)
REPLIES = 6
"""Replies that each trainee sends in the crowd; the first is not counted."""
EARLY, LATE = 5, 50
SCENARIO = "bank-savings-chat"
CORPUS = Path("rubrics/corpus/replies.jsonl")


def main() -> None:
    """Print the tables, as Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CALMLINE_DATA"] = folder
        crowd()
        parts(Path(folder) / "parts")


def crowd() -> None:
    """Print start-up, memory, and a turn over HTTP at 1, 10 and 50 trainees at once."""
    port, begun = free_port(), time.perf_counter()
    server = subprocess.Popen(
        [Path(sys.executable).with_name("calmline"), "serve", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url, texts = f"http://127.0.0.1:{port}", replies()

    def since() -> float:
        return time.perf_counter() - begun

    try:
        page = first(lambda: httpx.get(f"{url}/practice/").is_success, since)
        ready = first(lambda: httpx.get(f"{url}/readyz").json()["state"] == "ready", since)
        Trainee(url, texts).turn()
        answer = since()
        empty = memory(server.pid)
        alone = Trainee(url, texts)
        screen = [timed(alone.look) for _ in range(20)]
        rows = [(f"{n} at once", together(url, texts, n)) for n in TRAINEES]
        rows.append(("Gradio, HTTP and rendering alone", screen))
        full = memory(server.pid)
    finally:
        server.kill()
        server.wait()
    ratios([("page answers", [page]), ("engine ready", [ready]), ("first answer", [answer])], "s")
    ratios(rows, "ms")
    print(f"memory: {empty:.0f} MB after the first answer, {full:.0f} MB after the crowd\n")


def parts(folder: Path) -> None:
    """Print where a turn's time goes, and a turn early and late in one session."""
    asyncio.run(_parts(folder))


async def _parts(folder: Path) -> None:
    from bot.judge import load_judge
    from bot.room import Room
    from bot.shelf import Shelf
    from rubrics.sentences import split
    from scenarios.reader import read_folder

    os.environ["CALMLINE_DATA"] = str(folder)
    library = read_folder()
    shelf = Shelf(folder, library)
    judge = load_judge(shelf)
    room = Room(folder, library, judge=judge)
    room.wake()
    while room.state == "waking":
        await asyncio.sleep(0.1)
    pins, texts = shelf.pins(SCENARIO), replies()
    judge.warm(pins.scenario)
    encode, judged, rest, read = [], [], [], []
    session = await room.start("bench", SCENARIO, seed=1)
    turns: dict[str, list[float]] = {
        f"reply {EARLY - 4} to {EARLY}": [],
        f"{LATE - 4} to {LATE}": [],
    }
    for number in range(1, LATE + 1):
        text = next(texts)
        encode.append(timed(judge.encoder.encode, [s.text for s in split(text)]))
        judged.append(timed(partial(judge.judge, text, said=session.said, pins=pins)))
        # Both are known to the encoder by now: what is left of the turn is everything else.
        begun = time.perf_counter()
        session = await room.reply("bench", session.id, text, after=len(session.turns))
        rest.append((time.perf_counter() - begun) * 1000)
        begun = time.perf_counter()
        await room.session("bench", session.id)
        read.append((time.perf_counter() - begun) * 1000)
        for name, low in zip(turns, (EARLY - 4, LATE - 4), strict=True):
            if low <= number < low + 5:
                turns[name].append(rest[-1])
        # A session ends after some twenty turns; taken back, a turn stays in the record.
        session = await room.redo("bench", session.id)
    ratios(
        [
            ("encode the reply's sentences", encode),
            ("grade and hear, sentences known", judged),
            ("Rasa, policy, line and database", rest),
            ("of that, read the session back", read),
        ],
        "ms",
    )
    ratios(list(turns.items()), "ms")
    room.close()


class Trainee:
    """Somebody at the page; starts another conversation when one has ended."""

    def __init__(self, url: str, texts: Iterator[str]) -> None:
        self._browser, self._texts = client(url), texts
        self._hash = f"bench{id(self)}"
        (self._send,) = handler(self._browser, 2)
        self._arrive = handler(self._browser, 1)[0]
        self._pointer = self._start()

    def turn(self) -> float:
        """Return the milliseconds from a reply to its answer."""
        while True:
            begun = time.perf_counter()
            now = self._ask(self._send, [next(self._texts), self._pointer])
            took = (time.perf_counter() - begun) * 1000
            counted = now.get("turns", 0) > self._pointer["turns"]
            self._pointer = now if counted else self._start()
            if counted:
                return took

    def look(self) -> None:
        """Have the page drawn anew: a handler that asks neither Rasa nor the grader."""
        if not self._ask(self._arrive, [self._pointer]).get("session"):
            raise RuntimeError("the page did not show the session")

    def _start(self) -> dict[str, Any]:
        for index in handler(self._browser, 0):
            found = self._ask(index, [])
            if found.get("session") and found.get("turns") == 0:
                return found
        raise RuntimeError("no card started a session")

    def _ask(self, index: int, values: list[Any]) -> dict[str, Any]:
        told = json.loads(call(self._browser, index, values, self._hash))
        data = next(m["output"]["data"] for m in told if m["msg"] == "process_completed")
        return next((item for item in data if isinstance(item, dict) and "session" in item), {})


def together(url: str, texts: Iterator[str], number: int) -> list[float]:
    """Return the times of all counted turns of `number` trainees at once."""
    with ThreadPoolExecutor(number) as pool:
        trainees = list(pool.map(lambda _: Trainee(url, texts), range(number)))
        took = list(pool.map(lambda t: [t.turn() for _ in range(REPLIES)], trainees))
    return [one for times in took for one in times[1:]]


def replies() -> Iterator[str]:
    """Give replies of the corpus without end, each a little different: no vector is known yet."""
    rows = [json.loads(line)["reply"] for line in CORPUS.read_text().splitlines()]
    for number in count():
        reply = rows[number % len(rows)]
        words = reply.split()
        yield reply if number < len(rows) else " ".join([*words, words[number % len(words)]])


def first(true: Callable[[], bool], since: Callable[[], float]) -> float:
    """Return when `true` first was."""
    while True:
        try:
            if true():
                return since()
        except httpx.HTTPError:
            pass
        time.sleep(0.05)


def timed(work: Callable[..., Any], *given: Any) -> float:
    """Return the milliseconds that `work` takes."""
    begun = time.perf_counter()
    work(*given)
    return (time.perf_counter() - begun) * 1000


def memory(pid: int) -> float:
    """Return a process's resident memory in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def ratios(rows: list[tuple[str, list[float]]], unit: str) -> None:
    """Print a table: median, 95th percentile, and the median as a ratio to the first row's."""
    base = median(rows[0][1])
    print(f"| | median, {unit} | p95, {unit} | ratio |\n| --- | --- | --- | --- |")
    for name, times in rows:
        top = quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
        print(f"| {name} | {median(times):.1f} | {top:.1f} | {median(times) / base:.2f} |")
    print(flush=True)


if __name__ == "__main__":
    main()
