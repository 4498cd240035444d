"""What the customer takes from a reply."""

from __future__ import annotations

import json

import pytest

from benchmarks.hearing import HEARD, agreement, sample
from bot.act import Heard
from bot.hearing import COVERS, OTHER_POLARITY, QUESTION, hear, likeness, tune
from rubrics.encoder import WordHashEncoder
from scenarios.model import Scenario
from tests.examples import small

ENCODER = WordHashEncoder()
EAR = tune(Scenario.model_validate_json(json.dumps(small())), ENCODER)


def heard(reply: str) -> Heard:
    return hear(reply, EAR, ENCODER)


def likeness_to_money(*sentences: str) -> list[float]:
    return list(likeness(sentences, ENCODER.encode(sentences), EAR)[:, 0])


def test_it_hears_what_a_reply_answers():
    """Each sentence may answer a need, of any concern; nothing else is heard."""
    reply = "Good morning. This money is safe now. And this happens next now."

    assert heard(reply).covered == (("money", 0), ("next", 0))
    assert heard("Good morning to you.") == Heard()
    assert heard("") == Heard()


def test_a_question_or_a_denial_answers_less():
    """The same words are further from answering a need when they are asked, or denied."""
    said, asked, denied = likeness_to_money(
        "this money is safe now.", "this money is safe now?", "no this money is safe now."
    )

    assert asked == pytest.approx(said - QUESTION)
    assert denied < said - OTHER_POLARITY


def test_what_answers_another_need_better_answers_this_one_less():
    """A sentence that is nearer to another need's example loses by how much nearer it is."""
    text = ["this happens next now"]

    money, following = likeness(text, ENCODER.encode(text), EAR)[0]

    assert following > COVERS > 0 > money


def test_it_hears_what_it_is_asked():
    """A question that she can answer is told from an offer and from one that she can't answer."""
    assert heard("Did you get a strange call?") == Heard(asked=True, answer=0)
    assert heard("Would you like a strange call?").asked is False
    assert heard("What does your cat eat?") == Heard(asked=True, answer=None)


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(HEARD.glob("*.jsonl")), ids=lambda path: path.stem)
def test_it_hears_other_peoples_words(path):
    """Replies by people who never saw the examples are heard as their labels say, mostly."""
    precision, recall, _ = agreement([sample(path)], COVERS)

    assert precision >= 0.65
    assert recall >= 0.65
