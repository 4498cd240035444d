"""The practice room: the one door to sessions. Every call names the owner it is for.

Rasa runs on a thread with an event loop of its own, so that loading it (5 to 20 s) and its work
never keep a page waiting; replies are judged on worker threads before Rasa sees them.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import secrets
import threading
import unicodedata
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, TypeVar

import sqlalchemy as sa

from bot.judge import Judge, Judged, to_parse
from bot.record import Fold, Record, session
from bot.shelf import Shelf, case_of, database_path
from bot.turn import Session
from rubrics.calibration import Standing, standing, weights_hash
from rubrics.grade import Grader, Ungraded
from rubrics.model import BadRubric, Loaded, Rubric
from rubrics.second_opinion import SecondJudge, Server
from scenarios.model import Concern, Scenario
from scenarios.reader import Library

MOST_CHARACTERS = 4000

State = Literal["waking", "ready", "broken"]
Result = TypeVar("Result")

logger = logging.getLogger(__name__)


class UserError(Exception):
    """Something that a person can mend; the message is shown to her."""


class NotFound(UserError):
    """There is no such session for this owner."""

    def __init__(self) -> None:
        super().__init__("There is no such practice session here. Choose a scenario to start one.")


class Room:
    """Sessions by owner: start, reply, redo, stop, and reading them back.

    `second`, when there is one, is asked about each reply that could be graded; what could not be
    is sent nowhere. A turn waits for it as long as `second` may take and no longer, without holding
    a thread that judges. It is not asked on Rasa's other channels, which judge on Rasa's own loop.
    """

    def __init__(
        self,
        folder: Path,
        library: Library,
        *,
        judge: Judge | None = None,
        second: SecondJudge | None = None,
    ) -> None:
        self._shelf = Shelf(folder, library)
        self._record = Record(_readable(folder), json.loads)
        self._judging = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="judge")
        self._engine = _EngineThread()
        self._judge, self._second = judge, second
        self._busy: dict[str, asyncio.Lock] = {}
        self.state: State = "waking"
        self.state_message = ""

    @property
    def scenarios(self) -> Mapping[str, Scenario]:
        """The library's scenarios by id."""
        return self._shelf.library.scenarios

    @property
    def second(self) -> Server | None:
        """Where replies are sent for a second opinion; None when they are sent nowhere."""
        return self._second.server if self._second else None

    @property
    def standing(self) -> Standing:
        """Whether grades are calibrated here."""
        return standing(self.calibration, weights_hash())

    @property
    def calibration(self) -> Path:
        """The folder of batches, ratings and thresholds."""
        return self._shelf.calibration

    @property
    def rubric(self) -> Loaded:
        """The present rubric, as a new session would be graded by it."""
        return self._shelf.pinned_rubric(self._shelf.pin_rubric("surge_staff"))

    def grader(self, rubric: str) -> Grader:
        """Return the grader by a pinned rubric, without thresholds. UserError while waking."""
        self._ready()
        assert self._judge is not None
        return self._judge.plain(rubric)

    def wake(self) -> None:
        """Start loading Rasa and the encoder in the background; `state` tells how it goes."""
        threading.Thread(target=self._wake, name="waking", daemon=True).start()

    def close(self) -> None:
        """Let the worker threads end."""
        self._judging.shutdown(wait=False, cancel_futures=True)
        if self._second:
            self._second.close()
        self._engine.stop()

    async def start(self, owner: str, scenario_id: str, *, seed: int | None = None) -> Session:
        """Start a session, with its opening line. UserError for an unknown scenario."""
        if scenario_id not in self.scenarios:
            raise UserError("That scenario is no longer in the library. Choose another.")
        engine = self._ready()
        pins = self._shelf.pins(scenario_id)
        session_id = f"{_prefix(owner)}{secrets.token_urlsafe(18)}"
        fields = {
            "scenario": scenario_id,
            "scenario_hash": pins.scenario,
            "rubric_hash": pins.rubric,
            "seed": secrets.randbelow(2**31) if seed is None else seed,
            "owner": _prefix(owner),
        }
        if self._judge:
            self._judging.submit(self._judge.warm, pins.scenario)
        await self._send(engine, session_id, "/start", engine.parts.command("start", **fields))
        return await self.session(owner, session_id)

    async def session(self, owner: str, session_id: str) -> Session:
        """Return the owner's session as the record has it. NotFound for anyone else's."""
        return await asyncio.to_thread(self._read, owner, session_id)

    async def latest(self, owner: str) -> Session | None:
        """Return the owner's newest session if it has not ended."""
        newest = await asyncio.to_thread(self._record.newest, _prefix(owner))
        if newest is None:
            return None
        found = await self.session(owner, newest)
        return None if found.ending else found

    async def reply(self, owner: str, session_id: str, text: str, *, after: int) -> Session:
        """Put a reply to the customer; return the session with her answer.

        `after` is the number of standing turns that the sender saw. When it is not the record's
        number, the reply was sent already (a double click, a second tab, a resent request after a
        crash) and the session is returned as it is. UserError for an empty or over-long text.
        """
        text = clean(text)
        async with self._one_at_a_time(session_id):
            now = await self.session(owner, session_id)
            if now.ending or len(now.turns) != after:
                return now
            engine, judge = self._ready(), self._judge
            assert judge is not None
            loop = asyncio.get_running_loop()
            judged = await loop.run_in_executor(
                self._judging,
                lambda: judge.judge(text, said=now.said, pins=now.pins),
            )
            judged = await self._seconded(text, judged, now)
            await self._send(engine, session_id, text, to_parse(text, judged))
            return await self.session(owner, session_id)

    async def redo(self, owner: str, session_id: str) -> Session:
        """Take the last turn back: everything is as before it. The record keeps both."""
        async with self._one_at_a_time(session_id):
            now = await self.session(owner, session_id)
            if not now.turns or now.ending == "stopped":
                return now
            engine = self._ready()
            await engine.run(engine.parts.take_back(engine.agent, session_id))
            return await self.session(owner, session_id)

    async def stop(self, owner: str, session_id: str) -> Session:
        """End the session where it is, without a mark."""
        async with self._one_at_a_time(session_id):
            now = await self.session(owner, session_id)
            if not now.ending:
                engine = self._ready()
                await self._send(engine, session_id, "/stop", engine.parts.command("stop"))
            return await self.session(owner, session_id)

    def hint(self, session: Session) -> str | None:
        """Return what would help with the concern under discussion, if there is one."""
        concern = _concern(session)
        return concern.hint if concern else None

    def exemplar(self, session: Session) -> tuple[str, str] | None:
        """Return (reply, why it works) for the concern under discussion, if there is one."""
        concern = _concern(session)
        found = [e for e in session.scenario.exemplars if concern and e.concern == concern.id]
        return (found[0].reply, found[0].why) if found else None

    async def _seconded(self, text: str, judged: Judged, now: Session) -> Judged:
        if self._second is None or isinstance(judged.grade, Ungraded):
            return judged
        rubric = self._shelf.pinned_rubric(now.pins.rubric).rubric
        case = case_of(now.scenario)
        asked = self._second.ask(text, said=now.said, case=case, rubric=rubric)
        return judged.with_opinion(await asyncio.wrap_future(asked))

    def _read(self, owner: str, session_id: str) -> Session:
        if not session_id.startswith(_prefix(owner)):
            raise NotFound
        fold = self._record.fold(session_id)
        if fold is None or not fold.slots.get("scenario_hash"):
            raise NotFound
        return session(fold, session_id, self._scenario(fold), self._rubric(fold))

    def _scenario(self, fold: Fold) -> Scenario:
        return self._shelf.pinned(fold.pins.scenario)

    def _rubric(self, fold: Fold) -> Rubric | None:
        """Return the session's own rubric; None keeps a session open whose copy is unreadable."""
        try:
            return self._shelf.pinned_rubric(fold.pins.rubric).rubric
        except (BadRubric, OSError):
            logger.warning("the rubric %s of a session can't be read", fold.pins.rubric)
            return None

    def _one_at_a_time(self, session_id: str) -> asyncio.Lock:
        if len(self._busy) > 10_000:
            self._busy = {name: lock for name, lock in self._busy.items() if lock.locked()}
        return self._busy.setdefault(session_id, asyncio.Lock())

    async def _send(
        self, engine: _EngineThread, session_id: str, text: str, parse: dict[str, Any]
    ) -> None:
        await engine.run(engine.parts.send(engine.agent, session_id, text, parse))

    def _ready(self) -> _EngineThread:
        if self.state == "ready":
            return self._engine
        if self.state == "waking":
            raise UserError("The customer is still waking up. Try again in a few seconds.")
        raise UserError(f"The practice room could not start: {self.state_message}")

    def _wake(self) -> None:
        try:
            self._engine.load()
            self._judge = self._judge or self._engine.parts.judge()
            self.state = "ready"
        except Exception as error:
            logger.exception("the practice room could not start")
            self.state, self.state_message = "broken", str(error)


