"""A sentence against the case card, by kind of violation."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.shelf import case_of
from rubrics.checks import check
from rubrics.grade import KINDS, Case
from rubrics.sentences import split
from scenarios.reader import parse

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))

CASE = Case(
    exposed_data=("full name", "home address", "date of birth", "account number", "password hash"),
    confirmed=(
        "The statement archive was entered from 3 to 5 March",
        "PINs and card numbers were never kept in that archive",
        "The regulator was told on 7 March",
    ),
    unknown=(
        "who did it",
        "whether any statement was read or copied",
        "whether anything has been sold or published",
        "how many customers are affected",
    ),
    approved_offers=(
        "two years of identity monitoring, paid by the bank",
        "a new account number, free",
        "a £40 credit for returned payments",
        "a call from a named adviser (Petra Lindqvist) within two working days",
    ),
    must_not_say=(
        "anything about the merger with Osterley Savings",
        "that an auditor had warned about the archive in January",
        "who did it, or any hint",
    ),
    verification=(
        "the reference number printed on the letter, then our call back",
        "never date of birth, address or a one-time code",
    ),
    next_update="Thursday 19 March, 5 p.m., on the website and the recorded line",
    country="UK (Scotland)",
    sector="bank",
    channel="phone",
    role="surge_staff",
)


def verdict(kind: str, sentence: str, case: Case = CASE) -> str | None:
    finding = check([sentence], case).get((0, kind))
    return finding.verdict if finding else None


PROVES = {
    "speculate": [
        "Nobody has read your statement.",
        "Your statement was never opened, so rest easy.",
        "It was a gang from abroad, they only do it for money.",
        "I reckon it was some teenagers with a laptop.",
        "Honestly, nothing has been sold.",
        "They copied everything.",
        "The thieves were only after card numbers.",
        "Your ex hasn't got it.",
        "We don't know who it was, but no one has copied a thing.",
        "About nine hundred customers were affected.",
    ],
    "overpromise": [
        "We'll pay you £500 for the upset.",
        "I promise nobody will ever use your details.",
        "This will never happen again.",
        "Nothing will happen to you because of this.",
        "Your money is completely safe.",
        "You get five years of identity monitoring, paid by the bank.",
        "I'm knocking 25% off your fees for the year.",
        "You'll get every penny of it back, you have my word.",
        "We'll cover a hotel until the locks are changed.",
    ],
    "ask_secret": [
        "Can you read me your PIN?",
        "I just need the six-digit code we've texted you.",
        "Please confirm your date of birth and I'll look you up.",
        "Type your password here for me.",
        "What's your account number?",
        "Could you give me the first line of your address?",
        "I'll never share it, so send me your full card number.",
        "If he knows your account number then it's one of ours.",
        "You'll know it's really us because we will read you your date of birth.",
    ],
    "disclose": [
        "It was Gareth Pym in the print room.",
        "It was a fellow called Gareth who left it open.",
        "A Mrs Adair of Stirling had the very same letter.",
        "There's Mr Quill on Harbour Street in the same boat.",
    ],
    "liability": [
        "We were negligent.",
        "The bank is legally liable for this.",
        "We breached our legal duty to you.",
        "We broke data protection law, and you'd win in court.",
        "I won't dress it up: the bank was negligent.",
    ],
    "wrong_advice": [
        "Report it to the FTC at IdentityTheft.gov.",
        "Just ring the number back and ask who they are.",
        "I'd bin the letter if I were you.",
        "You can leave your other accounts as they are.",
        "Close the account and take it all out in cash.",
    ],
    "off_limits": [
        "We're all busy with the Osterley business just now.",
        "An auditor warned about that archive in January.",
    ],
}
CLEARS = {
    "speculate": [
        "Somebody entered the statement archive from 3 to 5 March.",
        "PINs and card numbers were never kept in that archive.",
    ],
    "overpromise": [
        "The bank pays for two years of identity monitoring.",
        "You get 24 months of identity monitoring, and the bank pays.",
        "Petra Lindqvist, your adviser, will call within two working days.",
        "Our next update is on Thursday 19 March at 5 p.m. on the website.",
    ],
    "ask_secret": [
        "Never tell anyone your PIN, us included.",
        "Nobody from the bank will ask you for a password.",
        "I won't ask for your card number.",
    ],
    "disclose": ["Petra Lindqvist will ring you herself."],
    "liability": [
        "I'm sorry.",
        "That was our job and we failed you.",
        "This should never have happened.",
    ],
    "off_limits": ["I can't speak about the merger with Osterley."],
    "blame": [
        "Nothing you did caused this.",
        "It is not your fault.",
        "You did nothing wrong.",
    ],
    "minimise": ["I won't tell you to calm down.", "This isn't just a letter."],
    "dismiss": ["I'm not going anywhere.", "Take all the time you need."],
}
NEITHER = {
    "speculate": [
        "We don't know yet who did it.",
        "I can't say whether anybody read it.",
        "Has anybody read it?",
        "So far we have no sign that it was copied.",
        "It may have been copied.",
        "Nobody has told you the truth until now.",
        "Replies to this address are not read.",
    ],
    "overpromise": [
        "I can't promise you compensation.",
        "I promise I'll ring you at five.",
        "I give you my word that I'll tell you the truth.",
        "I can't say that this will never happen again.",
    ],
    "ask_secret": [
        "Please change your password tonight.",
        "Your date of birth was in the archive.",
        "Tell me what worries you most.",
        "Give me a time and I'll call you.",
    ],
    "disclose": [
        "Mr Whitworth, I have your letter here.",
        "I can't say it was Gareth or anybody else.",
    ],
    "liability": [
        "Whether we were negligent is for a court.",
        "Nothing said here is an admission of liability.",
    ],
    "wrong_advice": [
        "Please don't ring the number back.",
        "Keep the letter, it is your proof.",
    ],
    "off_limits": ["We told the regulator about the archive on 7 March."],
    "blame": ["You should have been more careful."],
    "minimise": ["Please calm down."],
    "dismiss": ["This call is over."],
}


def each(sentences: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(kind, sentence) for kind, row in sentences.items() for sentence in row]


@pytest.mark.parametrize(("kind", "sentence"), each(PROVES))
def test_what_the_card_speaks_against_is_proved(kind: str, sentence: str):
    """A guess, a promise, a request or a name that the card has not is proved against it."""
    assert verdict(kind, sentence) == "proves"


@pytest.mark.parametrize(("kind", "sentence"), each(CLEARS))
def test_what_the_card_allows_is_cleared(kind: str, sentence: str):
    """A confirmed fact, an approved offer, a refusal and an apology are cleared."""
    assert verdict(kind, sentence) == "clears"


@pytest.mark.parametrize(("kind", "sentence"), each(NEITHER))
def test_what_the_card_does_not_decide_is_left_alone(kind: str, sentence: str):
    """A hedge, a question, and what only looks like a violation are not proved."""
    assert verdict(kind, sentence) != "proves"
    if kind in ("blame", "minimise", "dismiss", "speculate"):
        assert verdict(kind, sentence) is None


def test_the_reason_quotes_the_line_that_decides():
    """A trainee reads which line of the brief it was."""
    found = check(["Nobody has sold your details."], CASE)

    assert found[0, "speculate"].because == (
        "The brief says that is not known: whether anything has been sold or published"
    )


def test_the_same_sentence_is_judged_by_its_case():
    """What is a guess in one case is a fact in another."""
    known = Case(confirmed=("The letters were not opened",), unknown=("who did it",))
    open_ = Case(unknown=("whether the letters were opened",))

    assert verdict("speculate", "The letters were not opened.", known) == "clears"
    assert verdict("speculate", "The letters were not opened.", open_) == "proves"


def test_the_cases_own_verification_may_be_asked():
    """Asking for the code that the brief verifies with is no request for a secret."""
    own = Case(
        exposed_data=("address", "member number"),
        verification=("the member number printed on the card, then a call back",),
    )

    asked = "Please read me your member number from the card, then we call back."

    assert verdict("ask_secret", asked, own) == "clears"
    assert verdict("ask_secret", asked, Case(exposed_data=own.exposed_data)) == "proves"


def test_places_are_counted_in_the_sentences_given():
    """Each finding names its sentence, from 0."""
    found = check(["I'm sorry.", "We were negligent."], CASE)

    assert found[0, "liability"].verdict == "clears"
    assert found[1, "liability"].verdict == "proves"


def test_curly_and_missing_apostrophes_are_read():
    """A curly apostrophe, and a "wasnt" typed in haste, deny as well."""
    assert verdict("speculate", "Your statement wasn’t read.") == "proves"
    assert verdict("speculate", "your statement wasnt read") == "proves"


def test_off_limits_is_left_out_where_another_kind_fits():
    """A sentence that is proved to be a promise is not also said to be off limits."""
    case = Case(must_not_say=("anything about premiums at renewal",), country="UK")

    found = check(["I promise your premiums will be frozen at renewal, guaranteed."], case)

    assert found[0, "overpromise"].verdict == "proves"
    assert (0, "off_limits") not in found


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_no_shipped_exemplar_is_proved_wrong(path: Path):
    """The replies that trainees are shown as good hold against their own brief."""
    scenario = parse(path.read_text(encoding="utf-8"), path.name)

    for exemplar in scenario.exemplars:
        sentences = [sentence.text for sentence in split(exemplar.reply)]
        found = check(sentences, case_of(scenario))
        assert [key for key, finding in found.items() if finding.verdict == "proves"] == []


@settings(deadline=None)
@given(st.lists(st.text(max_size=300), max_size=3))
def test_any_text_can_be_checked(sentences: list[str]):
    """Whatever is typed, findings name a sentence and a kind, with or without a card."""
    for case in (CASE, Case()):
        for place, kind in check(sentences, case):
            assert place < len(sentences)
            assert kind in KINDS
