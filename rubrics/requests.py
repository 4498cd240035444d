"""Requests for secrets and for data that leaked, held against the brief's own verification.

Knows what was exposed, and nothing of the other violations.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from rubrics.card import Card, Finding, Line
from rubrics.wording import regex, stems

_HARD = (
    r"(?:pass ?words?|passcode|pass ?phrase|pin(?: number)?s?\b|cvv|cvc|security (?:code|answer)|(?:the )?three (?:digits )?on the "
    r"back|sixteen digits|seed phrase|maiden name|tan\b|otp|(?:one[- ]time|six[- ](?:digit|figure|number)|6[- ]digit|4[- ]"
    r"digit|four[- ]digit|login|access|reset|recovery|sms|singpass|key[- ]?safe|alarm|door|text|authenticator|bank) (?:pass)?codes?|"
    r"codes? (?:we|i|that|you|your|from|off|which|just|it|he)\b|(?:six|6|four|4) (?:digits?|numbers)|digits|"
    r"(?:full |whole |long )?(?:card|account|health card|passport|licen[sc]e|driving licen[sc]e|tax|elector|identity card) "
    r"numbers?|long number|full number|sort code|iban|bsb|routing number|social(?: security)?(?: number)?\b|ssn|pps(?: "
    r"number)?|(?:national insurance|ni|nhs|medicare|kvk) (?:number|no)\b|(?:pesel|nric|bsn|pen)\b|last (?:four|4)(?: digits)?|tax id|"
    r"mother's (?:maiden|birth) name)"
)
_SOFT: Mapping[str, str] = {
    r"(?:date of birth|birth ?dates?|birthday|d\.?o\.?b\.?|year of birth)": r"birth|dob|born|age\b",
    r"(?:address|postcode|zip code|street|plate|registration)": r"address|postcode|street|where .* lives?|plate|registration",
    r"(?:member|policy|customer|student|booking|account|reference|order|roll|album|client|file) (?:number|no\.?|id)": r"number|\bid\b",
    r"(?:phone|mobile|cell)(?: number)?": r"phone|mobile|telephone",
    r"(?:e-?mail)(?: address)": r"e-?mail",
    r"(?:balance|last (?:two |three )?(?:deposits?|payments?|orders?|things you (?:bought|ordered)))": r"balance|transaction|payment|order|purchase|deposit",
}
_ASKED_OF = (
    r"(?:(?:^|[,;:.] ?|\b(?:please|kindly|just|and|then|simply|ahead and|(?:can|could|would|will) you(?: just| please)?|you can|(?<!did )(?<!do )you|if you(?: can| "
    r"could|'d)?(?: just)?|have (?:him|her|them)|get (?:him|her) to|first|now|ok|so|with) )(?:please |just |simply |kindly )*(?:give|tell|read|send|type|pop|"
    r"paste|drop|reply|confirm|verify|enter|forward|mail|e-?mail|throw|call out|share|quote|provide|text|show|key)(?= (?:me|us|it|ur|your|his|her|"
    r"their|the|back|here|in|with|over|out|full|both|those|this|that|him|fresh)\b)(?: (?:me|us|here|in|over|back|out|with|it|them|that|to)\b)*|"
    r"\b(?:i|we)(?:'ll| will)(?: just| only)? (?:need|require|take|have|ask)\b|\b(?:i|we)(?: just| only)? (?:need|require)\b|\ball i need is|\bwhat i "
    r"need is|\bwhat(?:'s| is| are)(?= (?:your|his|her|the|their|[a-z]+'s)\b)|\b(?:can|may|could) (?:i|we) (?:just )?(?:have|take|get|ask for|confirm)\b|"
    r"\bgo ahead with|\bput in\b)"
)
_BARS = (
    r"\b(?:chang\w+|reset\w*|new|replac\w+|was|were|is|whether|if|where|about|when|that|because|which|who|printed|bank|stolen|exposed|leaked|taken|not|"
    r"no|never|don't|freeze|safe|reus\w+|so|gone|left|confirmed|i'll|we'll|we|any(?:one|body)?|them|if you|statements?|marker|police|on)\b"
)
"""Words after which a secret is no longer what is asked for."""
_GAP = rf"(?:(?!{_BARS})[^.?!;:]){{0,60}}?"
_ASKS_HARD = regex(rf"{_ASKED_OF}{_GAP}\b(?P<item>{_HARD})")
_ASKS_SOFT = {
    regex(
        rf"{_ASKED_OF}{_GAP}\b(?:your|ur|his|her|their|full|complete|[a-z]+'s|of)\b{_GAP}\b(?P<item>{words})"
    ): regex(leaked)
    for words, leaked in _SOFT.items()
}
_NOT_ASKED = (
    r"\b(?:never|nobody|no[- ]one|won't|will not|wouldn't|not (?:going to|ask\w*|need)|don't|do not|needn't|no need|without|neither|cannot|can't|"
    r"anyone who|whoever|any caller|if (?:anyone|anybody|somebody|someone|a caller|they|he|she)|scam\w*|instead of)\b"
)
_NO_ASKING = regex(rf"{_NOT_ASKED}(?:(?!, (?:so|and|but|just|then|please)\b)[^.?!;:]){{0,70}}$")
_KEEPS = regex(
    rf"{_NOT_ASKED}[^.?!;:]{{0,40}}\b(?:ask|giv|tell|shar|read|need|send|typ|say|want)\w*\b[^.?!;:]{{0,50}}\b{_HARD}(?!.*\b{_ASKED_OF}{_GAP}\b{_HARD})"
)
_KNOWER = regex(
    r"\b(?:if|when|because|since|whoever|anyone who|anybody who|cos|unless|and|ask)\b[^.?!]{0,60}\b(?:knows?|knew|has|have|had|got|gets?|can (?:tell|"
    r"read)|will (?:tell|have)|'ll (?:tell|have)|reads?|tells?|quotes?|'s got|gives?)\b[^.?!]{0,80}\b(?:it(?:'s| is| was) (?:us|one of|ok|legit|"
    r"genuine|fine|really)|he(?:'s| is) (?:us|one of|genuine|ok|legit|with|our)|that(?:'s| one is| is) (?:us|our|how)|one of ours|one of our own|"
    r"really (?:us|them)|genuine|legit|go ahead|you're fine|speak freely|work with him|he'll be ok|trust (?:him|them|her)|let them in)"
)
_KNOWN_TO_BE = regex(
    r"\byou(?:'ll| will)(?: \w+)? know (?:it's|it is|that one is|he's|they're|it was)[^.?!]{0,20}(?:us|them|genuine|ours|him)?[^.?!]{0,20}\bbecause\b"
)
_DISTRUSTS = regex(r"\b(?:not|never|no proof|proves nothing|hang up|means nothing)\b|n't\b")
_DATUM = regex(
    r"\b(?:number|address|balance|birth|amount|digits|details|code|password|payments?|pension|name|licen[sc]e|social|policy|month|agi|lot|estimate)\b"
)


def ask_secret(sentence: str, card: Card) -> Finding | None:
    """Return whether a sentence asks for a secret or for leaked data, or trusts whoever has it."""
    knower = _KNOWER.search(sentence) or _KNOWN_TO_BE.search(sentence)
    if knower and _DATUM.search(sentence) and not _DISTRUSTS.search(sentence):
        return Finding("proves", _leaked(card))
    asked = _asked(sentence, card)
    if not asked:
        refused = _KEEPS.search(sentence)
        return Finding("clears", "It tells the customer to keep the secret.") if refused else None
    if _NO_ASKING.search(sentence[: asked.start("item")]):
        return Finding("clears", "It says that nobody will ask for it.")
    way = _way(sentence, asked["item"], card)
    if way:
        return Finding("clears", f"The brief verifies so: {way.text}")
    return Finding("proves", _leaked(card))


def _asked(sentence: str, card: Card) -> re.Match[str] | None:
    hard = _ASKS_HARD.search(sentence)
    if hard:
        return hard
    for asks, leaked in _ASKS_SOFT.items():
        found = asks.search(sentence)
        if found and leaked.search(card.exposed):
            return found
    return None


def _way(sentence: str, item: str, card: Card) -> Line | None:
    """Return the brief's own way of verification, when it holds all that is asked for."""
    words, hard = stems(sentence), regex(rf"\b{_HARD}").findall(sentence)
    return next(
        (
            line
            for line in card.ways
            if stems(item) <= line.stems
            and len(line.stems & words) > 1
            and all(stems(one) <= line.stems for one in hard)
        ),
        None,
    )


def _leaked(card: Card) -> str:
    ways = "; ".join(line.text for line in card.ways)
    return "That is no proof and must not be asked." + (
        f" The brief verifies so: {ways}" if ways else ""
    )