class _EngineThread:
    """Rasa's agent and the event loop it lives on."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self.parts: ModuleType | Any = None
        self.agent: Any = None
        threading.Thread(target=self._loop.run_forever, name="rasa", daemon=True).start()

    def load(self) -> None:
        """Import Rasa and load the model; blocks for 5 to 20 s."""
        import bot.engine as parts

        self.parts = parts
        self.agent = asyncio.run_coroutine_threadsafe(parts.load(), self._loop).result()

    async def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run a coroutine on Rasa's loop and wait for it on the caller's.

        Shielded: a browser that goes away does not leave a turn half done.
        """
        running = asyncio.run_coroutine_threadsafe(work, self._loop)
        return await asyncio.shield(asyncio.wrap_future(running))

    def stop(self) -> None:
        """End the loop."""
        self._loop.call_soon_threadsafe(self._loop.stop)


def clean(text: str) -> str:
    """Return `text` without control characters and surrounding space.

    Raises UserError when nothing is left or there is more than MOST_CHARACTERS.
    """
    if len(text) > MOST_CHARACTERS:
        raise UserError(
            f"Your reply has {len(text):,} characters; up to {MOST_CHARACTERS:,} can be graded. "
            "Shorten it and send it again."
        )
    kept = "".join(
        letter for letter in text if letter in "\n\t" or unicodedata.category(letter) not in _UNSEEN
    ).strip()
    if not kept:
        raise UserError("There is nothing to send yet. Write your reply first.")
    return kept


_UNSEEN = ("Cc", "Cs")


def _prefix(owner: str) -> str:
    """Return how the ids of an owner's sessions start; it doesn't tell the owner's secret."""
    return f"{hashlib.sha256(owner.encode()).hexdigest()[:24]}-"


def _concern(session: Session) -> Concern | None:
    named = {concern.id: concern for concern in session.scenario.concerns}
    return named.get(session.current_concern or "")


def _readable(folder: Path) -> sa.engine.Engine:
    """Return an engine on the record, with its table made when Rasa has not made it yet."""
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{database_path(folder)}"
    engine = sa.create_engine(url, future=True)
    table = sa.Table(
        "events",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("sender_id", sa.String(255), nullable=False, index=True),
        sa.Column("type_name", sa.String(255), nullable=False),
        sa.Column("timestamp", sa.Float),
        sa.Column("intent_name", sa.String(255)),
        sa.Column("action_name", sa.String(255)),
        sa.Column("data", sa.Text),
    )
    table.create(engine, checkfirst=True)
    return engine
