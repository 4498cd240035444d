"""Panels as HTML: Jinja templates with autoescape, from sessions. Pure.

Everything a person, an author or a model wrote passes through autoescape; the page then shows the
fragment through gr.Markdown's sanitiser. gr.HTML is never used: its templates run what they show.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bot.act import CONTRACTS
from bot.calibrating import Fitted, Report
from bot.turn import Mood, Session, Turn
from rubrics.agreement import Disagreement
from rubrics.calibration import Standing
from rubrics.grade import CRITERIA, TOP_LEVEL, Grade, Level, Opinion, Span
from rubrics.opinion import added
from rubrics.ratings import Item
from rubrics.second_opinion import Server
from scenarios.model import Scenario
from ui import debrief, text


@dataclass(frozen=True)
class Change:
    """A reply with the grader's edit in it, cut where the edit begins and ends."""

    before: str
    taken: str
    put: str
    after: str


@dataclass(frozen=True)
class Piece:
    """A run of a reply's letters that has the same marks."""

    words: str
    names: tuple[str, ...]
    """Criteria and violations that the run is evidence of; empty for plain words."""
    ends: tuple[str, ...]
    """Those among `names` whose span ends with this run: where the label stands."""


def welcome(second: Server | None = None) -> str:
    """Return the words over the scenarios; `second` is where replies are sent, too."""
    return _render("welcome.html", sent=_sent(second))


def card(scenario: Scenario) -> str:
    """Return one scenario's card."""
    return _render("card.html", s=scenario)


def links(session: Session) -> str:
    """Return the links that save the debrief."""
    return _render("links.html", session=session)


def brief(session: Session, second: Server | None = None) -> str:
    """Return what the trainee may know, say and offer, and where the replies are sent, too."""
    contract = CONTRACTS[session.scenario.difficulty]
    return _render("brief.html", s=session.scenario, contract=contract, sent=_sent(second))


def transcript(session: Session) -> str:
    """Return the conversation; a turn taken back stands beside the one that replaced it."""
    return _render("transcript.html", session=session, first_tries=_first_tries(session))


def mood(session: Session) -> str:
    """Return the customer's mood now, and how it came there."""
    return _render("mood.html", session=session, moods=moods(session))


def hint(words: str | None) -> str:
    """Return a hint that was asked for; None when there is nothing left to help with."""
    return _render("help.html", title="Hint", words=words or text.IS_OVER, why="")


def exemplar(found: tuple[str, str] | None) -> str:
    """Return one good reply and why it is; (reply, why) as the room gives it."""
    words, why = found or (text.IS_OVER, "")
    return _render("help.html", title="One good reply", words=words, why=why)


def feedback(session: Session) -> str:
    """Return the last reply's grade with its evidence."""
    turn = session.turns[-1] if session.turns else None
    return _render(
        "feedback.html",
        session=session,
        turn=turn,
        before=_earlier(session),
        pieces=pieces(turn) if turn else [],
        change=change(turn.grade) if turn and isinstance(turn.grade, Grade) else None,
    )


def report(session: Session, standing: Standing) -> str:
    """Return the debrief; `standing` says whether grades are calibrated here."""
    worth = debrief.worth(session)
    return _render(
        "debrief.html",
        session=session,
        badge=text.badge(standing),
        worth=worth,
        standing={one.criterion: one for one in worth.criteria} if worth else {},
        rows={name: debrief.levels(session, name) for name in CRITERIA},
        moods=moods(session),
        turns=[(turn, pieces(turn)) for turn in session.turns],
        first_tries=_first_tries(session),
        met=debrief.met(session),
        missed=debrief.missed(session),
        survey=debrief.survey(session),
        goal=debrief.goal(session),
        whose_words=_were_sent(debrief.hosts(session)),
    )


def status(session: Session) -> str:
    """Return what a screen reader is told after a turn."""
    return _render(
        "status.html", session=session, turn=session.turns[-1] if session.turns else None
    )


def header(session: Session | None, standing: Standing, second: Server | None = None) -> str:
    """Return the bar over the page.

    `standing` says whether grades are calibrated here; `second` is where replies are sent, too.
    """
    whose_words = text.WHOSE_WORDS
    if second:
        whose_words = text.WHOSE_WORDS_SECOND.format(host=second.host)
    full, short = text.badge(standing), text.short_badge(standing)
    return _render(
        "header.html",
        session=session,
        badge=full,
        short=short,
        second=second,
        whose_words=whose_words,
    )


def calibrate_header(standing: Standing) -> str:
    """Return the bar over the Calibrate page."""
    full, short = text.badge(standing), text.short_badge(standing)
    return _render("calibrate_header.html", badge=full, short=short)


def calibrate_welcome() -> str:
    """Return the words over the rater's name."""
    return _render("calibrate_welcome.html")


def begun(rated: Mapping[str, int], count: int) -> str:
    """Return who has begun to rate, and how far each came; empty when nobody has."""
    return _render("begun.html", rated=rated, count=count) if rated else ""


