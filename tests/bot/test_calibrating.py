"""Calibration from drawing to forgetting, with a grader that reads its scores out of the reply."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from bot.calibrating import Calibrating
from bot.judge import Judge
from bot.room import UserError
from bot.shelf import Shelf
from rubrics import ratings
from rubrics.calibration import load_calibration, shipped_cuts, weights_hash
from rubrics.encoder import WordHashEncoder
from rubrics.grade import CRITERIA, Case, Grade
from rubrics.model import load_rubric
from rubrics.ratings import Rating
from tests.examples import ScoredGrader
from tests.ui.scripted_server import library

COUNT = 60


class Kit(Calibrating):
    """Calibration of 60 replies whose scores go from 0 to 2.95, and its grader."""

    def __init__(self, folder: Path) -> None:
        self.scored = ScoredGrader(shipped_cuts())
        super().__init__(folder / "calibration", load_rubric(), lambda: self.scored)
        (folder / "cases.jsonl").write_text('{"id": "c", "country": "UK"}\n')
        scores = [f"{i / 20:.2f}" for i in range(COUNT)]
        rows = [
            {"id": f"r{i}", "case": "c", "customer": "Hm?", "reply": f"{s} {s} {s} reply {i}"}
            for i, s in enumerate(scores)
        ]
        (folder / "replies.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
        self.files = folder / "cases.jsonl", folder / "replies.jsonl"

    def drawn(self) -> Kit:
        """Draw all."""
        self.new(*self.files, count=COUNT, seed=0)
        return self

    def all_by(self, name: str = "Ann", cuts: tuple[float, ...] = (1.5, 2.0, 2.5)) -> Kit:
        """Let a rater rate all by cuts of her own."""
        for item in self.batch():
            score = float(item.reply[:4])
            level = sum(score >= cut for cut in cuts)
            self.rate(name, Rating(item.id, dict.fromkeys(CRITERIA, level)))
        return self


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    return Kit(tmp_path)


def test_a_batch_is_blind(kit: Kit):
    """Nothing of the grader's is in the file that raters are shown from."""
    drawn = kit.new(*kit.files, count=20, seed=0)

    assert len(drawn.items) == len(kit.batch()) == 20
    assert [sum(counts) for counts in drawn.levels.values()] == [20, 20, 20]
    kept = (kit.folder / "batch.jsonl").read_text()
    assert set(json.loads(kept.splitlines()[0])) == {"id", "case", "customer", "reply", "learned"}
    assert json.loads(kept.splitlines()[0])["case"]["country"] == "UK"


def test_strict_raters_get_thresholds_of_their_own(kit: Kit):
    """Fitted, they are in use, dated, named and agreed with; the shipped ones agreed less."""
    kit.drawn().all_by("Ann").all_by("Bob")
    before = kit.report()

    fitted = kit.fit(today=date(2026, 11, 25))

    made = load_calibration(kit.folder, weights_hash())
    assert made is not None
    assert made == fitted.calibration
    assert (made.raters, made.n, made.date) == (("Ann", "Bob"), COUNT, "2026-11-25")
    assert made.rubric == kit.rubric.hash
    after = kit.report()
    assert before.agreement.people["empathy"].value == 1.0
    low, high = (r.agreement.calmline["empathy"].value for r in (before, after))
    assert low is not None
    assert high is not None
    assert low < 0.9 < high
    assert len(after.disagreements) < len(before.disagreements)
    assert after.standing.state == "here"


def test_it_changes_nothing_where_refitting_does_not_help(kit: Kit):
    """Raters who agree with the shipped thresholds keep them, and no file is written."""
    kit.drawn()
    for item in kit.batch():
        grade = kit.scored.grade(item.reply, said="", case=item.case)
        kit.rate("Ann", Rating(item.id, {x.criterion: x.level for x in grade.levels}))  # type: ignore[union-attr]

    fitted = kit.fit()

    assert fitted.calibration is None
    assert fitted.refit.moved == ()
    assert kit.standing.state == "none"


def test_too_few_ratings_are_refused(kit: Kit):
    """It says how many there are."""
    kit.drawn()
    for item in kit.batch()[:39]:
        kit.rate("Ann", Rating(item.id, dict.fromkeys(CRITERIA, 1)))

    with pytest.raises(UserError, match="39 replies are rated"):
        kit.fit()


