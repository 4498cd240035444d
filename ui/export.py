"""A session as CSV, JSON or a document of its own. Pure."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.turn import Session, Turn
from rubrics.calibration import Standing
from rubrics.grade import CRITERIA, Grade, NoOpinion, Opinion
from rubrics.opinion import disagreements
from rubrics.session import SessionGrade
from rubrics.session import dump as dump_session
from ui import debrief, fragments, text

STYLE = Path(__file__).with_name("style.css")

_FORMULA = "=+-@"
_PASSED_OVER = ("Cc", "Cf", "Zs", "Zl", "Zp")
"""Unicode categories that a spreadsheet may drop from a cell's start: invisible ones, spaces."""


def as_html(session: Session, standing: Standing) -> str:
    """Return the debrief as one HTML document that loads nothing."""
    return fragments.page(session, STYLE.read_text(encoding="utf-8"), standing)


def as_json(session: Session, standing: Standing) -> str:
    """Return everything that the debrief is made from, as JSON."""
    survey = asdict(debrief.survey(session))
    worth = debrief.worth(session)
    fields = {
        "session": session.id,
        "scenario": session.scenario.id,
        "scenario_version": session.scenario.version,
        "scenario_hash": session.pins.scenario,
        "rubric_hash": session.pins.rubric,
        "calibration": text.badge(standing),
        "started": session.started,
        "ending": session.ending,
        "opening": session.opening,
        "concerns_met": list(session.met),
        "survey": survey,
        "goal": debrief.goal(session),
        "session_grade": dump_session(worth) if worth else None,
        "turns": [_turn(turn) for turn in session.turns],
        "taken_back": [_turn(turn) for turn in session.redone],
    }
    return json.dumps(fields, ensure_ascii=False, indent=1)


def as_csv(session: Session, standing: Standing) -> str:
    """Return one row a turn. No cell can be read as a formula by a spreadsheet."""
    out = io.StringIO()
    worth = debrief.worth(session)
    rows = [_row(turn, "stands") | _worth(turn, worth) for turn in session.turns]
    rows += [_row(turn, "taken back") for turn in session.redone]
    writer = csv.DictWriter(out, fieldnames=_COLUMNS)
    writer.writeheader()
    calibrated = {"calibration": text.badge(standing)}
    cells = (row | calibrated for row in rows)
    writer.writerows({name: safe_cell(value) for name, value in row.items()} for row in cells)
    return out.getvalue()


def safe_cell(value: Any) -> Any:
    """Return the cell with a quote in front where a spreadsheet would compute it.

    Spreadsheets pass over spaces and invisible characters before a formula; so does this.
    """
    words = value if isinstance(value, str) else ""
    plain = unicodedata.normalize("NFKC", words)  # a wide "＝" begins a formula too
    seen = (letter for letter in plain if unicodedata.category(letter) not in _PASSED_OVER)
    return f"'{value}" if next(seen, " ") in _FORMULA else value


_COLUMNS = (
    "turn",
    "state",
    "customer",
    "reply",
    *CRITERIA,
    "violations",
    "ungraded",
    "try_next",
    "second_opinion",
    "for_the_trainer",
    "answer",
    "anxiety",
    "anger",
    "trust",
    "best_for",
    "repaired_by",
    "signs",
    "session_result",
    "session_limits",
    "calibration",
)


def _row(turn: Turn, state: str) -> dict[str, Any]:
    grade = turn.grade
    row = {"turn": turn.number, "state": state, "customer": turn.said, "reply": turn.reply}
    row |= {"answer": turn.line, **vars(turn.after)}
    if isinstance(grade, Grade):
        row |= {name: grade.level(name) for name in CRITERIA}
        row["violations"] = " ".join(dict.fromkeys(v.kind for v in grade.violations))
        row["second_opinion"] = _second(grade.opinion)
        row["for_the_trainer"] = "; ".join(debrief.looks(grade))
        return row | {"ungraded": "", "try_next": grade.try_next}
    return row | {"ungraded": grade.reason}


def _second(opinion: Opinion | NoOpinion | None) -> str:
    if opinion is None:
        return ""
    if isinstance(opinion, NoOpinion):
        return text.SECOND_NONE.format(message=opinion.message)
    found = [f"{level.criterion} {level.level}" for level in opinion.levels]
    found += [f"{violation.kind} “{violation.span.text}”" for violation in opinion.violations]
    return "; ".join(found)


def _turn(turn: Turn) -> dict[str, Any]:
    far = disagreements(turn.grade) if isinstance(turn.grade, Grade) else ()
    return {**asdict(turn), "disagreements": [asdict(disagreement) for disagreement in far]}


def _worth(turn: Turn, worth: SessionGrade | None) -> dict[str, Any]:
    """Return the columns that say what a standing reply was to the whole; empty without a grade."""
    if worth is None:
        return {}
    here = [broken for broken in worth.violations if broken.reply == turn.number]
    return {
        "best_for": " ".join(s.criterion for s in worth.criteria if s.best == turn.number),
        "repaired_by": next((b.repaired_by for b in here if b.repaired_by), ""),
        "signs": " ".join(
            seen.kind for seen in worth.signs if any(n == turn.number for n, _ in seen.found)
        ),
        "session_result": worth.result or "",
        "session_limits": " ".join(worth.limits),
    }
