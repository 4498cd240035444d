"""What the debrief, the files and the terminal say of a whole session."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

from bot.turn import Session
from rubrics.calibration import Standing
from rubrics.grade import Ungraded
from rubrics.model import CORE, EXECUTIVE, load_rubric
from rubrics.session import load
from tests.examples import graded, session, turn
from ui import debrief, export, fragments, text
from ui.cli import debrief_lines

HERE = Standing("none")

RUBRIC = load_rubric(CORE).rubric
EXECUTIVES = load_rubric(EXECUTIVE).rubric
BLAME = graded(1, 1, 1, kinds=("blame",), reply="You should have <b>known</b>.")
GOOD = graded(3, 3, 3, reply="It is yours, and safe.")
MUTE = Ungraded("...", "empty", "Write something.")


def repaired() -> Session:
    """Return a session with a grave violation in reply 1 that reply 2 puts right."""
    return session(
        turn(1, BLAME, act="react"),
        turn(2, GOOD, act="raise", concern="next", met=("money",)),
        turn(3, GOOD, act="end", concern="next", met=("next",)),
        redone=(turn(3, BLAME),),
        rubric=RUBRIC,
    )


def outreach(*replies: str) -> Session:
    turns = [turn(n, graded(3, 3, 3, reply=words)) for n, words in enumerate(replies, start=1)]
    turns[-1] = turn(len(turns), turns[-1].grade, act="end", met=("money", "next"))
    return session(*turns, rubric=EXECUTIVES, role="executive")


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_it_shows_the_result_and_why_it_is_capped():
    """The result, the violation by its meaning, and the trainee's own words, escaped."""
    page = fragments.report(repaired(), HERE)

    assert '<strong class="verdict">Nearly</strong>' in page
    assert "In reply 1 you wrote “You should have &lt;b&gt;known&lt;/b&gt;.”" in page
    assert "It blames the customer." in page


def test_it_shows_what_was_put_right_and_taken_back():
    """A recovery is said as one; a reply taken back is said not to count."""
    page = plain(fragments.report(repaired(), HERE))

    assert "Reply 2 put reply 1 right" in page
    assert "Taken back and written again: reply 3." in page


def test_it_shows_each_criterions_best_reply():
    """Beside the bars stand the criterion's level and the reply that earned it."""
    page = plain(fragments.report(repaired(), HERE))

    assert page.count("3.0 of 3, best in reply 2") == 3


def test_it_shows_the_signs_with_their_words():
    """What was found is quoted with its reply; what is missing says what to do."""
    page = plain(fragments.report(outreach("With us since 1990.", "Click here to register."), HERE))

    assert text.SIGNS in page
    assert "Personal history: You spoke of something that only someone" in page
    assert "1990 (reply 1)" in page
    assert "Click here (reply 2)" in page
    assert "No offer from the brief was named." in page


def test_only_executives_see_signs():
    """A session of surge staff has no such part."""
    assert text.SIGNS not in fragments.report(repaired(), HERE)


@pytest.mark.parametrize("rubric", [None, RUBRIC.model_copy(update={"session": None})])
def test_a_session_from_before_is_shown_without_a_result(rubric):
    """No rubric to read, or one without rules: the debrief opens, and says that there is none."""
    old = session(turn(1, GOOD, met=("money",)), rubric=rubric)

    assert debrief.worth(old) is None
    assert text.NO_SESSION_RULES in fragments.report(old, HERE)
    assert json.loads(export.as_json(old, HERE))["session_grade"] is None
    assert debrief_lines(old) == [text.NO_SESSION_RULES]
    assert next(csv.DictReader(io.StringIO(export.as_csv(old, HERE))))["session_result"] == ""


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (session(rubric=RUBRIC, ending="stopped"), "stopped before the end"),
        (session(turn(1, MUTE), rubric=RUBRIC, ending="uneasy"), "No reply could be graded"),
        (session(turn(1, GOOD), rubric=RUBRIC, ending=None), "still going on"),
    ],
)
def test_it_shows_no_result_that_could_not_be_made(made: Session, said: str):
    """Without a result it says so and why, and no number stands for one."""
    page = plain(fragments.report(made, HERE))

    assert text.NO_RESULT in page
    assert said in page
    assert json.loads(export.as_json(made, HERE))["session_grade"]["result"] is None


def test_the_goal_is_a_sign_when_all_else_is_there():
    """With every level at the top, an executive's goal is the sign that was not as asked."""
    assert debrief.goal(outreach("It is safe.")) == EXECUTIVES.signs["history"].not_shown


def test_the_json_holds_the_whole_grade():
    """What is saved as JSON can be read back as the session's grade."""
    saved = json.loads(export.as_json(repaired(), HERE))

    assert load(saved["session_grade"]) == debrief.worth(repaired())


def test_the_csv_says_what_each_reply_was_to_the_whole():
    """Best for which criterion, put right by which reply, which signs, and the result."""
    rows = list(csv.DictReader(io.StringIO(export.as_csv(repaired(), HERE))))

    assert [row["state"] for row in rows] == ["stands", "stands", "stands", "taken back"]
    assert [row["repaired_by"] for row in rows] == ["2", "", "", ""]
    assert rows[1]["best_for"] == "acknowledgement empathy next_steps"
    assert [row["session_result"] for row in rows] == ["nearly", "nearly", "nearly", ""]
    assert "You should have <b>known</b>." in rows[0]["session_limits"]


def test_the_csv_names_the_signs_of_each_reply():
    """A reply's signs stand in its row."""
    made = outreach("With us since 1990.", "Click here to register.")

    rows = list(csv.DictReader(io.StringIO(export.as_csv(made, HERE))))

    assert [row["signs"] for row in rows] == ["history", "link"]


def test_the_saved_page_holds_the_result():
    """The HTML file is the debrief, result and all."""
    page = export.as_html(repaired(), HERE)

    assert "Nearly" in page
    assert "Reply 2 put reply 1 right" in page


def test_the_terminal_says_the_same():
    """Result, cap, recovery, each criterion and what was not counted, a line each."""
    lines = debrief_lines(repaired())

    assert lines[0].startswith("The conversation as a whole: nearly. ")
    assert lines[1].startswith("In reply 1 you wrote “You should have <b>known</b>.”")
    assert lines[2].startswith("Reply 2 put reply 1 right")
    assert "  Empathy: 3.0 of 3, best in reply 2" in lines
    assert lines[-1].startswith("Taken back and written again: reply 3.")


def test_the_terminal_marks_the_signs():
    """A plus for what is as asked, a minus for what is not, with the words found."""
    lines = debrief_lines(outreach("With us since 1990.", "Click here to register."))

    assert any(line.startswith("  + Personal history:") and "“1990”" in line for line in lines)
    assert any(line.startswith("  - Links:") and "“Click here” (reply 2)" in line for line in lines)
