"""Grading files of replies."""

from __future__ import annotations

import json
from pathlib import Path

from rubrics.batch import BatchReport, grade_file
from rubrics.grade import Grader
from rubrics.model import load_rubric
from rubrics.second_opinion import SecondedGrader, SecondJudge, Server
from tests.examples import ScriptedGrader
from tests.rubrics.openai_server import Behaviour, failing, fair, serving, verdict

GOOD = {"id": "a", "case": "c1", "customer": "Is it gone?", "reply": "213 !blame no"}


def run(
    folder: Path, *lines: str, grader: Grader | None = None
) -> tuple[BatchReport, list[dict[str, object]]]:
    (folder / "cases.jsonl").write_text('{"id": "c1", "country": "UK"}\n{"id": 3}\nnope\n')
    (folder / "replies.jsonl").write_text("".join(f"{line}\n" for line in lines))
    out = folder / "grades.jsonl"
    report = grade_file(
        folder / "cases.jsonl",
        folder / "replies.jsonl",
        out,
        grader or ScriptedGrader(),
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


def seconded(folder: Path, behaviour: Behaviour) -> tuple[BatchReport, list[dict[str, object]]]:
    with serving(behaviour) as fake:
        second = SecondJudge(Server("m", fake.address))
        grader = SecondedGrader(ScriptedGrader(), second, load_rubric().rubric)
        try:
            return run(folder, json.dumps(GOOD), grader=grader)
        finally:
            second.close()


def test_a_second_opinion_is_in_the_line(tmp_path: Path):
    """Its levels, violations and spans stand beside the grade's, with what is far apart."""
    found = verdict(0, 1, 3, quote="no", violations={"dismiss": "no"})

    report, rows = seconded(tmp_path, fair(found))

    assert (rows[0]["acknowledgement"], rows[0]["empathy"], rows[0]["next_steps"]) == (2, 1, 3)
    opinion = rows[0]["second_opinion"]
    assert isinstance(opinion, dict)
    assert (opinion["by"], opinion["acknowledgement"], opinion["not_available"]) == ("m", 0, None)
    assert opinion["violations"] == [{"kind": "dismiss", "start": 11, "end": 13, "text": "no"}]
    assert rows[0]["disagreements"] == [
        {"about": "acknowledgement", "grader": 2, "second": 0},
        {"about": "blame", "grader": 1, "second": 0},
        {"about": "dismiss", "grader": 0, "second": 1},
    ]
    assert report.summary.endswith("; second opinions: 1 given, 0 not available")


def test_no_second_opinion_is_null_not_0(tmp_path: Path):
    """When the model fails, its levels are null and the reason is there; the grade is whole."""
    report, rows = seconded(tmp_path, failing(400))

    opinion = rows[0]["second_opinion"]
    assert isinstance(opinion, dict)
    assert opinion["empathy"] is None
    assert "status 400" in opinion["not_available"]
    assert rows[0]["empathy"] == 1
    assert (report.graded, report.seconded, report.not_seconded) == (1, 0, 1)


def test_without_one_a_line_is_as_before(tmp_path: Path):
    """Where nobody was asked, neither line nor summary has a word of it."""
    report, rows = run(tmp_path, json.dumps(GOOD))

    assert "second_opinion" not in rows[0]
    assert "second" not in report.summary
