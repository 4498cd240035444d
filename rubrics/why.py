"""Why a level was given, what is missing for the next one, and one thing to try. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rubrics import edits
from rubrics.grade import TOP_LEVEL, Asked, Edit, Level, Violation
from rubrics.model import Rubric

MOST_QUOTED = 90
"""Characters of the trainee's words that are quoted in one thing to try."""


def explained(level: Level, given: int, reply: str, rubric: Rubric) -> Level:
    """Return `level` as level `given`, with the rubric's words on it. Level 0 has no evidence."""
    words = rubric.criteria[level.criterion]
    now = replace(
        level,
        level=given,
        reason=words.levels[given],
        evidence=level.evidence if given else (),
        missing="",
    )
    part = edits.lacking(now, reply)
    return replace(now, missing=words.missing.get(part, "")) if part else now


def try_next(levels: Sequence[Level], violations: Sequence[Violation], rubric: Rubric) -> str:
    """Return one thing to try: mend the gravest violation, else raise the lowest level."""
    if violations:
        worst = _worst(violations)
        return f"Take out “{_quoted(worst.span.text)}”. {rubric.violations[worst.kind].instead}"
    lowest = _lowest(levels)
    if lowest.level == TOP_LEVEL:
        return "Nothing to add. Keep this for the next customer."
    advice = rubric.criteria[lowest.criterion].try_next[lowest.level]
    if lowest.evidence:
        return f"At “{_quoted(lowest.evidence[0].text)}”: {advice[0].lower()}{advice[1:]}"
    return advice


def edit(
    asked: Asked, levels: Sequence[Level], violations: Sequence[Violation], rubric: Rubric
) -> Edit | None:
    """Return that thing as a change of the trainee's words; None where there is none to make."""
    if not rubric.edits:
        return None
    if violations:
        return edits.mend(_worst(violations), rubric.edits, asked)
    lowest = _lowest(levels)
    part = edits.lacking(lowest, asked.reply)
    return edits.add(lowest, part, rubric.edits, asked) if part else None


def _worst(violations: Sequence[Violation]) -> Violation:
    return max(violations, key=lambda violation: violation.grave)


def _lowest(levels: Sequence[Level]) -> Level:
    return min(levels, key=lambda level: level.level)


def _quoted(text: str) -> str:
    bare = " ".join(text.split())
    return bare if len(bare) <= MOST_QUOTED else f"{bare[: MOST_QUOTED - 1].rstrip()}…"
