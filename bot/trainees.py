"""Scripted trainees, and playing a scenario with one: what `calmline simulate` runs.

Pure but for the judge: the conversation here is the one that Rasa's components run, without Rasa.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.act import State, begin, next_act
from bot.judge import Judge
from bot.turn import Act, EndingKind, Mood, Pins
from bot.voice import speak
from rubrics.grade import Grade, Ungraded
from scenarios.model import Scenario


@dataclass(frozen=True)
class Step:
    """One turn of a scripted conversation."""

    said: str
    reply: str
    grade: Grade | Ungraded
    act: Act
    line: str
    mood: Mood


@dataclass(frozen=True)
class Run:
    """A scripted conversation, played to its end."""

    scenario: str
    profile: str
    seed: int
    steps: tuple[Step, ...]
    ending: EndingKind
    met: tuple[str, ...]

    @property
    def mean_total(self) -> float:
        """Mean sum of the levels (0-9) over the graded replies; 0.0 when none could be graded."""
        totals = [s.grade.total for s in self.steps if isinstance(s.grade, Grade)]
        return sum(totals) / len(totals) if totals else 0.0


def excellent(scenario: Scenario, state: State) -> str:
    """Say the exemplar for the concern under discussion, then what it leaves open."""
    exemplar = next(e.reply for e in scenario.exemplars if e.concern == state.current)
    if state.turn == 0 or not _open_needs(scenario, state, touched=True):
        return exemplar
    return f"{exemplar} {' '.join(_open_needs(scenario, state))}"


def middling(scenario: Scenario, state: State) -> str:
    """Be polite and general; answer only the half of what was asked, one turn in two."""
    first = next(c for c in scenario.concerns if c.id == state.current).needs[0]
    return _POLITE[state.turn % len(_POLITE)] + (f" {first.examples[0]}" if state.turn % 2 else "")


def poor(scenario: Scenario, state: State) -> str:
    """Brush her off, blame her, hurry her along, whatever the scenario."""
    del scenario
    return _BRUSHED[state.turn % len(_BRUSHED)]


PROFILES: dict[str, Callable[[Scenario, State], str]] = {
    "excellent": excellent,
    "middling": middling,
    "poor": poor,
}

_POLITE = (
    "I'm sorry for any inconvenience. We are looking into this.",
    "I understand this is frustrating, and I'm sorry.",
    "Thank you for your patience while our team works on it.",
    "I'm sorry to hear that. Someone will be in touch soon.",
)
_BRUSHED = (
    "These things happen to every company. There's no need to get worked up.",
    "As I said, it's being handled. Please check our website.",
    "You should have used a stronger password, to be honest.",
    "Calm down. It's only some contact details.",
    "There is nothing more I can say about it. This case is closed.",
)


def play(scenario: Scenario, pins: Pins, judge: Judge, profile: str, seed: int) -> Run:
    """Return the conversation of `profile` with the customer, played to its end."""
    state = begin(scenario, seed)
    steps = []
    for step, after in _steps(scenario, pins, judge, profile, seed, state):
        steps.append(step)
        state = after
    assert state.ending is not None
    return Run(scenario.id, profile, seed, tuple(steps), state.ending, state.met)


def _steps(
    scenario: Scenario, pins: Pins, judge: Judge, profile: str, seed: int, state: State
) -> Iterator[tuple[Step, State]]:
    said = speak(scenario, state.said)
    while state.ending is None:
        reply = PROFILES[profile](scenario, state)
        judged = judge.judge(reply, said=said, pins=pins)
        act, state = next_act(state, judged.grade, judged.heard, scenario, seed)
        line = speak(scenario, act.pools)
        yield Step(said, reply, judged.grade, act, line, state.mood), state
        said = line


def _open_needs(scenario: Scenario, state: State, *, touched: bool = False) -> list[str]:
    """Return an example for each need of the current concern that no reply has answered yet."""
    concern = next(c for c in scenario.concerns if c.id == state.current)
    needs = list(enumerate(concern.needs))
    if touched and not any(name == concern.id for name, _ in state.covered):
        return []
    return [n.examples[0] for i, n in needs if (concern.id, i) not in state.covered]
