"""Holds each sentence of a reply against the case card, for the ten violations.

The card decides what a sentence by itself can't show: whether "nobody read it" is a guess or was
confirmed, whether a year of cover is a promise or the approved offer. It says `proves` or `clears`
only where that is plain, and is silent on all the rest. Knows no model, and no levels.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

from rubrics.card import Card, Finding, plain
from rubrics.grade import Case
from rubrics.guesses import speculate
from rubrics.names import disclose, off_limits
from rubrics.promises import overpromise
from rubrics.requests import ask_secret
from rubrics.wording import regex


def check(sentences: Sequence[str], case: Case) -> dict[tuple[int, str], Finding]:
    """Return what the case decides, by the sentence's place (from 0) and the kind of violation.

    Most pairs are not decided and are not there. `off_limits` is proved only where no other kind is.
    """
    card = _card(case)
    return {
        (place, kind): finding
        for place, sentence in enumerate(sentences)
        for kind, finding in _findings(plain(sentence), card)
    }


@lru_cache(maxsize=256)
def _card(case: Case) -> Card:
    """Return the card of a case: replies to one case come many at a time."""
    return Card.of(case)


def _findings(sentence: str, card: Card) -> Iterator[tuple[str, Finding]]:
    proved = False
    for kind, look in _CHECKS.items():
        finding = look(sentence, card)
        if finding is None or (kind == "off_limits" and proved and finding.verdict == "proves"):
            continue
        proved = proved or finding.verdict == "proves"
        yield kind, finding


_LEGAL = "Legal fault is for a court; what happened can be owned without it."
_OWNING = "To apologise, and to own what happened, admits no legal fault."
_LAW = (
    r"(?:law|act\b|gdpr|pdpa|hipaa|statut\w+|regulations?|legal duty|duty of (?:care|confidence|supervision)|duty to (?:you|them|"
    r"your)|contract|data protection(?: law| act)?)"
)
_FAULT = regex(
    rf"\b(?:negligen(?:t|ce|tly)|liab(?:le|ility)|legally (?:at fault|responsible|in the wrong|guilty|ours)|legal fault|at fault[^.?!]{{0,20}}\b"
    rf"(?:law|legally)|(?:was|is|acted|been|were|processed) unlawful(?:ly)?\b(?! removed| taken)|unlawfully processed|against the law|in law\b|(?:broke|broken|breached|breach of|violat(?:ed|ion of)|failed (?:in|under)|in breach of)"
    rf"[^.?!;]{{0,50}}\b{_LAW}|hipaa violation|you(?:'d| would|'ll) (?:all |both )?(?:win|have a (?:case|claim))\b|we(?:'d| would) lose\b|(?:haven't|haven't got|not|no|without) (?:a )?leg to stand "
    rf"on|at fault,? legally|legally[, ](?:i mean|we are|we're)|legally we've no defence|(?:sue us|took us to court)|any (?:court|judge)[^.?!]{{0,30}}\bsay so)"
)
_NO_FAULT = regex(
    r"(?:\b(?:whether|nothing|if|not|can't|cannot|couldn't|won't|no|without|den(?:y|ies|ied)|limit\w*|construed|all|accepts? no|against them|thie(?:f|ves)|"
    r"criminals?)\b|n't\b)[^.,;:?!]{0,45}$"
)
_NO_FAULT_AFTER = regex(
    r"^[^.?!]{0,60}\b(?:excluded|insurance|(?:is|'s) for (?:a|the)\b|denied|cover)\b"
)
_OWNS = regex(
    r"\b(?:sorry|apologi[sz]e|(?:was|is|'s) our (?:job|fault|mistake|doing|responsibility)|we (?:failed|let) (?:you|her|him|them)|"
    r"(?:that's|this is|it's|it is|that is) on us|should(?:n't| not| never) have happened|ours to (?:carry|fix|put right)|we (?:got (?:it|this) wrong|"
    r"should have|lost)|we own|you deserved)\b"
)


def _liability(sentence: str, _: Card) -> Finding | None:
    fault = _FAULT.search(sentence)
    if not fault:
        return Finding("clears", _OWNING) if _OWNS.search(sentence) else None
    before, after = sentence[: fault.start()], sentence[fault.end() :]
    denied = _NO_FAULT.search(before) or _NO_FAULT_AFTER.search(after)
    return None if denied else Finding("proves", _LEGAL)


def _wrong_advice(sentence: str, card: Card) -> Finding | None:
    for row in card.advice:
        if row.given(sentence):
            return Finding("proves", f"{row.because} {row.instead}")
    return None


_DENIALS: Mapping[str, tuple[re.Pattern[str], str]] = {
    "blame": (
        regex(
            r"\bnothing (?:that )?you(?:'ve| have)? (?:did|do|done|could|said)|\b(?:not|isn't|wasn't|none of (?:this|it) (?:is|was)|never) (?:at all )?your (?:fault|"
            r"doing|mistake)|\byou(?:'ve| have)? (?:did|done) nothing wrong|\byou(?:'ve| have)? ?(?:did|have|had)?n't (?:do|done) anything wrong|\bnot "
            r"(?:because of|down to) (?:anything )?you\b|\b(?:is|was|'s) (?:ours|on us),? (?:and )?not (?:yours|on you)\b"
        ),
        "It takes the blame off the customer.",
    ),
    "minimise": (
        regex(
            r"\b(?:won't|will not|not going to|wouldn't|can't|cannot|don't want to|never) (?:\w+ )?(?:tell you|ask you|say|pretend|call it|expect you)[^.?!;]{0,40}"
            r"\b(?:calm|relax|worry|panic|nothing|only|just|fine|small|over ?react\w*)\b|\b(?:it's|that's|this is|it is|that is|is)(?: not|n't) "
            r"(?:just|only|nothing|a small|small|silly|a little)\b|\b(?:isn't|not) (?:overreacting|silly|being silly)\b"
        ),
        "It refuses to play the matter down.",
    ),
    "dismiss": (
        regex(
            r"\b(?:i(?:'m| am)|we(?:'re| are)) (?:not going (?:anywhere|away|to (?:hang up|rush|leave|end|close))|staying|still here|right here|here (?:as|for as) "
            r"long)|\bi(?:'ll| will) (?:stay|not (?:hang up|leave|rush|close))|\bi won't (?:hang up|leave you|rush|close|end)\b|\btake (?:all )?(?:the time|your time)\b"
        ),
        "It says that the conversation stays open.",
    ),
}


def _denial(kind: str) -> Callable[[str, Card], Finding | None]:
    pattern, because = _DENIALS[kind]
    return lambda sentence, _: Finding("clears", because) if pattern.search(sentence) else None


_CHECKS: Mapping[str, Callable[[str, Card], Finding | None]] = {
    "speculate": speculate,
    "overpromise": overpromise,
    "ask_secret": ask_secret,
    "disclose": disclose,
    "liability": _liability,
    "wrong_advice": _wrong_advice,
    **{kind: _denial(kind) for kind in _DENIALS},
    "off_limits": off_limits,
}
