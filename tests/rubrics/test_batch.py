"""Grading files of replies."""

from __future__ import annotations

import json
from pathlib import Path

from rubrics.batch import BatchReport, grade_file
from tests.examples import ScriptedGrader

GOOD = {"id": "a", "case": "c1", "customer": "Is it gone?", "reply": "213 !blame no"}


def run(folder: Path, *lines: str) -> tuple[BatchReport, list[dict[str, object]]]:
    (folder / "cases.jsonl").write_text('{"id": "c1", "country": "UK"}\n{"id": 3}\nnope\n')
    (folder / "replies.jsonl").write_text("".join(f"{line}\n" for line in lines))
    out = folder / "grades.jsonl"
    report = grade_file(
        folder / "cases.jsonl",
        folder / "replies.jsonl",
        out,
        ScriptedGrader(),
        progress=lambda: None,
    )
    return report, [json.loads(line) for line in out.read_text().splitlines()]


def test_it_writes_levels_violations_and_spans(tmp_path: Path):
    """A grade is one line, with exact spans."""
    _, rows = run(tmp_path, json.dumps(GOOD))

    assert (rows[0]["acknowledgement"], rows[0]["empathy"], rows[0]["next_steps"]) == (2, 1, 3)
    assert rows[0]["violations"] == [
        {"kind": "blame", "start": 0, "end": 13, "text": "213 !blame no"}
    ]
    assert rows[0]["ungraded"] is None


def test_bad_lines_are_told_by_number_and_skipped(tmp_path: Path):
    """Bad JSON, a missing field and an unknown case are told; the rest is graded."""
    bad = ["{", "[]", json.dumps({**GOOD, "case": "zz"}), json.dumps({"id": "q"})]

    report, rows = run(tmp_path, *bad, json.dumps(GOOD))

    assert len(rows) == 1
    told = [(error.file, error.line) for error in report.errors]
    assert told == [
        ("cases.jsonl", 2),
        ("cases.jsonl", 3),
        *(("replies.jsonl", n) for n in range(1, 5)),
    ]


def test_it_goes_on_where_it_was_cut_off(tmp_path: Path):
    """What is there is kept, a torn last line is graded again, nothing is there twice."""
    lines = [json.dumps({**GOOD, "id": name}) for name in "abc"]
    _, whole = run(tmp_path, *lines)
    out = tmp_path / "grades.jsonl"
    out.write_bytes(out.read_bytes()[:-20])

    report, rows = run(tmp_path, *lines)

    assert (report.already, report.graded) == (2, 1)
    assert rows == whole
