"""What the customer does next. Pure: state and hearing in, act and state out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.mood import START, next_mood, tone
from bot.turn import Act, ActKind, EndingKind, Mood
from bot.voice import choose
from rubrics.grade import GRAVE, Grade, Ungraded
from scenarios.model import Concern, Scenario


@dataclass(frozen=True)
class Contract:
    """What a difficulty asks of the trainee. The numbers are shown in the brief."""

    patience: int
    """Unhelpful replies in a row before the customer gives up; a violation costs more."""
    to_meet: int
    """Sum of the three levels (0-9) that the reply which settles a concern must have."""
    turns: int
    """Replies before the customer has no more time."""


CONTRACTS = {
    "gentle": Contract(patience=6, to_meet=3, turns=16),
    "real": Contract(patience=5, to_meet=4, turns=14),
    "hard": Contract(patience=4, to_meet=5, turns=12),
}

STRONG = 7
"""A reply this good (sum of levels, of 9) settles the concern it answers when it covers one need:
the encoder misses some paraphrases, and the customer must not be deaf to a very good reply."""

REACTION = {
    "dismiss": "shut_down",
    "blame": "blamed",
    "ask_secret": "asked_for_secret",
    "disclose": "told_of_others",
    "minimise": "minimised",
    "wrong_advice": "wrong_advice",
    "speculate": "guessed",
    "off_limits": "guessed",
    "overpromise": "promised_too_much",
    "liability": "promised_too_much",
}
"""Which reaction answers a violation; the order is the order of gravity."""


@dataclass(frozen=True)
class Heard:
    """What the customer took from a reply, whatever its quality."""

    covered: tuple[tuple[str, int], ...] = ()
    """(concern id, index of the need) for each need that the reply answers."""
    asked: bool = False
    """Whether the reply asks the customer for something that she may know."""
    answer: int | None = None
    """Index into the scenario's `knows` of what was asked, when she knows it."""


@dataclass(frozen=True)
class State:
    """All that the customer carries from turn to turn."""

    mood: Mood
    current: str
    """Id of the concern under discussion."""
    patience: int
    turn: int = 0
    covered: tuple[tuple[str, int], ...] = ()
    met: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    """Names of the lines spoken, in order."""
    grave: int = 0
    """How many replies held a grave violation."""
    ending: EndingKind | None = None


def begin(scenario: Scenario, seed: int) -> State:
    """Return the state at the opening line. The opening raises the first concern."""
    opening = choose(scenario, ["opening"], (), seed)
    return State(
        mood=START[scenario.customer.mood],
        current=scenario.concerns[0].id,
        patience=CONTRACTS[scenario.difficulty].patience,
        said=(opening,) if opening else (),
    )


def next_act(
    state: State, grade: Grade | Ungraded, heard: Heard, scenario: Scenario, seed: int
) -> tuple[Act, State]:
    """Return what the customer does about a reply, and her state after it."""
    before = state
    state = replace(
        state,
        turn=state.turn + 1,
        mood=next_mood(state.mood, grade, scenario.customer.temperament),
    )
    if isinstance(grade, Ungraded):
        return _spoken(state, "react", [["reactions.silence"]], scenario, seed)
    if grade.violations:
        return _hurt(state, grade, scenario, seed)
    state = _listened(state, grade, heard, scenario)
    if _ran_out(state, scenario):
        return _end(state, _ending(state), [], scenario, seed)
    newly = [name for name in state.met if name not in before.met]
    if newly:
        return _moves_on(state, newly, scenario, seed)
    return _stays(before, state, grade, heard, scenario, seed)


def dump(state: State) -> dict[str, Any]:
    """Return the state as plain JSON types; `load` gives it back."""
    return {
        **{field: getattr(state, field) for field in ("current", "patience", "turn", "grave")},
        "mood": vars(state.mood),
        "covered": [list(need) for need in state.covered],
        "met": list(state.met),
        "said": list(state.said),
        "ending": state.ending,
    }


def load(fields: Mapping[str, Any]) -> State:
    """Return the state that `dump` wrote."""
    return State(
        **{
            **fields,
            "mood": Mood(**fields["mood"]),
            "covered": tuple((name, index) for name, index in fields["covered"]),
            "met": tuple(fields["met"]),
            "said": tuple(fields["said"]),
        }
    )


def _hurt(state: State, grade: Grade, scenario: Scenario, seed: int) -> tuple[Act, State]:
    kinds = {violation.kind for violation in grade.violations}
    worst = next(kind for kind in REACTION if kind in kinds)
    grave = bool(kinds & GRAVE)
    state = replace(state, patience=state.patience - (2 if grave else 1), grave=state.grave + grave)
    if _ran_out(state, scenario):
        return _end(state, _ending(state), [], scenario, seed)
    reaction = [f"reactions.{REACTION[worst]}", *_still(state)]
    return _spoken(state, "react", [reaction], scenario, seed)


def _listened(state: State, grade: Grade, heard: Heard, scenario: Scenario) -> State:
    """Return the state with what the reply answered, settled concerns and patience."""
    contract = CONTRACTS[scenario.difficulty]
    covered = tuple(dict.fromkeys([*state.covered, *heard.covered]))
    spoken_of = {state.current, *(name for name, _ in heard.covered)}
    met = [
        concern.id
        for concern in scenario.concerns
        if concern.id in state.met
        or (
            concern.id in spoken_of
            and _settles(
                concern,
                covered,
                heard,
                grade.total,
                contract.to_meet,
                here=concern.id == state.current,
            )
        )
    ]
    patience = min(contract.patience, state.patience + _earned(state, grade, covered))
    return replace(state, covered=covered, met=tuple(met), patience=patience)


