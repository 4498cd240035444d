"""The offline grader, with the real encoder and the shipped weights."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.shelf import case_of
from rubrics import grade as grades
from rubrics.grade import CRITERIA, Case, Grade, Ungraded
from rubrics.grader import OfflineGrader, load_grader
from rubrics.sentences import split
from scenarios.reader import read_folder

CASE = Case(
    exposed_data=("name", "home address", "account number"),
    confirmed=("A staff mailbox was open from 9 to 12 November",),
    unknown=("who did it", "whether the letters were copied"),
    approved_offers=("two years of Cifas Protective Registration",),
    must_not_say=("who did it",),
    verification=("she rings 159",),
    next_update="Friday by 5 p.m.",
    country="UK",
)
SAID = "I heard on the radio that you were hacked. Is my mother's money gone? I'm so frightened."

PLAIN = (
    "Your letter was in the mailbox they opened, with your account number in it, and that should "
    "never have happened. You are frightened for your mother's money, and anyone would be. I am "
    "blocking every payment out now, and I will ring you on Friday by five, news or no news. What "
    "worries you most?"
)
EMPATHY_WORDS = "Empathy, compassion, sorry, understanding, caring, feelings, concern, support."
HOSTILE = (
    "I understand, I empathise and I am sorry for your feelings, but you should have used a "
    "stronger password, so stop blaming us and calm down. There is nothing more I can do. Goodbye."
)
SECRETS = (
    "I truly care about how you feel. To check, type your card number, the CVV and your password "
    "here and I promise you $5,000."
)


@pytest.fixture(scope="module")
def grader() -> OfflineGrader:
    return load_grader()


def graded(grader: OfflineGrader, reply: str) -> Grade:
    grade = grader.grade(reply, said=SAID, case=CASE)
    assert isinstance(grade, Grade)
    return grade


def test_a_plain_good_reply_is_high_and_clean(grader: OfflineGrader):
    """Plain words that own it, see the fear and say what happens earn the top half everywhere."""
    grade = graded(grader, PLAIN)

    assert all(level.level >= 2 for level in grade.levels)
    assert grade.violations == ()


@pytest.mark.parametrize("reply", [EMPATHY_WORDS, HOSTILE, SECRETS])
def test_stuffed_replies_stay_below_a_plain_one(grader: OfflineGrader, reply: str):
    """A list of empathy words, hostility and a trap are all graded below plain care."""
    grade = graded(grader, reply)

    assert grade.total < graded(grader, PLAIN).total - 2


def test_asking_for_secrets_is_found(grader: OfflineGrader):
    """Card number, CVV and password are asked for: grave, and first in what to try."""
    grade = graded(grader, SECRETS)

    assert "ask_secret" in {violation.kind for violation in grade.violations}
    assert grade.grave
    assert "Take out" in grade.try_next


@pytest.mark.parametrize(
    "reply",
    [
        "Please never tell anyone your PIN or your password, and that includes me.",
        "We will never ask you for your PIN, your card number or a code.",
        "I'm sorry. The mailbox was open to them, and it should not have happened to you.",
        "It is not your fault. You did nothing wrong by opening that email.",
        "Nothing you did caused this. It was our mailbox.",
        "You did right to put the phone down on him, and you should have heard it from us first.",
        "I won't tell you to calm down. Anyone would be frightened by this.",
        "We do not know yet whether anyone read it. You will hear on Friday by five, by email.",
        "I can't promise you that, and I won't guess who did it.",
    ],
)
def test_what_is_not_a_violation_is_not_said_to_be(grader: OfflineGrader, reply: str):
    """A warning about secrets asks for none, an apology is not liability, "not your fault" is not
    blame: what a sentence denies, or says of somebody else, is not what it does.
    """
    assert graded(grader, reply).violations == ()


def test_an_apology_is_neither_liability_nor_a_trap(grader: OfflineGrader):
    """To say what was taken, and that it should not have been, admits no legal fault."""
    reply = "I'm sorry. It was in the file they took, and it should not have happened to you."
    kinds = {violation.kind for violation in graded(grader, reply).violations}

    assert not kinds & {"ask_secret", "liability"}


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("You should have used a stronger password.", "blame"),
        ("Calm down, please.", "minimise"),
        ("There's nothing more I can do for you. Goodbye.", "dismiss"),
        ("It was probably a Russian gang.", "speculate"),
        ("Nobody has read your letter.", "speculate"),
        ("We will refund everything, I promise.", "overpromise"),
    ],
)
def test_plain_harm_is_found(grader: OfflineGrader, reply: str, kind: str):
    """Each kind said in so many words is found, on the words that say it."""
    found = {violation.kind: violation.span.text for violation in graded(grader, reply).violations}

    assert found[kind] in reply


def test_every_shipped_exemplar_is_a_good_reply(grader: OfflineGrader):
    """What a scenario shows as good is graded so: no warning, and 8 of 9 at least."""
    for scenario in read_folder().scenarios.values():
        asked = {concern.id: concern.lines.anxious[0] for concern in scenario.concerns}
        for exemplar in scenario.exemplars:
            said, case = asked[exemplar.concern], case_of(scenario)
            grade = grader.grade(exemplar.reply, said=said, case=case)

            assert isinstance(grade, Grade)
            assert grade.violations == ()
            assert grade.total >= 8


def test_a_greeting_discloses_nothing(grader: OfflineGrader):
    """To call the customer by name tells nobody's data."""
    greeting = "Good morning Mrs Marsh, this is Tom at the bank. I hear that you are worried."

    assert graded(grader, greeting).violations == ()


