"""How a customer's mood moves with a grade. Pure; knows nothing of lines, sessions or Rasa.

Laws, each held by a property test: every part stays in 0..1; a better level never makes any part
worse; a reply with a violation never makes any part better than it was.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.turn import Mood
from rubrics.grade import Grade, Ungraded

START = {
    "calm": Mood(anxiety=0.30, anger=0.10, trust=0.50),
    "worried": Mood(anxiety=0.55, anger=0.20, trust=0.40),
    "anxious": Mood(anxiety=0.75, anger=0.30, trust=0.35),
    "angry": Mood(anxiety=0.60, anger=0.70, trust=0.20),
    "hurt": Mood(anxiety=0.50, anger=0.50, trust=0.30),
}
"""The numbers behind the words that a scenario file may use for a starting mood."""

GOOD_ENOUGH = 1.5
"""The level at which a criterion neither helps nor hurts: between generic (1) and specific (2)."""


@dataclass(frozen=True)
class Temperament:
    """How strongly each part of the mood answers, per level above or below GOOD_ENOUGH."""

    anxiety: float
    anger: float
    trust: float
    sting: float
    """How much a violation hurts, against 1.0 for an even temper."""


TEMPERAMENTS = {
    "panicked": Temperament(anxiety=0.12, anger=0.07, trust=0.09, sting=1.0),
    "icy": Temperament(anxiety=0.06, anger=0.07, trust=0.07, sting=1.2),
    "ashamed": Temperament(anxiety=0.10, anger=0.05, trust=0.09, sting=1.3),
    "weary": Temperament(anxiety=0.09, anger=0.07, trust=0.08, sting=0.9),
    "sarcastic": Temperament(anxiety=0.08, anger=0.10, trust=0.07, sting=1.1),
    "loyal_and_hurt": Temperament(anxiety=0.08, anger=0.10, trust=0.09, sting=1.4),
    "confused": Temperament(anxiety=0.11, anger=0.05, trust=0.10, sting=1.0),
    "expert": Temperament(anxiety=0.07, anger=0.09, trust=0.08, sting=1.1),
}

HURT = {
    "blame": 0.22,
    "minimise": 0.18,
    "speculate": 0.12,
    "overpromise": 0.10,
    "ask_secret": 0.25,
    "disclose": 0.22,
    "liability": 0.06,
    "dismiss": 0.28,
    "off_limits": 0.10,
    "wrong_advice": 0.15,
}
"""What each violation takes from trust (and adds to anger and half to anxiety), even temper."""


def next_mood(mood: Mood, grade: Grade | Ungraded, temperament: str) -> Mood:
    """Return the mood after a reply with `grade`; an ungraded reply leaves it as it is."""
    if isinstance(grade, Ungraded):
        return mood
    temper = TEMPERAMENTS[temperament]
    owned, felt, clear = (
        grade.level(name) - GOOD_ENOUGH for name in ("acknowledgement", "empathy", "next_steps")
    )
    calmer = temper.anxiety * (0.4 * felt + 0.6 * clear)
    softer = temper.anger * (0.6 * owned + 0.4 * felt)
    surer = temper.trust * (owned + felt + clear) / 3
    if grade.violations:
        hurt = temper.sting * max(HURT[violation.kind] for violation in grade.violations)
        calmer, softer = min(calmer, 0.0) - hurt / 2, min(softer, 0.0) - hurt
        surer = min(surer, 0.0) - hurt
    return Mood(
        anxiety=_part(mood.anxiety - calmer),
        anger=_part(mood.anger - softer),
        trust=_part(mood.trust + surer),
    )


def tone(mood: Mood) -> str:
    """Return which of a concern's lines fit the mood: `calm`, `anxious` or `angry`."""
    if mood.anger >= 0.5 and mood.anger >= mood.anxiety - 0.1:
        return "angry"
    return "anxious" if mood.anxiety >= 0.45 else "calm"


def _part(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 4)
