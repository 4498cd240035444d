"""Reads sessions from the record: the events that Rasa's tracker store keeps.

Knows the events' shape, not Rasa: the page can show a session while Rasa is still loading.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import sqlalchemy as sa

from bot import act as acts
from bot.act import State, begin
from bot.judge import REPLY, from_parse
from bot.turn import Act, EndingKind, Mood, Pins, Session, Turn
from rubrics.model import Rubric
from scenarios.model import Scenario

MOST_CACHED = 500

_EVENTS = sa.table("events", sa.column("id"), sa.column("sender_id"), sa.column("data"))


def turn_slot(
    before: State, after: State, act: Act, heard_covered: tuple[Any, ...]
) -> dict[str, Any]:
    """Return what the `turn` slot holds, in plain JSON types: all of a turn but its words."""
    return {
        "number": after.turn,
        "before": vars(before.mood),
        "after": vars(after.mood),
        "act": {**vars(act), "pools": list(act.pools)},
        "met": [name for name in after.met if name not in before.met],
        "covered": [list(need) for need in heard_covered],
    }


@dataclass
class Fold:
    """A session so far: what its events, in order, have told."""

    slots: dict[str, Any] = field(default_factory=dict)
    started: float = 0.0
    opening: str | None = None
    pending: dict[str, Any] = field(default_factory=dict)
    turns: list[Turn] = field(default_factory=list)
    redone: list[Turn] = field(default_factory=list)
    states: list[dict[str, Any]] = field(default_factory=list)
    """The `state` slot after each turn that stands."""
    stopped: bool = False
    last: int = 0
    """Id of the newest event seen."""

    def feed(self, event: dict[str, Any]) -> None:
        """Take one event; kinds that tell nothing about a session are passed over."""
        kind = event["event"]
        if kind == "user":
            self._said(event)
        elif kind == "slot":
            self.slots[event["name"]] = event["value"]
        elif kind == "bot":
            self._answered(event)
        elif kind == "rewind" and self.turns:
            self.redone.append(self.turns.pop())
            self.states.pop()
            self.slots["state"] = self.states[-1] if self.states else None
        elif kind == "restart":
            self._anew()

    def state(self, scenario: Scenario) -> State:
        """Return the customer's state now."""
        stored = self.slots.get("state")
        return acts.load(stored) if stored else begin(scenario, self.seed)

    @property
    def seed(self) -> int:
        """The seed of the session; 0 when none was given."""
        return int(self.slots.get("seed") or 0)

    @property
    def pins(self) -> Pins:
        """What the session is pinned to. KeyError when it was not started."""
        return Pins(self.slots["scenario_hash"], self.slots["rubric_hash"])

    @property
    def said(self) -> str:
        """The customer's last words."""
        return self.turns[-1].line if self.turns else self.opening or ""

    def _anew(self) -> None:
        self.__init__(last=self.last)  # type: ignore[misc]

    def _said(self, event: dict[str, Any]) -> None:
        intent = event["parse_data"]["intent"]["name"]
        if intent == REPLY:
            self.pending = {"reply": event["text"], "parse": event["parse_data"]}
        elif intent == "start":
            self._anew()
            self.started = event["timestamp"]
        elif intent == "stop":
            self.stopped = True

    def _answered(self, event: dict[str, Any]) -> None:
        action = (event.get("metadata") or {}).get("utter_action")
        if action == "utter_opening" and self.opening is None:
            self.opening = event["text"]
        elif action == "utter_customer" and self.pending:
            self.turns.append(self._turn(event))
            self.states.append(self.slots["state"])
            self.pending = {}

    def _turn(self, event: dict[str, Any]) -> Turn:
        told, parse = self.slots["turn"], self.pending["parse"]
        return Turn(
            number=told["number"],
            said=self.said,
            reply=self.pending["reply"],
            grade=from_parse(parse).grade,
            before=Mood(**told["before"]),
            after=Mood(**told["after"]),
            act=Act(**{**told["act"], "pools": tuple(told["act"]["pools"])}),
            line=event["text"],
            phrased_by=(event.get("metadata") or {}).get("phrased_by", "authored"),
            met=tuple(told["met"]),
            covered=tuple((name, index) for name, index in told["covered"]),
            answers_line=len(self.turns),
        )


def session(
    fold: Fold, session_id: str, scenario: Scenario, rubric: Rubric | None = None
) -> Session:
    """Return the session that a fold describes."""
    state = fold.state(scenario)
    ending: EndingKind | None = "stopped" if fold.stopped and not state.ending else state.ending
    return Session(
        id=session_id,
        owner=fold.slots.get("owner") or "",
        scenario=scenario,
        pins=fold.pins,
        seed=fold.seed,
        started=fold.started,
        opening=fold.opening or "",
        start_mood=begin(scenario, fold.seed).mood,
        turns=tuple(fold.turns),
        redone=tuple(fold.redone),
        ending=ending,
        current_concern=None if ending else state.current,
        met=state.met,
        rubric=rubric,
    )


class Record:
    """The events of sessions, read from the database that Rasa writes.

    Folds are kept and only new events are read: a turn costs the same at turn 5 and at turn 50.
    """

    def __init__(self, engine: sa.engine.Engine, loads: Callable[[str], Any]) -> None:
        self._engine, self._loads = engine, loads
        self._folds: OrderedDict[str, Fold] = OrderedDict()
        self._lock = Lock()

    def fold(self, session_id: str) -> Fold | None:
        """Return the session's fold up to its newest event, or None when there is no event."""
        with self._lock:
            fold = self._folds.pop(session_id, None) or Fold()
            for number, text in self._newer(session_id, fold.last):
                fold.feed(self._loads(text))
                fold.last = number
            if not fold.last:
                return None
            self._folds[session_id] = fold
            if len(self._folds) > MOST_CACHED:
                self._folds.popitem(last=False)
            return fold

    def newest(self, prefix: str) -> str | None:
        """Return the id of the session, among those whose id starts so, that spoke last."""
        found = (
            sa.select(_EVENTS.c.sender_id)
            .where(_EVENTS.c.sender_id.startswith(prefix, autoescape=True))
            .order_by(_EVENTS.c.id.desc())
            .limit(1)
        )
        with self._engine.connect() as connection:
            newest: str | None = connection.execute(found).scalar()
        return newest

    def _newer(self, session_id: str, after: int) -> list[tuple[int, str]]:
        query = (
            sa.select(_EVENTS.c.id, _EVENTS.c.data)
            .where(_EVENTS.c.sender_id == session_id, _EVENTS.c.id > after)
            .order_by(_EVENTS.c.id)
        )
        with self._engine.connect() as connection:
            return [(row[0], row[1]) for row in connection.execute(query)]
