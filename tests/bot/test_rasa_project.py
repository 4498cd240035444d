"""bot/ as a standard Rasa project: Rasa's own commands, and the same customer on every channel."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.judge import load_judge
from bot.room import Room
from bot.shelf import Shelf, data_folder
from scenarios.reader import read_folder

BOT = Path("bot").resolve()
RASA = Path(sys.executable).with_name("rasa")
START = '/start{"scenario": "bank-savings-chat", "seed": 3}'
OTHER = '/start{"scenario": "hospital-ransomware-phone", "seed": 3}'
REPLIES = (
    "I'm sorry for any inconvenience. We are looking into this.",
    "Your letter, with your account number in it, lay in a mailbox that was broken into, and that "
    "should never have happened. What worries you most?",
    "You should have used a stronger password, to be honest.",
    "We checked up to Sunday 22 November and found no payment out of your account that you did not "
    "make, and I can put a block on every payment out now, while we talk.",
)
PATIENCE = 90

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """The customer's lines in the practice room, which is what the page shows."""
    library = read_folder()
    judge = load_judge(Shelf(data_folder(), library))
    room = Room(data_folder(), library, judge=judge)
    room.wake()
    until(lambda: room.state != "waking")
    assert room.state == "ready", room.state_message
    try:
        return asyncio.run(play(room))
    finally:
        room.close()


async def play(room: Room) -> list[str]:
    session = await room.start("project", "bank-savings-chat", seed=3)
    for number, reply in enumerate(REPLIES):
        session = await room.reply("project", session.id, reply, after=number)
    return [session.opening, *(turn.line for turn in session.turns)]


@pytest.mark.timeout(300)
def test_the_data_are_valid(tmp_path: Path):
    """`rasa data validate` finds no conflict."""
    done = rasa("data", "validate", folder=tmp_path)

    assert "No story structure conflicts found" in done


@pytest.mark.timeout(300)
def test_a_model_can_be_trained(tmp_path: Path):
    """`rasa train` writes a model."""
    rasa("train", "--out", str(tmp_path), "--fixed-model-name", "again", folder=tmp_path)

    assert (tmp_path / "again.tar.gz").stat().st_size > 1000


@pytest.mark.timeout(300)
def test_its_stories_pass(tmp_path: Path):
    """`rasa test` predicts every action of the project's own test stories."""
    out = tmp_path / "results"
    rasa("test", "core", "-m", "models/calmline.tar.gz", "-s", "tests", "--out", str(out),
         folder=tmp_path)  # fmt: skip

    report = json.loads((out / "story_report.json").read_text())
    assert report["accuracy"] == 1.0
    assert report["conversation_accuracy"]["correct"] == 1


@pytest.mark.timeout(300)
def test_it_is_the_same_customer_over_rest(tmp_path: Path, lines: list[str]):
    """`rasa run` answers the same replies with the same lines as the page.

    Stopping, leaving and starting anew, another scenario or after /restart, work there too.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [RASA, "run", "-m", "models/calmline.tar.gz", "-i", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(
        command, cwd=BOT, env=env(tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            until(lambda: answers(port))
            heard = [said(port, text) for text in (START, *REPLIES)]
            over = [said(port, text) for text in ("/stop", "Are you there?", "/goodbye")]
            again = [said(port, text) for text in (OTHER, *REPLIES[:1], "/restart", START)]
        finally:
            server.terminate()

    assert heard == lines
    assert over == [
        "Stopped. Everything up to here is kept; nothing is marked against you.",
        "This conversation has ended. Start another with /start.",
        "Goodbye. Well practised.",
    ]
    assert "Billie" in again[0] or "Coumadin" in again[0]
    assert again[1]
    assert again[1] not in lines
    assert again[2:] == ["", lines[0]]


@pytest.mark.timeout(300)
def test_it_is_the_same_customer_in_the_shell(tmp_path: Path, lines: list[str]):
    """`rasa shell`, typed into a terminal, shows the same lines as the page."""
    with shell(tmp_path) as (write, spoken):
        for number, text in enumerate((START, *REPLIES), start=1):
            write(text)
            until(lambda wanted=number: len(spoken()) >= wanted)
        assert spoken() == [" ".join(line.split()) for line in lines]


def rasa(*arguments: str, folder: Path) -> str:
    """Return what a Rasa command printed; it must end well."""
    done = subprocess.run(
        [RASA, *arguments], cwd=BOT, env=env(folder), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout + done.stderr


def env(folder: Path) -> dict[str, str]:
    return {**os.environ, "CALMLINE_DATA": str(folder), "PYTHONWARNINGS": "ignore", "TERM": "dumb"}


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def said(port: int, text: str) -> str:
    body = json.dumps({"sender": "project", "message": text}).encode()
    url = f"http://127.0.0.1:{port}/webhooks/rest/webhook"
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as response:
        return " ".join(message["text"] for message in json.load(response))


@contextmanager
def shell(folder: Path) -> Iterator[tuple[Callable[[str], None], Callable[[], list[str]]]]:
    """Open `rasa shell` on a terminal; gives what to type with, and the bot's lines so far."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(BOT)
        os.execve(RASA, ["rasa", "shell", "-m", "models/calmline.tar.gz"], env(folder))
    os.set_blocking(terminal, False)
    seen = bytearray()

    def shown() -> str:
        try:
            while piece := os.read(terminal, 65536):
                seen.extend(piece)
        except (BlockingIOError, OSError):
            pass
        return seen.decode(errors="replace")

    def spoken() -> list[str]:
        # Rasa prints a bot's words in bright blue; the terminal's own line breaks are not hers.
        blue = re.findall(r"\x1b\[94m(.*?)\x1b\[0m", shown(), re.DOTALL)
        return [" ".join(text.split()) for text in blue]

    try:
        until(lambda: "Your input" in shown())
        yield lambda text: void(os.write(terminal, text.encode() + b"\r")), spoken
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        os.close(terminal)


def void(_: object) -> None:
    """Drop a value."""