def test_grades_are_made_once(kit: Kit):
    """The drawing's grades serve the report; when the batch was brought from elsewhere, anew."""
    kit.drawn().all_by()
    made = kit.scored.graded

    kit.report()
    assert kit.scored.graded == made
    (kit.folder / ratings.GRADES).unlink()
    kit.report()
    assert kit.scored.graded == made + COUNT


def test_a_report_says_who_is_not_done(kit: Kit):
    """And how many each has left; a rating of a reply outside the batch counts for nothing."""
    kit.drawn().all_by("Ann")
    for item in kit.batch()[:20]:
        kit.rate("Bob", Rating(item.id, dict.fromkeys(CRITERIA, 1)))
    ratings.append(kit.folder, "Bob", Rating("elsewhere", dict.fromkeys(CRITERIA, 1)))

    found = kit.report()

    assert found.unfinished == {"Bob": COUNT - 20}
    assert found.rated == {"Ann": COUNT, "Bob": 20}


def test_who_only_tried_does_not_count(kit: Kit):
    """Three replies are no second opinion: neither in the report nor in the thresholds."""
    kit.drawn().all_by("Ann")
    for item in kit.batch()[:3]:
        kit.rate("Dan", Rating(item.id, dict.fromkeys(CRITERIA, 0)))

    assert kit.report().agreement.people == {}
    assert kit.report().rated == {"Ann": COUNT, "Dan": 3}
    made = kit.fit().calibration
    assert made is not None
    assert made.raters == ("Ann",)


def test_the_ways_out_are_said(kit: Kit):
    """No batch, nobody rated, a reply that is gone, a batch in the way."""
    with pytest.raises(UserError, match="calibrate new"):
        kit.batch()
    kit.drawn()
    with pytest.raises(UserError, match="Nobody has rated"):
        kit.report()
    with pytest.raises(UserError, match="not in the batch"):
        kit.rate("Ann", Rating("gone", dict.fromkeys(CRITERIA, 1)))
    with pytest.raises(UserError, match="name"):
        kit.rate("", Rating("r0", dict.fromkeys(CRITERIA, 1)))
    kit.all_by()
    with pytest.raises(UserError, match="forget --everything"):
        kit.new(*kit.files, count=5, seed=0)


def test_replies_that_cannot_be_graded_are_no_batch(kit: Kit):
    """It names the file."""
    kit.files[1].write_text('{"id": "a", "case": "c", "customer": "Hm?", "reply": "..."}\n')

    with pytest.raises(UserError, match=r"replies\.jsonl: no reply"):
        kit.new(*kit.files, count=5, seed=0)


def test_forgetting_keeps_the_ratings_unless_asked(kit: Kit):
    """First the thresholds go, then everything."""
    kit.drawn().all_by()
    kit.fit()

    assert kit.forget()
    assert kit.standing.state == "none"
    assert kit.ratings_of("Ann")
    assert kit.forget(everything=True)
    assert not kit.forget(everything=True)
    with pytest.raises(UserError):
        kit.batch()


def test_a_turn_is_judged_by_it_from_the_next_reply_on(kit: Kit):
    """The judge of a running session takes the thresholds without being started again."""
    kit.drawn().all_by("Ann")
    found = library()
    shelf = Shelf(kit.folder.parent, found)
    judge = Judge(shelf, WordHashEncoder(), lambda _: kit.scored)
    pins = shelf.pins("small")

    before = judge.judge("1.40 1.40 1.40", said="Hm?", pins=pins).grade
    kit.fit()
    after = judge.judge("1.40 1.40 1.40", said="Hm?", pins=pins).grade

    assert isinstance(before, Grade)
    assert isinstance(after, Grade)
    assert before.level("acknowledgement") > after.level("acknowledgement")
    plain = judge.plain(pins.rubric).grade("1.40 1.40 1.40", said="Hm?", case=Case())
    assert plain == before


def test_learned_replies_and_other_words_are_told(kit: Kit):
    """The report counts replies that the grader learned from, and sees a rubric that changed."""
    kit.new(*kit.files, count=COUNT, seed=0, learned=True)
    kit.all_by()
    kit.fit()
    other = Kit(kit.folder.parent)
    other.rubric = load_rubric_with("Is the feeling understood?", kit.folder.parent)

    assert kit.report().learned == COUNT
    assert not kit.report().reworded
    assert other.report().reworded


def load_rubric_with(words: str, folder: Path) -> object:
    from rubrics.model import CORE

    path = folder / "core.yaml"
    path.write_text(CORE.read_text().replace("Is the feeling understood and given room?", words))
    return load_rubric(path)
