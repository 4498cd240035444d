"""`calmline calibrate` with a scripted rater, and the badge everywhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot.calibrating import Calibrating
from rubrics.calibration import Calibration, Standing, shipped_cuts
from rubrics.grade import CRITERIA
from rubrics.model import load_rubric
from rubrics.ratings import rater_path
from tests.examples import ScoredGrader
from ui import calibration, text

Run = Callable[..., Result]
ONE = "0\n1\n2\nblame dismiss\nso so\n"
"""A scripted rater's answers to one reply."""


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a command on a folder of its own."""

    def run(*words: str, said: str = "") -> Result:
        folder = ["--folder", str(tmp_path / "kit")]
        return CliRunner().invoke(calibration.app, [*words, *folder], input=said)

    return run


def draw(folder: Path, count: int) -> None:
    """Draw replies whose scores a scripted grader reads out of them."""
    (folder / "c.jsonl").write_text(
        '{"id": "c", "exposed_data": ["name"], "next_update": "Friday"}\n'
    )
    scores = [f"{(i * 60 // count) / 20:.2f}" for i in range(count)]
    rows = [
        {"id": f"r{i}", "case": "c", "customer": "Is it gone?", "reply": f"{s} {s} {s} no. {i}"}
        for i, s in enumerate(scores)
    ]
    (folder / "r.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    kit = Calibrating(folder / "kit", load_rubric(), lambda: ScoredGrader(shipped_cuts()))
    kit.new(folder / "c.jsonl", folder / "r.jsonl", count=count, seed=0)


def test_it_draws_with_the_shipped_grader(run: Run, tmp_path: Path):
    """It says how many, at which levels, and what it skipped."""
    (tmp_path / "c.jsonl").write_text('{"id": "c"}\n')
    good = {"id": "a", "case": "c", "customer": "Is it gone?", "reply": "We are looking into it."}
    lines = [good, {**good, "id": "b", "case": "z"}]
    (tmp_path / "r.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))

    found = run("new", "--from", str(tmp_path / "r.jsonl"), "--cases", str(tmp_path / "c.jsonl"))

    assert "1 reply drawn" in found.output
    assert "no more than 1 different" in found.output
    assert "r.jsonl:2: case: 'z' is not in the cases file; skipped" in found.output
    assert (tmp_path / "kit" / "batch.jsonl").exists()


def test_a_rater_rates_leaves_and_goes_on(run: Run, tmp_path: Path):
    """Case, customer, reply and the rubric's sentences are shown, the grader's view never."""
    draw(tmp_path, 3)
    first = run("rate", "--rater", "Ann", said=ONE + "2\nq\n")
    second = run("rate", "--rater", "Ann", said=ONE * 2)

    assert first.exit_code == second.exit_code == 0
    for shown in ("What leaked: name", "Next update: Friday", "Customer: Is it gone?", "no. "):
        assert shown in first.output
    assert "It names what happened and what it means for this customer" in first.output
    assert "1 of 3 rated by Ann" in first.output
    assert "3 of 3 rated by Ann" in second.output
    assert "Calmline" not in first.output + second.output
    lines = rater_path(tmp_path / "kit", "Ann").read_text().splitlines()
    assert len(lines) == 4
    kept = json.loads(lines[1])
    assert [kept[name] for name in CRITERIA] == [0, 1, 2]
    assert (kept["violations"], kept["words"]) == (["blame", "dismiss"], "so so")


def test_what_is_no_answer_is_asked_again(run: Run, tmp_path: Path):
    """It says what is wrong and what is expected."""
    draw(tmp_path, 1)

    told = run("rate", "--rater", "Ann", said="4\n1\nx\n1\n1\nrude\n\n\n")

    assert "'4' is no level; type 0, 1, 2 or 3" in told.output
    assert "rude: unknown; choose from blame" in told.output
    assert "1 of 1 rated by Ann" in told.output


def rate_all(run: Run, name: str, folder: Path) -> None:
    batch = [json.loads(line) for line in (folder / "kit" / "batch.jsonl").open()]
    said = []
    for item in batch:
        level = sum(float(item["reply"][:4]) >= cut for cut in (1.5, 2.0, 2.5))
        said.append(f"{level}\n{level}\n{level}\n\n\n")
    run("rate", "--rater", name, said="".join(said))


def test_two_raters_report_fit_and_forget(run: Run, tmp_path: Path):
    """Kappas with intervals, disagreements, thresholds of their own, and back."""
    draw(tmp_path, 60)
    rate_all(run, "Ann", tmp_path)
    rate_all(run, "Bob", tmp_path)

    report, fit = run("report"), run("fit")
    again, forget = run("report"), run("forget")

    assert "Not calibrated here" in report.output
    assert "1.00 (1.00 to 1.00, 60)" in report.output
    assert "raters 0, 0, Calmline" in report.output
    assert "The new thresholds are in use" in fit.output
    assert "Calibrated here on" in again.output
    assert "with 60 replies, 2 raters" in again.output
    assert "shipped thresholds are in use again" in forget.output
    assert "Not calibrated here" in run("report").output


def test_disagreements_wait_until_all_have_finished(run: Run, tmp_path: Path):
    """Who is not done would learn the grades; --now shows them all the same."""
    draw(tmp_path, 12)
    rate_all(run, "Ann", tmp_path)
    run("rate", "--rater", "Bob", said=ONE)

    waiting, now = run("report"), run("report", "--now")

    assert "Bob has 11 left" in waiting.output
    assert "Calmline 3" not in waiting.output
    assert "raters" in now.output
    assert "Calmline: because" in now.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["report"], "There is no batch"),
        (["new"], "--from and --cases"),
        (["new", "--from", "none.jsonl", "--cases", "none.jsonl"], "none.jsonl is not a file"),
        (["rate", "--rater", "  "], "no batch"),
    ],
)
def test_what_is_missing_is_said_in_one_line(run: Run, words: list[str], told: str):
    """One line, exit code 1, no traceback."""
    found = run(*words)

    assert found.exit_code == 1
    assert told in found.output
    assert "Traceback" not in found.output


def test_removing_everything_is_asked_first(run: Run, tmp_path: Path):
    """No keeps it; --yes does not ask."""
    draw(tmp_path, 3)

    kept = run("forget", "--everything", said="n\n")
    there = (tmp_path / "kit" / "batch.jsonl").exists()
    gone = run("forget", "--everything", "--yes")

    assert (kept.exit_code, there) == (1, True)
    assert "removed" in gone.output
    assert not (tmp_path / "kit" / "batch.jsonl").exists()


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (Standing("none"), "not calibrated here"),
        (Standing("broken"), "calibration can’t be read"),
        (Standing("stale"), "calibration is stale"),
    ],
)
def test_a_badge_says_what_is_not_in_use(standing: Standing, words: str):
    """None, stale or broken: the shipped thresholds are in use, and the badge says why."""
    assert text.badge(standing) == text.short_badge(standing) == words


def test_a_badge_says_when_and_with_how_many():
    """The day, the replies and the raters."""
    made = Calibration(
        cuts={},
        raters=("Ann",),
        n=60,
        before={},
        after={},
        moved=(),
        date="2026-11-25",
        weights="",
        rubric="",
    )

    assert text.badge(Standing("here", made)) == (
        "calibrated here on 2026-11-25 with 60 replies, 1 rater"
    )
    assert text.short_badge(Standing("here", made)) == "calibrated here on 2026-11-25"
