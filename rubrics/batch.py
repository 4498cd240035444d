"""Grades a file of replies into a file of grades: streaming, resumable, never a crash."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rubrics.grade import (
    CRITERIA,
    Asked,
    Case,
    Grade,
    Grader,
    NoOpinion,
    Opinion,
    Span,
    Ungraded,
)
from rubrics.opinion import disagreements

CHUNK = 128
"""Replies that are graded together, and written together: a kill costs this many at most."""


@dataclass(frozen=True)
class BadLine:
    """A line that was skipped, and why."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        """Return `file:line: message`."""
        return f"{self.file}:{self.line}: {self.message}; skipped"


@dataclass
class BatchReport:
    """What became of a file of replies."""

    graded: int = 0
    ungraded: int = 0
    already: int = 0
    seconded: int = 0
    """Grades that a second opinion stands beside."""
    not_seconded: int = 0
    """Grades for which a second opinion was asked in vain."""
    errors: list[BadLine] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """The counts in one line."""
        asked = self.seconded + self.not_seconded
        second = f"; second opinions: {self.seconded} given, {self.not_seconded} not available"
        return (
            f"{self.graded} graded, {self.ungraded} ungraded, {self.already} graded before, "
            f"{len(self.errors)} bad lines skipped{second if asked else ''}"
        )

    def count(self, row: dict[str, Any]) -> None:
        """Count a line of the output."""
        self.ungraded += row["ungraded"] is not None
        self.graded += row["ungraded"] is None
        opinion = row.get("second_opinion")
        if opinion:
            self.seconded += opinion["not_available"] is None
            self.not_seconded += opinion["not_available"] is not None


def grade_file(
    cases: Path, replies: Path, out: Path, grader: Grader, *, progress: Callable[[], object]
) -> BatchReport:
    """Grade every reply that `out` does not hold yet and append its grade as one line.

    `cases` and `replies` are JSONL in the form of the corpus. A bad line is kept in the report's
    errors. A last line of `out` that was cut off is graded again.
    """
    report = BatchReport()
    known = {row["id"]: row["case"] for row in _cases(cases, report)}
    done = _resume(out)
    with out.open("a", encoding="utf-8") as results:
        for rows in _chunks(_new(replies, known, done, report, progress)):
            asked = [Asked(row["reply"], row["customer"], known[row["case"]]) for row in rows]
            for row, grade in zip(rows, grader.grade_all(asked), strict=True):
                result = as_row(row["id"], grade)
                report.count(result)
                results.write(json.dumps(result, ensure_ascii=False) + "\n")
            results.flush()
    return report


def as_row(reply_id: str, grade: Grade | Ungraded) -> dict[str, Any]:
    """Return a grade as a line of the output; levels are null when it is ungraded.

    `second_opinion` and `disagreements` are there only when a second opinion was asked for.
    """
    if isinstance(grade, Ungraded):
        return {"id": reply_id, **_NOTHING, "ungraded": grade.reason}
    row = {"id": reply_id, **_judged(grade), "ungraded": None}
    if grade.opinion is None:
        return row
    far = [asdict(disagreement) for disagreement in disagreements(grade)]
    return {**row, "second_opinion": _opinion(grade.opinion), "disagreements": far}


_NOTHING: dict[str, Any] = {**dict.fromkeys(CRITERIA), "violations": [], "evidence": {}}


def _judged(judged: Grade | Opinion) -> dict[str, Any]:
    return {
        **{level.criterion: level.level for level in judged.levels},
        "violations": [{"kind": v.kind, **_span(v.span)} for v in judged.violations],
        "evidence": {
            level.criterion: [_span(span) for span in level.evidence] for level in judged.levels
        },
    }


def _opinion(opinion: Opinion | NoOpinion) -> dict[str, Any]:
    row = {"by": opinion.by, "host": opinion.host}
    if isinstance(opinion, NoOpinion):
        return {**row, **_NOTHING, "not_available": opinion.message}
    return {**row, **_judged(opinion), "not_available": None}


def _new(
    replies: Path,
    cases: Mapping[str, Case],
    done: set[str],
    report: BatchReport,
    progress: Callable[[], object],
) -> Iterator[dict[str, Any]]:
    """Yield the rows that are to be graded, each id once."""
    for number, row in _rows(replies, report):
        progress()
        wrong = _wrong(row, cases)
        if row.get("id") in done:
            report.already += 1
        elif wrong:
            report.errors.append(BadLine(replies.name, number, wrong))
        else:
            done.add(row["id"])
            yield row


def _wrong(row: dict[str, Any], cases: Mapping[str, Case]) -> str:
    """Return what keeps a row from being graded; empty when nothing does."""
    for name in ("id", "case", "customer", "reply"):
        if not isinstance(row.get(name), str):
            return f"{name}: missing, or not a text"
    return "" if row["case"] in cases else f"case: {row['case']!r} is not in the cases file"


def _chunks(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while chunk := list(itertools.islice(rows, CHUNK)):
        yield chunk


def _cases(path: Path, report: BatchReport) -> Iterator[dict[str, Any]]:
    for number, row in _rows(path, report):
        try:
            if not isinstance(row.get("id"), str):
                raise TypeError("id: missing, or not a text")
            yield {"id": row["id"], "case": Case.from_mapping(row)}
        except TypeError as wrong:
            report.errors.append(BadLine(path.name, number, str(wrong)))


def _rows(path: Path, report: BatchReport) -> Iterator[tuple[int, dict[str, Any]]]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as wrong:
                report.errors.append(BadLine(path.name, number, f"not JSON ({wrong})"))
                continue
            if isinstance(row, dict):
                yield number, row
            else:
                report.errors.append(BadLine(path.name, number, "not an object"))


def _resume(out: Path) -> set[str]:
    """Return the ids that `out` holds; cut off a last line that was not finished."""
    done: set[str] = set()
    if not out.exists():
        return done
    whole = 0
    with out.open("rb") as lines:
        for line in lines:
            try:
                found = json.loads(line)["id"]
            except (ValueError, KeyError, TypeError):
                break
            if not line.endswith(b"\n"):
                break
            done.add(found)
            whole += len(line)
    with out.open("r+b") as results:
        results.truncate(whole)
    return done


def _span(span: Span) -> dict[str, Any]:
    return {"start": span.start, "end": span.end, "text": span.text}
