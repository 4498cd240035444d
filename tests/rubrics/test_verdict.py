"""What a second judge's answer is worth."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics.grade import CRITERIA, KINDS, Opinion, Span
from rubrics.model import load_rubric
from rubrics.verdict import WHY, NoVerdict, locate, read, schema
from tests.rubrics.openai_server import completion, verdict

RUBRIC = load_rubric().rubric
REPLY = "Your letter wasn’t safe.  We “know” that,\nand we know it’s frightening. We know."


def opinion(answer: Any, reply: str = REPLY) -> Opinion:
    content = answer if isinstance(answer, str) else json.dumps(answer)
    return read(completion(content), reply=reply, rubric=RUBRIC, by="m", host="h")


def test_it_gives_levels_with_the_rubrics_reasons():
    """A verdict becomes levels and violations: places in the reply, reasons of the rubric."""
    found = opinion(verdict(2, 1, 0, quote="Your letter", violations={"speculate": "We know."}))

    assert [level.level for level in found.levels] == [2, 1, 0]
    assert found.levels[0].reason == RUBRIC.criteria["acknowledgement"].levels[2]
    assert found.levels[0].evidence == (Span(0, 11, "Your letter"),)
    assert found.levels[2].evidence == ()
    assert found.violations[0].reason == RUBRIC.violations["speculate"].means
    assert (found.by, found.host) == ("m", "h")


@pytest.mark.parametrize(
    ("quote", "words"),
    [
        ("Your letter wasn't safe.", "Your letter wasn’t safe."),
        ('We "know" that, and we', "We “know” that,\nand we"),
        ("safe. We", "safe.  We"),
        ("  frightening ", "frightening"),
        ("it's frightening", "it’s frightening"),
    ],
)
def test_it_finds_a_quote_that_was_tidied(quote: str, words: str):
    """Marks and white space may differ; what comes back are the reply's own letters."""
    span = locate(quote, REPLY)

    assert span is not None
    assert span.text == words == REPLY[span.start : span.end]


@pytest.mark.parametrize(
    "quote",
    [
        "",
        " ",
        "…",
        "“”",
        "YOUR LETTER",
        "Your letters",
        "our letter",
        "Your lett",
        "safe and",
        "3/3/3",
    ],
)
def test_it_finds_no_quote_that_is_not_there(quote: str):
    """Other letters, other case, half words and bare marks are not quotes."""
    assert locate(quote, REPLY) is None


def test_a_tidied_quote_must_be_in_one_place_only():
    """Relocation never guesses: two places are none, but for letter-for-letter copies."""
    twice = "it’s gone and it’s gone"

    assert locate("it's gone", twice) is None
    assert locate("it’s gone", twice) == Span(0, 9, "it’s gone")


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_located_quote_is_an_exact_substring(quote: str, reply: str):
    """Whatever is quoted, a span is where it says."""
    span = locate(quote, reply)

    assert span is None or reply[span.start : span.end] == span.text != ""


@given(st.text(max_size=80), st.data())
def test_whole_words_are_found(reply: str, data: st.DataObject):
    """Any run of a reply's words, copied, is found."""
    words = reply.split()
    if not any(letter.isalnum() for word in words for letter in word):
        return
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    quote = " ".join(words[start:end])

    if quote in reply and any(letter.isalnum() for letter in quote):
        assert locate(quote, reply) is not None


def changed(**fields: Any) -> dict[str, Any]:
    return {**verdict(1, 1, 1, quote="Your letter"), **fields}


RATED = {"quotes": ["Your letter"], "level": 1}


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "3/3/3",
        "[]",
        "null",
        '{"acknowledgement": ',
        "```json\n{}\n```",
        "{}",
        "[" * 5000,
        dict.fromkeys(CRITERIA, RATED),
        changed(extra=1),
        changed(empathy=3),
        changed(empathy={**RATED, "level": 4}),
        changed(empathy={**RATED, "level": -1}),
        changed(empathy={**RATED, "level": "3"}),
        changed(empathy={**RATED, "level": 2.5}),
        changed(empathy={**RATED, "level": True}),
        changed(empathy={**RATED, "level": None}),
        changed(empathy={**RATED, "quotes": "Your letter"}),
        changed(empathy={**RATED, "quotes": ["Your letter"] * 1000}),
        changed(empathy={**RATED, "why": "it is good"}),
        changed(violations=[{"kind": "rude", "quotes": ["Your letter"]}]),
        changed(violations=[{"kind": "blame\n", "quotes": ["Your letter"]}]),
        changed(violations=[{"kind": "blame"}]),
        changed(violations=None),
    ],
)
def test_what_is_not_a_verdict_is_no_opinion(answer: Any):
    """Wrong JSON, unknown kinds, levels out of range, fields too many or too few."""
    with pytest.raises(NoVerdict) as none:
        opinion(answer)

    assert none.value.reason == ("not_a_verdict" if answer else "empty")


@pytest.mark.parametrize(
    "answer",
    [
        changed(empathy={"quotes": [], "level": 1}),
        changed(empathy={"quotes": ["I am sorry"], "level": 1}),
        changed(empathy={"quotes": ["Your letter", "I am sorry"], "level": 1}),
        changed(empathy={"quotes": ["I am sorry"], "level": 0}),
        changed(violations=[{"kind": "blame", "quotes": []}]),
        changed(violations=[{"kind": "blame", "quotes": ["your own fault"]}]),
    ],
)
def test_what_is_not_quoted_is_no_opinion(answer: dict[str, Any]):
    """A level above 0 and a violation need the reply's words; invented words spoil all of it."""
    with pytest.raises(NoVerdict) as none:
        opinion(answer)

    assert none.value.reason == "not_quoted"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (completion(None, refusal="I can't help with that."), "refused"),
        (completion("{}", reason="content_filter"), "refused"),
        (completion('{"acknowl', reason="length"), "cut_off"),
        (completion(json.dumps(changed()), reason="length"), "cut_off"),
        (completion(None), "empty"),
        (completion("  \n"), "empty"),
        ("", "not_a_verdict"),
        ("<html>Welcome</html>", "not_a_verdict"),
        ('{"choices": []}', "not_a_verdict"),
        ('{"choices": [{"message": null}]}', "not_a_verdict"),
        ('{"choices": [{"message": {"content": 3}}]}', "not_a_verdict"),
        (json.dumps(changed()), "not_a_verdict"),
    ],
)
def test_what_is_not_an_answer_says_why(body: str, reason: str):
    """Refusal, truncation, nothing, and what is no chat completion at all are told apart."""
    with pytest.raises(NoVerdict) as none:
        read(body, reply=REPLY, rubric=RUBRIC, by="m", host="h")

    assert none.value.reason == reason
    assert reason in WHY


def test_its_schema_names_what_the_rubric_has():
    """All criteria and all kinds are in the schema, and nothing can be left out."""
    found = schema()

    assert found["required"] == [*CRITERIA, "violations"]
    assert found["properties"]["violations"]["items"]["properties"]["kind"]["enum"] == list(KINDS)
