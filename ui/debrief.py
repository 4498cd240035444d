"""What a session was worth: pure functions from turns to what the debrief shows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from bot.calls import played
from bot.turn import Session, Turn
from rubrics.grade import CRITERIA, TOP_LEVEL, Grade
from rubrics.opinion import Disagreement, disagreements
from rubrics.session import SessionGrade, grade_session
from scenarios.model import Concern
from ui import text


@dataclass(frozen=True)
class Survey:
    """What the customer says afterwards, as in the short survey after a real call."""

    effort: int
    """How hard it was to get help: 1 (very easy) to 5 (very hard work)."""
    trust: int
    """Trust left, 0 to 10."""
    words: str


def graded(session: Session) -> list[tuple[Turn, Grade]]:
    """Return the standing turns that could be graded; the others count for nothing."""
    return [(turn, turn.grade) for turn in session.turns if isinstance(turn.grade, Grade)]


def worth(session: Session) -> SessionGrade | None:
    """Return what the session was worth by its own rubric; None when that has no rules for it."""
    rubric = session.rubric
    return grade_session(played(session, rubric), rubric) if rubric else None


def levels(session: Session, criterion: str) -> list[tuple[int, int | None]]:
    """Return (turn number, level) for each standing turn; None where it could not be graded."""
    return [
        (turn.number, turn.grade.level(criterion) if isinstance(turn.grade, Grade) else None)
        for turn in session.turns
    ]


def met(session: Session) -> list[Concern]:
    """Return the concerns that were met, in the scenario's order."""
    return [concern for concern in session.scenario.concerns if concern.id in session.met]


def missed(session: Session) -> list[Concern]:
    """Return the concerns that were not met."""
    return [concern for concern in session.scenario.concerns if concern.id not in session.met]


def survey(session: Session) -> Survey:
    """Return the customer's survey. Effort: replies per concern met, against a good pace."""
    done = len(session.met)
    tries = len(session.turns) / done if done else 5
    ending = session.ending or "stopped"
    return Survey(
        effort=max(1, min(5, round(tries)))
        if ending == "reassured"
        else max(3, round(min(tries, 5))),
        trust=round(session.mood.trust * 10),
        words=getattr(session.scenario.survey, ending),
    )


def looks(grade: Grade) -> list[str]:
    """Return what a trainer should look at: where grader and second opinion are far apart."""
    return [_look(disagreement) for disagreement in disagreements(grade)]


def hosts(session: Session) -> list[str]:
    """Return where replies of the session were sent for a second opinion, each once."""
    grades = [turn.grade for turn in (*session.turns, *session.redone)]
    opinions = [grade.opinion for grade in grades if isinstance(grade, Grade)]
    return list(dict.fromkeys(opinion.host for opinion in opinions if opinion))


def goal(session: Session) -> str:
    """Return one goal for next time: a grave violation first, else the weakest
    criterion, else a sign that was not as asked."""
    grades = [grade for _, grade in graded(session)]
    harms = [v for grade in grades for v in grade.violations]
    if harms:
        counts = Counter(v.kind for v in sorted(harms, key=lambda v: not v.grave))
        kind = next((v.kind for v in harms if v.grave), counts.most_common(1)[0][0])
        example = next(v.reason for v in harms if v.kind == kind)
        return text.GOAL["violation"].format(kind=text.VIOLATION[kind], example=example)
    totals = {name: sum(grade.level(name) for grade in grades) for name in CRITERIA}
    weakest = min(CRITERIA, key=lambda name: totals[name])
    if not grades or totals[weakest] == TOP_LEVEL * len(grades):
        return _sign_to_mend(session) or text.GOAL["none"]
    return text.GOAL[weakest]


def _look(found: Disagreement) -> str:
    if found.about in CRITERIA:
        return text.LOOK_LEVEL.format(
            about=text.CRITERION[found.about], grader=found.grader, second=found.second
        )
    finder = text.GRADER if found.grader else text.SECOND.lower()
    return text.LOOK_FOUND.format(about=text.VIOLATION[found.about].capitalize(), finder=finder)


def _sign_to_mend(session: Session) -> str | None:
    found = worth(session)
    return next((seen.says for seen in found.signs if not seen.as_asked), None) if found else None
