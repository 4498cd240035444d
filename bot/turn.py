"""The frozen types of a conversation: mood, act, turn, session. Every screen is read from these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rubrics.grade import Grade, Ungraded
from rubrics.model import Rubric
from scenarios.model import Scenario

EndingKind = Literal["reassured", "uneasy", "walks_away", "asks_for_supervisor", "stopped"]
ActKind = Literal["open", "raise", "press", "follow_up", "answer", "react", "end"]


@dataclass(frozen=True)
class Mood:
    """How the customer feels: each part from 0.0 (none) to 1.0 (as strong as it gets)."""

    anxiety: float
    anger: float
    trust: float


@dataclass(frozen=True)
class Pins:
    """What a session holds on to: the hashes of its scenario's and its rubric's text."""

    scenario: str
    rubric: str


@dataclass(frozen=True)
class Act:
    """What the customer does next. `pools` names the authored lines it is spoken from, in order."""

    kind: ActKind
    pools: tuple[str, ...]
    """Paths into the scenario, such as `concerns.money.met` or `reactions.blamed`."""
    concern: str | None = None
    ending: EndingKind | None = None


@dataclass(frozen=True)
class Turn:
    """One reply, its grade, and what it did to the customer."""

    number: int
    """1 for the first reply."""
    said: str
    """The customer's words that the reply answers."""
    reply: str
    grade: Grade | Ungraded
    before: Mood
    after: Mood
    act: Act
    line: str
    """What the customer said next."""
    phrased_by: str
    """`authored`: the scenario's own words; a later release adds a model's name."""
    met: tuple[str, ...]
    """Ids of the concerns that this reply met."""
    covered: tuple[tuple[str, int], ...] = ()
    """(concern id, index of the need) for every need this reply answered."""
    answers_line: int = 0
    """Position of `said` among the customer's lines of the session; 0 is the opening."""


@dataclass(frozen=True)
class Session:
    """A conversation as the record has it."""

    id: str
    owner: str
    scenario: Scenario
    pins: Pins
    seed: int
    started: float
    """Seconds since the epoch."""
    opening: str
    start_mood: Mood
    turns: tuple[Turn, ...]
    """The turns that stand."""
    redone: tuple[Turn, ...]
    """Turns that were taken back, oldest first, each numbered as its replacement."""
    ending: EndingKind | None
    current_concern: str | None
    met: tuple[str, ...]
    """Ids of the concerns met so far."""
    rubric: Rubric | None = None
    """The rubric as it was at the start; None when its pinned copy can't be read any more."""

    @property
    def mood(self) -> Mood:
        """The customer's mood now."""
        return self.turns[-1].after if self.turns else self.start_mood

    @property
    def said(self) -> str:
        """The customer's last words."""
        return self.turns[-1].line if self.turns else self.opening