def item(shown: Item, number: int, count: int, rated: int, rater: str) -> str:
    """Return a reply to rate with its case and customer; never what the grader makes of it."""
    return _render("item.html", item=shown, number=number, count=count, rated=rated, rater=rater)


def calibration(found: Report) -> str:
    """Return how the raters and the grader agree, and where they don't."""
    apart = [
        (found_apart, found.items[found_apart.reply], _level_of(found, found_apart))
        for found_apart in found.disagreements
    ]
    return _render("calibration.html", report=found, apart=apart, badge=text.badge(found.standing))


def fitted(found: Fitted) -> str:
    """Return what refitting the thresholds came to."""
    names = ", ".join(text.CRITERION[name] for name in found.refit.moved)
    said = text.FITTED.format(names=names) if found.calibration else text.NOT_FITTED
    return _render("fitted.html", said=said, refit=found.refit)


def note(message: str, kind: str = "note") -> str:
    """Return a short message; `kind` is `note` or `wrong`. Empty for an empty message."""
    return _render("note.html", message=message, kind=kind) if message else ""


def page(session: Session, css: str, standing: Standing) -> str:
    """Return the debrief as a document of its own, for export. Keeps its line breaks."""
    body = Markup(report(session, standing))
    return (
        _environment()
        .get_template("export.html")
        .render(session=session, body=body, css=Markup(css))
    )


def change(grade: Grade) -> Change | None:
    """Return the reply with the one thing to try made as an edit, if there is one."""
    edit, reply = grade.edit, grade.reply
    if edit is None:
        return None
    return Change(reply[: edit.start], reply[edit.start : edit.end], edit.text, reply[edit.end :])


def pieces(turn: Turn) -> list[Piece]:
    """Return the reply cut where its evidence and violations begin and end; joined they are it."""
    if not isinstance(turn.grade, Grade):
        return [Piece(turn.reply, (), ())]
    named: list[tuple[str, Span]] = [
        (level.criterion, span) for level in turn.grade.levels for span in level.evidence
    ]
    named += [(violation.kind, violation.span) for violation in turn.grade.violations]
    edges = {0, len(turn.reply), *(e for _, span in named for e in (span.start, span.end))}
    cuts = sorted(edges)
    return [
        Piece(
            turn.reply[start:end],
            tuple(dict.fromkeys(n for n, span in named if span.start <= start and end <= span.end)),
            tuple(dict.fromkeys(n for n, span in named if span.end == end)),
        )
        for start, end in itertools.pairwise(cuts)
    ]


def moods(session: Session) -> dict[str, list[int]]:
    """Return each part of the mood over the session, in hundredths, the start first."""
    seen: list[Mood] = [session.start_mood, *(turn.after for turn in session.turns)]
    return {name: [round(getattr(mood, name) * 100) for mood in seen] for name in text.MOOD}


def sent(second: Server) -> str:
    """Return the sentence that says where replies are sent, and whether they leave the machine."""
    words = text.SENT_HERE if second.here else text.SENT
    return words.format(host=second.host, model=second.model)


def _sent(second: Server | None) -> str:
    return sent(second) if second else ""


def _were_sent(hosts: list[str]) -> str:
    return text.WAS_SENT.format(hosts=", ".join(hosts)) if hosts else text.WHOSE_WORDS


def _first_tries(session: Session) -> dict[int, list[Turn]]:
    found: dict[int, list[Turn]] = {}
    for turn in session.redone:
        found.setdefault(turn.number, []).append(turn)
    return found


def _earlier(session: Session) -> Grade | None:
    graded = debrief.graded(session)
    return graded[-2][1] if len(graded) > 1 else None


def _render(template: str, **values: Any) -> str:
    """Return a fragment on one line: Markdown would read an indented line as code."""
    rendered = _environment().get_template(template).render(**values)
    return re.sub(r"\s*\n\s*", " ", rendered).strip()


def _level_of(found: Report, apart: Disagreement) -> Level:
    levels = found.grades[apart.reply].levels
    return next(level for level in levels if level.criterion == apart.criterion)


def _hundredths(value: float | None) -> str:
    """Return the figure to two digits, or a dash where there is none."""
    return "–" if value is None else f"{value:.2f}"


def _lines(words: str) -> Markup:
    """Return the words escaped, with their line breaks as elements."""
    return Markup("<br>").join(words.splitlines())


def _initials(name: str) -> str:
    words = [word for word in name.replace(".", "").split() if word not in _TITLES]
    return "".join(word[0] for word in words[:2]).upper()


_TITLES = ("Mr", "Mrs", "Ms", "Miss", "Dr", "Sir", "Dame")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("ui"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["lines"] = _lines
    environment.filters["initials"] = _initials
    environment.filters["added"] = added
    environment.filters["looks"] = debrief.looks
    environment.filters["hundredths"] = _hundredths
    environment.globals.update(text=text, criteria=CRITERIA, top=TOP_LEVEL)
    environment.tests["grade"] = lambda value: isinstance(value, Grade)
    environment.tests["opinion_given"] = lambda value: isinstance(value, Opinion)
    return environment