def _settles(
    concern: Concern,
    covered: tuple[tuple[str, int], ...],
    heard: Heard,
    total: int,
    to_meet: int,
    *,
    here: bool,
) -> bool:
    complete = all((concern.id, index) in covered for index in range(len(concern.needs)))
    touched = any(name == concern.id for name, _ in heard.covered)
    return (complete and total >= to_meet) or (here and touched and total >= STRONG)


def _earned(state: State, grade: Grade, covered: tuple[tuple[str, int], ...]) -> int:
    if grade.total >= STRONG:
        return 1
    return 0 if len(covered) > len(state.covered) or grade.total >= 5 else -1


def _ran_out(state: State, scenario: Scenario) -> bool:
    late = state.turn >= CONTRACTS[scenario.difficulty].turns
    return state.patience <= 0 or late or state.mood.anger >= 0.95


def _ending(state: State) -> EndingKind:
    """Return how a customer who has had enough ends it."""
    # Dull politeness alone makes nobody storm off: a customer who trusts no more asks for another.
    harmed = state.grave and state.mood.trust < 0.1
    if state.grave >= 2 or harmed or state.mood.anger >= 0.95:
        return "walks_away"
    if state.grave or state.mood.anger >= 0.6 or state.mood.trust < 0.1:
        return "asks_for_supervisor"
    return "uneasy"


def _moves_on(state: State, newly: list[str], scenario: Scenario, seed: int) -> tuple[Act, State]:
    settled = [f"concerns.{newly[0]}.met"]
    left = [concern for concern in scenario.concerns if concern.id not in state.met]
    if not left:
        content = state.mood.trust >= 0.4 and state.mood.anger < 0.5
        return _end(state, "reassured" if content else "uneasy", [settled], scenario, seed)
    if state.current not in state.met:
        following = state.current
        more = [f"concerns.{following}.follow_ups", *_raised(following, state.mood)]
    else:
        following = _heaviest(left, scenario).id
        more = _raised(following, state.mood)
    state = replace(state, current=following)
    return _spoken(state, "raise", [settled, more], scenario, seed)


def _heaviest(left: list[Concern], scenario: Scenario) -> Concern:
    return max(left, key=lambda concern: (concern.weight, -scenario.concerns.index(concern)))


def _stays(
    before: State,
    state: State,
    grade: Grade,
    heard: Heard,
    scenario: Scenario,
    seed: int,
) -> tuple[Act, State]:
    """Return the act of a customer whose concern is not settled by this reply."""
    still = _still(state)
    if heard.answer is not None:
        answer = [f"knows.{heard.answer}.answers", "reactions.good_question", *still]
        return _spoken(state, "answer", [answer], scenario, seed)
    followed = [f"concerns.{state.current}.follow_ups", *still]
    progressed = len(state.covered) > len(before.covered)
    if progressed:
        return _spoken(state, "follow_up", [followed], scenario, seed)
    if heard.asked and grade.total < 5:
        unsure = ["reactions.does_not_know", *still]
        return _spoken(state, "answer", [unsure], scenario, seed)
    if grade.total >= 5:
        return _spoken(state, "follow_up", [["reactions.felt_heard"], followed], scenario, seed)
    if 0 < grade.total <= 2 and max(level.level for level in grade.levels) == 1:
        stock = ["reactions.stock_phrases", *still]
        return _spoken(state, "react", [stock], scenario, seed)
    return _spoken(state, "press", [still], scenario, seed)


def _still(state: State) -> list[str]:
    """Return where to find words for a concern that is still open, best first."""
    return [
        f"concerns.{state.current}.press",
        *_raised(state.current, state.mood),
        f"concerns.{state.current}.follow_ups",
        "reactions.silence",
        "reactions.does_not_know",
    ]


def _raised(concern: str, mood: Mood) -> list[str]:
    tones = dict.fromkeys([tone(mood), "anxious", "calm", "angry"])
    return [f"concerns.{concern}.lines.{name}" for name in tones]


def _spoken(
    state: State, kind: ActKind, parts: list[list[str]], scenario: Scenario, seed: int
) -> tuple[Act, State]:
    """Return an act with one unsaid line for each part; with none left she ends it, uneasy."""
    chosen = _lines(state, parts, scenario, seed)
    if not chosen:
        return _end(state, "uneasy", [], scenario, seed)
    act = Act(kind=kind, pools=chosen, concern=state.current)
    return act, replace(state, said=(*state.said, *chosen))


def _end(
    state: State, ending: EndingKind, parts: list[list[str]], scenario: Scenario, seed: int
) -> tuple[Act, State]:
    chosen = _lines(state, [*parts, [f"endings.{ending}"]], scenario, seed)
    act = Act(kind="end", pools=chosen, concern=state.current, ending=ending)
    return act, replace(state, ending=ending, said=(*state.said, *chosen))


def _lines(state: State, parts: list[list[str]], scenario: Scenario, seed: int) -> tuple[str, ...]:
    chosen: list[str] = []
    for paths in parts:
        name = choose(scenario, paths, {*state.said, *chosen}, seed)
        if name is not None:
            chosen.append(name)
    return tuple(chosen)