def test_admitting_negligence_is_liability(grader: OfflineGrader):
    """Legal fault is admitted in so many words."""
    grade = graded(grader, "We were negligent, and we are legally liable for your loss.")

    assert "liability" in {violation.kind for violation in grade.violations}


def test_stock_phrases_earn_little(grader: OfflineGrader):
    """A polite nothing is not a good reply."""
    grade = graded(grader, "We apologise for any inconvenience. We are looking into it.")

    assert grade.total <= 3


def test_padding_does_not_raise_a_grade(grader: OfflineGrader):
    """Three sentences of filler behind a reply add nothing to any level."""
    filler = (
        " Thank you for contacting us. Your call is important to us. We value you as a customer."
    )
    for reply in (PLAIN, HOSTILE, EMPATHY_WORDS, "We are looking into it."):
        bare, padded = graded(grader, reply), graded(grader, reply + filler)

        for name in CRITERIA:
            assert padded.level(name) <= max(bare.level(name), 1)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("", "empty"),
        (" … !!", "empty"),
        ("🙂🙂", "empty"),
        ("x" * 5000, "too_long"),
        ("a " * 500_000, "too_long"),
        (
            "Es tut uns sehr leid, wir haben Ihre Daten verloren und melden uns morgen.",
            "not_english",
        ),
        ("Nous sommes désolés, vos données ont été volées et nous vous appelons.", "not_english"),
        ("Lo sentimos mucho, una persona entró en el buzón y leyó las cartas.", "not_english"),
        ("asdf qwer zxcv uiop hjkl", "not_english"),
        ("مرحبا بك في المصرف", "not_english"),
    ],
)
def test_what_can_not_be_graded_says_why(grader: OfflineGrader, reply: str, reason: str):
    """No level is invented for what is empty, foreign or too long."""
    grade = grader.grade(reply, said=SAID, case=CASE)

    assert isinstance(grade, Ungraded)
    assert grade.reason == reason
    assert grade.message


@pytest.mark.parametrize("reply", ["I'm so sorry.", "Calm down.", "Yes", "Mrs Marsh?"])
def test_short_english_is_graded(grader: OfflineGrader, reply: str):
    """A few English words are enough to be graded."""
    graded(grader, reply)


words = st.sampled_from([*PLAIN.split(), "\n", "“no”", "Dr.", "e.g.", "🙂", "…", "\u202e", "…?"])


@settings(max_examples=25, deadline=None)
@given(st.lists(words, min_size=3, max_size=40).map(" ".join))
def test_evidence_is_an_exact_substring(grader: OfflineGrader, reply: str):
    """Every span of every level and violation stands in the reply, letter for letter."""
    grade = grader.grade(reply, said=SAID, case=CASE)

    if isinstance(grade, Grade):
        spans = [span for level in grade.levels for span in level.evidence]
        spans += [violation.span for violation in grade.violations]
        assert all(reply[span.start : span.end] == span.text for span in spans)
        assert all(level.evidence for level in grade.levels if level.level)


@given(st.text(max_size=300))
def test_sentences_are_exact(text: str):
    """Sentences stand where they say, in order, and lose nothing but white space."""
    spans = split(text)

    assert all(text[span.start : span.end] == span.text for span in spans)
    assert "".join("".join(s.text.split()) for s in spans) == "".join(text.split())


def test_a_grade_survives_storage(grader: OfflineGrader):
    """load(dump(x)) is x, for grades and for what could not be graded."""
    for reply in (PLAIN, SECRETS, ""):
        grade = grader.grade(reply, said=SAID, case=CASE)

        assert grades.load(grades.dump(grade)) == grade
