"""The signs of a personal call, and of one that looks like a scam."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics.grade import Case
from rubrics.signs import SIGNS, find

CASE = Case(
    exposed_data=("name", "account number", "date of birth"),
    confirmed=("The archive was copied on 4 October 2026", "A letter went to Mr Osric Vane"),
    approved_offers=(
        "two years of identity monitoring, paid by the bank",
        "Petra Lindqvist as your own contact",
        "no closing fee if you decide to move",
        "a new account number",
    ),
    verification=("ring the number on your statement",),
    next_update="Friday at noon",
)
HISTORY = (
    "A client since May 1987, when Harald lent the first money for a bakery in Leeds. Ran "
    "the bakery for twenty-two years with 40 ovens. Sold the orchard behind the chapel in 2011."
)


def signs(reply: str) -> list[tuple[str, str]]:
    found = find(reply, case=CASE, history=HISTORY, customer="Ilse Vane")
    return [(sign.kind, sign.span.text) for sign in found]


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ("You have been with us since 1987.", "1987"),
        ("You came to us in '87.", "'87"),
        ("Harald would have driven out to you.", "Harald"),
        ("You built something in Leeds, and we let you down.", "Leeds"),
        ("Twenty-two years you ran it.", "Twenty-two years"),
        ("You ran it for 22 years.", "22 years"),
        ("Somebody who kept 40 ovens going deserves better.", "40"),
        (
            "Selling the orchard by the chapel was hard.",
            "Selling the orchard by the chapel was hard.",
        ),
    ],
)
def test_history_is_what_only_this_customer_has(reply: str, words: str):
    """A year, a name, a number or a tale of the customer's own is found, in other words too."""
    assert signs(reply) == [("history", words)]


@pytest.mark.parametrize(
    "reply",
    [
        "Your loyalty over the years means a great deal to us.",
        "We value our long history with you.",
        "The archive was copied in October 2026.",
        "Mr Vane, the letter should not have gone out.",
        "Dear Ilse, I am calling about the letter.",
        "I don't know who Harald is.",
        "Who was Harald?",
        "I can't see anything about Leeds here.",
        "It takes two years.",
    ],
)
def test_history_is_not_what_any_letter_could_say(reply: str):
    """Praise of loyalty, the incident's own names and dates, and not knowing are no history."""
    assert signs(reply) == []


@pytest.mark.parametrize(
    "reply",
    [
        "We will pay for two years of identity monitoring.",
        "Would you like the identity monitoring for two years?",
        "Petra Lindqvist will look after you herself.",
        "I can give you a new account number today.",
    ],
)
def test_an_approved_offer_is_found(reply: str):
    """An offer on the list, held out in words of one's own, is found as its sentence."""
    assert signs(reply) == [("offer", reply)]


@pytest.mark.parametrize(
    "reply",
    [
        "I can't offer you identity monitoring.",
        "We no longer pay for two years of identity monitoring.",
        "Your account number was copied, and I can see why that frightens you.",
        "Did Petra Lindqvist write to you?",
        "We will give you a holiday.",
        "We will do everything we can.",
    ],
)
def test_an_offer_is_not_found_where_none_is_made(reply: str):
    """Refused, only asked about, off the list or about the loss itself: nothing is offered."""
    assert signs(reply) == []


DONE = {
    "urgency": (
        "You need to decide today.",
        "It's urgent.",
        "Please don't wait.",
        "I need an answer from you right now.",
        "Ring me back within the next ten minutes.",
        "It can't wait.",
    ),
    "link": (
        "I'll text you a link.",
        "Click here to register.",
        "Go to https://bank-secure.example/verify and sign in.",
        "There is a QR code in the letter.",
    ),
    "compensation": (
        "We will pay you £5,000 for the trouble.",
        "You'll be compensated.",
        "I'd like to send you a gift card.",
        "We'll waive the fees on your card for a year.",
    ),
    "asks_data": (
        "Can you confirm your date of birth?",
        "First I need your account number.",
        "What's your PIN?",
        "Read me the code we sent.",
        "No, I need your card number.",
        "Let me just verify your identity.",
        "If you just give me your date of birth, I can look.",
        "I won't keep you, but tell me your password.",
        "I'm not a crook, so give me your PIN.",
    ),
}
REFUSED = (
    "I won't send you a link.",
    "Nobody will ask you for your PIN.",
    "There's no rush.",
    "I'd rather not hurry you.",
    "No links, no hurry, and I won't ask for your date of birth.",
    "We'll never text you a link, so delete any message with one.",
    "If anybody tells you to act now, hang up.",
    "You don't have to decide today.",
    "You needn't answer now.",
    "I can't offer you compensation.",
    "Compensation isn't something I can talk about.",
    "Don't click on anything, and never give anyone your password.",
    "Please don't tell me your account number.",
    "Never, under any circumstances, give me your PIN.",
    "A crook would ask you to confirm your date of birth.",
    "If someone asks you to confirm your identity, put the phone down.",
    "I am not asking you to verify anything, your name or your PIN.",
    "Anyone who sends you a link is not us.",
    'If it is a text with "click here" in it, bin it.',
)
OTHER = (
    "I can confirm that your account number was taken.",
    "What was taken is your date of birth.",
    "I'll do it right now.",
    "I will ring you today before five.",
    "Tell me what worries you about your account number.",
    "There's a link between the two cases.",
    "Somebody could open a £5,000 loan in your name.",
    "Please hang up right now and dial the number on your statement.",
    "You must be feeling dreadful right now.",
    "Change your password today.",
    "There is no closing fee if you decide to move.",
)


@pytest.mark.parametrize(
    ("kind", "reply"), [(kind, reply) for kind, replies in DONE.items() for reply in replies]
)
def test_what_a_scam_call_does_too_is_found(kind: str, reply: str):
    """Pressing, a link, money or asking for data is found, and nothing else with it."""
    assert {found for found, _ in signs(reply)} == {kind}


@pytest.mark.parametrize("reply", REFUSED)
def test_what_is_refused_or_warned_of_is_not_done(reply: str):
    """To say that it won't happen, or that others may try it, is the opposite of doing it."""
    assert signs(reply) == []


@pytest.mark.parametrize("reply", OTHER)
def test_the_same_words_in_another_sense_are_no_sign(reply: str):
    """Telling of the loss, acting oneself at once, or asking after a worry is none of the four."""
    assert not {kind for kind, _ in signs(reply)} & set(DONE)


def test_money_that_was_approved_is_no_lure():
    """What stands on the list of offers may be held out."""
    assert "compensation" not in dict(signs("We'll waive the closing fee if you move."))


def test_more_words_are_no_sign():
    """A long polite reply has no more signs than a short one."""
    assert signs("We are truly sorry for the worry that this has caused you. " * 20) == []


_pieces = st.lists(
    st.sampled_from(
        [*REFUSED, *OTHER, *(r for rs in DONE.values() for r in rs), "Harald. ", "1987"]
    )
    | st.text(max_size=40),
    max_size=6,
).map(" ".join)


@given(_pieces)
def test_every_span_is_exact(reply: str):
    """The words shown stand where the span says, in any text, and the kinds are known."""
    for sign in find(reply, case=CASE, history=HISTORY, customer="Ilse Vane"):
        assert reply[sign.span.start : sign.span.end] == sign.span.text != ""
        assert sign.kind in SIGNS


@given(_pieces, st.text(max_size=60), st.text(max_size=30))
def test_it_takes_any_case(reply: str, history: str, customer: str):
    """An empty case or a strange history is no error."""
    find(reply, case=Case(approved_offers=(history,)), history=history, customer=customer)
