"""A small scenario with telling lines, and graders that are scripted: real parts, no patches."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import yaml

from bot.turn import Act, ActKind, EndingKind, Mood, Pins, Session, Turn
from rubrics.grade import CRITERIA, Asked, Case, Grade, Grader, Level, Span, Ungraded, Violation
from rubrics.model import Loaded, Rubric
from scenarios.model import Scenario

CALM = Mood(anxiety=0.3, anger=0.1, trust=0.5)
AFRAID = Mood(anxiety=0.7, anger=0.2, trust=0.3)

_MOODS = ("calm", "anxious", "angry")


def small(**changes: Any) -> dict[str, Any]:
    """Return the fields of a valid scenario of two concerns, with top-level `changes`."""
    fields = {
        "id": "small",
        "title": "A small scenario",
        "version": 1,
        "role": "surge_staff",
        "channel": "chat",
        "difficulty": "real",
        "minutes": 5,
        "jurisdiction": "UK",
        "as_of": "2026-11-24",
        "sector": "bank",
        "company": "Small Bank",
        "incident": {
            "type": "phishing",
            "summary": "Someone read a staff mailbox.",
            "exposed_data": ["account number"],
            "confirmed": ["A mailbox was open from 1 to 3 May"],
            "unknown": [{"what": "who did it", "known_by": "Friday"}],
            "approved_offers": ["a new account number"],
            "must_not_say": ["who did it"],
            "verification": ["ring the number on the card"],
            "next_update": "Friday at noon",
        },
        "customer": {
            "name": "Ada Small",
            "history": "With the bank since 1990.",
            "segment": "affected",
            "temperament": "weary",
            "mood": "anxious",
        },
        "opening": ["Is my money gone?", "Has my money gone?"],
        "concerns": [concern("money", "money is safe"), concern("next", "happens next")],
        "knows": [
            {
                "asked": ["Did you get a strange call?", "Has anybody rung you?"],
                "answers": ["A man rang me on Monday.", "He knew my name."],
            }
        ],
        "reactions": {name: lines(name) for name in REACTIONS},
        "endings": {name: lines(name) for name in ENDINGS},
        "survey": {name: f"Survey {name}." for name in (*ENDINGS, "stopped")},
        "exemplars": [
            {"concern": "money", "reply": "Your money is safe.", "why": "It answers."},
            {"concern": "next", "reply": "This happens next.", "why": "It answers."},
        ],
        "sources": [
            {
                "fact": "Ring 159",
                "source": "Stop Scams UK",
                "as_of": "2026-11-01",
                "review_by": "2027-05-01",
            }
        ],
    }
    return {**fields, **changes}


REACTIONS = (
    "blamed",
    "minimised",
    "asked_for_secret",
    "promised_too_much",
    "guessed",
    "told_of_others",
    "shut_down",
    "wrong_advice",
    "stock_phrases",
    "good_question",
    "felt_heard",
    "does_not_know",
    "silence",
)
ENDINGS = ("reassured", "uneasy", "walks_away", "asks_for_supervisor")


def concern(name: str, about: str) -> dict[str, Any]:
    """Return the fields of a concern with one need: to say that its subject is so."""
    return {
        "id": name,
        "about": about,
        "weight": 1,
        "lines": {mood: lines(f"{name} {mood}") for mood in _MOODS},
        "needs": [
            {
                "need": f"says that {about}",
                "examples": [f"this {about} now", f"yes {about} here", f"your {about}"],
            }
        ],
        **{field: lines(f"{name} {field}") for field in ("follow_ups", "press", "met")},
        "hint": f"Say that {about}.",
    }


def lines(name: str, count: int = 3) -> list[str]:
    """Return lines that tell where they come from: `Line blamed 1.`"""
    return [f"Line {name.replace('_', ' ')} {number}." for number in range(1, count + 1)]


def as_yaml(fields: dict[str, Any]) -> str:
    """Return the fields as the text of a scenario file."""
    return yaml.safe_dump(fields, sort_keys=False, allow_unicode=True)


def graded(
    *levels: int,
    kinds: tuple[str, ...] = (),
    reply: str = "A reply.",
    rubric: str = "0" * 64,
) -> Grade:
    """Return a grade of the three `levels`, with violations of `kinds`."""
    return Grade(
        reply=reply,
        levels=tuple(
            Level(name, level, "because", (Span(0, len(reply), reply),) if level else ())
            for name, level in zip(CRITERIA, levels, strict=True)
        ),
        violations=tuple(Violation(kind, Span(0, len(reply), reply), "harms") for kind in kinds),
        try_next="Say what happens next.",
        rubric=rubric,
    )


class OneByOne(Grader):
    """A grader that judges many replies as it judges one."""

    def grade_all(self, asked: Sequence[Asked]) -> list[Grade | Ungraded]:
        """Judge each as `grade` does."""
        return [self.grade(one.reply, said=one.said, case=one.case) for one in asked]


class ScoredGrader(OneByOne):
    """Reads three scores out of the reply, such as `0.20 1.40 2.90`, and cuts them into levels."""

    def __init__(self, cuts: dict[str, tuple[float, float, float]], rubric: str = "0" * 64) -> None:
        self._cuts, self._rubric = cuts, rubric
        self.graded = 0

    def grade(self, reply: str, *, said: str, case: Case) -> Grade | Ungraded:
        """Return the grade that the scores come to; Ungraded when it names none."""
        self.graded += 1
        scores = [float(score) for score in re.findall(r"\d\.\d\d", reply)]
        if len(scores) != len(CRITERIA):
            return Ungraded(reply, "empty", "There are no words to grade.")
        named = dict(zip(CRITERIA, scores, strict=True))
        levels = [sum(named[name] >= cut for cut in self._cuts[name]) for name in CRITERIA]
        kinds = tuple(re.findall(r"!(\w+)", reply))
        grade = graded(*levels, kinds=kinds, reply=reply, rubric=self._rubric)
        scored = (replace(level, score=named[level.criterion]) for level in grade.levels)
        return replace(grade, levels=tuple(scored))


def scripted(rubric: Loaded) -> ScriptedGrader:
    """Return the scripted grader; its grades name the rubric."""
    return ScriptedGrader(rubric.hash)


class ScriptedGrader(OneByOne):
    """Reads the grade out of the reply: `213` are the levels, `!blame` is a violation."""

    def __init__(self, rubric: str = "0" * 64) -> None:
        self._rubric = rubric

    def grade(self, reply: str, *, said: str, case: Case) -> Grade:
        """Return the grade that the reply names; 000 when it names none."""
        found = re.search(r"\b([0-3])([0-3])([0-3])\b", reply)
        levels = tuple(int(level) for level in found.groups()) if found else (0, 0, 0)
        return graded(
            *levels, kinds=tuple(re.findall(r"!(\w+)", reply)), reply=reply, rubric=self._rubric
        )


def turn(
    number: int,
    grade: Grade | Ungraded,
    *,
    act: ActKind = "press",
    concern: str = "money",
    met: tuple[str, ...] = (),
    mood: Mood = CALM,
) -> Turn:
    """Return a turn; `act` and `concern` are the customer's answer, `mood` hers before it."""
    return Turn(
        number=number,
        said="Is my money gone?",
        reply=grade.reply,
        grade=grade,
        before=mood,
        after=mood,
        act=Act(act, (), concern),
        line="And then?",
        phrased_by="authored",
        met=met,
    )


def session(
    *turns: Turn,
    ending: EndingKind | None = "reassured",
    redone: tuple[Turn, ...] = (),
    rubric: Rubric | None = None,
    **changes: Any,
) -> Session:
    """Return a session of the small scenario, with `changes` to it, as the record would have it."""
    scenario = Scenario.model_validate_json(json.dumps(small(**changes)))
    return Session(
        id="a-session",
        owner="ada",
        scenario=scenario,
        pins=Pins("0" * 64, "0" * 64),
        seed=1,
        started=0.0,
        opening="Is my money gone?",
        start_mood=CALM,
        turns=turns,
        redone=redone,
        ending=ending,
        current_concern=None,
        met=tuple(name for turn in turns for name in turn.met),
        rubric=rubric,
    )
