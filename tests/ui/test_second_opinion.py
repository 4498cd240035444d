"""What people read of a second opinion: on the page, in the debrief and in what is saved."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest

from bot.turn import Act, Mood, Pins, Session, Turn
from rubrics.calibration import Standing
from rubrics.grade import CRITERIA, Level, NoOpinion, Opinion, Span, Violation
from rubrics.second_opinion import Server
from scenarios.model import Scenario
from tests.examples import graded, small
from ui import debrief, export, fragments, text

HERE = Standing("none")

REPLY = "Well <b>you</b> should have known. =1"
CALM = Mood(0.2, 0.2, 0.5)
NONE = NoOpinion("big-1", "api.example.com", "late", "api.example.com did not answer in time.")
BLAME = Violation("blame", Span(0, 16, "Well <b>you</b> "), "It blames the customer.")


def opinion(*levels: int, violations: tuple[Violation, ...] = ()) -> Opinion:
    given = zip(CRITERIA, levels, strict=True)
    levelled = tuple(Level(name, level, "because") for name, level in given)
    return Opinion("big-1", "api.example.com", levelled, violations)


def session(found: Opinion | NoOpinion | None) -> Session:
    grade = replace(graded(0, 1, 1, reply=REPLY), opinion=found)
    turn = Turn(1, "Is it gone?", REPLY, grade, CALM, CALM, Act("react", ()), "Oh.", "authored", ())
    return Session(
        id="s",
        owner="o",
        scenario=Scenario.model_validate_json(json.dumps(small())),
        pins=Pins("a", "b"),
        seed=1,
        started=0.0,
        opening="Is it gone?",
        start_mood=CALM,
        turns=(turn,),
        redone=(),
        ending="stopped",
        current_concern=None,
        met=(),
    )


APART = session(opinion(3, 1, 1, violations=(BLAME,)))


def test_what_it_alone_found_is_shown_as_its_own():
    """The feedback says whose finding it is, with the words, escaped; levels are the grader's."""
    shown = fragments.feedback(APART)

    assert "Second opinion, blame:" in shown
    assert "Well &lt;b&gt;you&lt;/b&gt;" in shown
    assert '<span class="value">0<span' in shown
    assert text.LOOK not in shown
    assert "can harm the customer" not in shown


def test_the_debrief_asks_the_trainer_to_look():
    """Levels two or more apart and a grave violation of one only are flagged, on page and file."""
    for shown in (fragments.report(APART, HERE), export.as_html(APART, HERE)):
        assert "For the trainer:</strong> Acknowledgement: graded 0, second opinion 3." in shown
        assert "For the trainer:</strong> Blame: found by the second opinion only." in shown
        assert "Empathy: graded" not in shown


def test_a_grave_violation_that_only_the_grader_found_is_flagged():
    """A model that overlooks it takes nothing away, and the trainer hears of it."""
    grade = graded(0, 0, 0, kinds=("blame",), reply=REPLY)

    assert debrief.looks(replace(grade, opinion=opinion(0, 0, 0))) == [
        "Blame: found by the grader only"
    ]


def report(shown: Session) -> str:
    """Return the debrief, not calibrated."""
    return fragments.report(shown, HERE)


def saved(shown: Session) -> str:
    """Return the saved debrief, not calibrated."""
    return export.as_html(shown, HERE)


@pytest.mark.parametrize("panel", [fragments.feedback, report, saved])
def test_no_opinion_is_said(panel: object):
    """When it failed, the reason is there; no level of it is."""
    shown = panel(session(NONE))  # type: ignore[operator]

    assert "Second opinion: not available: api.example.com did not answer in time." in shown
    assert text.LOOK not in shown


def test_agreement_is_said():
    """When it was given and adds nothing, that is said."""
    assert "Second opinion: no other violation found." in fragments.feedback(
        session(opinion(0, 1, 1))
    )


@pytest.mark.parametrize("panel", [fragments.feedback, report])
def test_without_one_there_is_no_word_of_it(panel: object):
    """Where nobody was asked, the page is as it always was."""
    shown = panel(session(None))  # type: ignore[operator]

    assert "econd opinion" not in shown


def test_the_debrief_says_where_words_went():
    """Host by host as the record has it, also when no answer came."""
    assert "sent to api.example.com for a second opinion" in fragments.report(session(NONE), HERE)
    assert text.WHOSE_WORDS in fragments.report(session(None), HERE)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://api.example.com/v1", "Your replies leave this machine"),
        ("http://127.0.0.1:8080/v1", "on this machine (127.0.0.1:8080)"),
    ],
)
def test_the_page_says_where_words_go(address: str, words: str):
    """Before anything is written, host and model are named, in the bar, over the scenarios and in
    the brief.
    """
    server = Server("big-<1>", address, "secret")
    bar = fragments.header(None, HERE, server)
    told = (fragments.welcome(server), fragments.brief(APART, server))

    assert server.host in bar
    assert all(words in shown and server.host in shown for shown in told)
    assert all("big-&lt;1&gt;" in shown for shown in told)
    assert all("secret" not in shown for shown in (bar, *told))


def test_without_one_the_page_says_offline():
    """Where no server is set, the bar says what it always said."""
    assert text.WHOSE_WORDS in fragments.header(None, HERE)
    assert "machine" not in fragments.welcome() + fragments.brief(APART)


def test_a_spreadsheet_has_it():
    """CSV: the opinion and what to look at have columns of their own."""
    row = next(csv.DictReader(io.StringIO(export.as_csv(APART, HERE))))

    assert row["acknowledgement"] == "0"
    assert row["second_opinion"] == (
        "acknowledgement 3; empathy 1; next_steps 1; blame “Well <b>you</b> ”"
    )
    assert row["for_the_trainer"].startswith("Acknowledgement: graded 0, second opinion 3")
    late = next(csv.DictReader(io.StringIO(export.as_csv(session(NONE), HERE))))
    assert late["second_opinion"] == "not available: api.example.com did not answer in time."
    assert late["for_the_trainer"] == ""


def test_json_has_it():
    """JSON: each turn has its opinion and its disagreements, as numbers."""
    turn = json.loads(export.as_json(APART, HERE))["turns"][0]

    assert turn["grade"]["opinion"]["levels"][0]["level"] == 3
    assert turn["disagreements"] == [
        {"about": "acknowledgement", "grader": 0, "second": 3},
        {"about": "blame", "grader": 0, "second": 1},
    ]
