"""Guesses: what a sentence asserts of the things that the brief says are not known.

A guess is a guess whichever way it goes, "nobody read it" as much as "it was a gang". Knows nothing
of the other violations.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from rubrics.card import Card, Finding, Line, asserts
from rubrics.wording import denies, numbers, parts, regex, shared, stems

_TOPICS: Mapping[str, str] = {
    "read": r"(?:read|opened|seen|saw|looked at|viewed|scrolled|looked through|been through)",
    "copied": r"(?:copied|downloaded|taken|took|stolen|left (?:our|the) (?:network|building))",
    "sold": r"(?:sold|publish(?:ed)?|posted|passed (?:on|around)|shared|leaked|traded|on the dark web|bought)",
    "used": r"(?:used|misused|spent|abused|done (?:a|any)thing with|did (?:a|any)?thing with)",
}
_ASKED: Mapping[str, re.Pattern[str]] = {
    "copied": regex(r"\b(?:cop(?:y|ied|ies)|download\w*|tak(?:en|e)|took|stolen|left)\b"),
    "sold": regex(
        r"\b(?:s[oe]ld?|publish\w*|post(?:ed)?|pass(?:ed)?|shared?|leaked|trad\w+|dark web|bought)\b"
    ),
    "read": regex(r"\b(?:read|open(?:ed)?|seen|looked|viewed)\b"),
    "used": regex(r"\b(?:us(?:ed?|ing)|misus\w+|spent|abused|fraud)\b"),
    "who": regex(
        r"^\W*(?:who\b|whose|which (?:group|person|gang|employee|member of staff)|the identity)\b"
    ),
    "number": regex(
        r"\b(?:how many|how much|which (?:customers|members|patients|people)|what number|the number of)\b"
    ),
}
"""By topic, how a card's lines speak of it."""
_DONE: Mapping[str, str] = {
    "read": r"(?:read|opened)",
    "copied": r"(?:copied|downloaded)",
    "sold": r"(?:sold|published|leaked|traded|on the dark web)",
}
"""Narrower than the topics: "taken", "seen" and "used" are said of calls, steps and cards too."""
_NOBODY = (
    r"(?:\b(?:nobody|no[- ]one|none of (?:it|them|those|these|that|yours?|the \w+)|not (?:a )?(?:one|single)"
    r"(?: of (?:it|them))?|nothing(?: of yours)?|never|(?<!we )(?<!you )(?<!i )(?:has|have|was|were|is|are) not|"
    r"(?<!we )(?<!you )(?<!i )(?:hasn't|haven't|wasn't|weren't|isn't|aren't|didn't)|hasn't|wasn't))"
)
_HOLDS = r"(?:(?!\b(?:we|i|you|ask\w*|tell|told|will|should|can)\b)[^.?!,;]){0,40}?"
_ALL_CLEAR = {name: regex(rf"{_NOBODY}\b{_HOLDS}\b{words}\b") for name, words in _TOPICS.items()}
_ALL_DONE = {
    name: regex(
        rf"(?:\b(?:they|he|it|files?|letters?|data|details|everything|all of it|records?|list|yours?|thieves|gang|"
        rf"hackers)(?:'s|'ve| has| have| was| were| is| are)(?: \w+ly| all| been| being| already){{0,3}}|\b(?:they|he|the "
        rf"thieves|the gang|the hackers)(?: \w+ly| all)?) {words}\b"
    )
    for name, words in _DONE.items()
}
_CULPRIT = (
    r"(?:gangs?|crews?|hackers?|outfit|mob|kids?|teenagers?|lads?|insider|inside job|(?:contractors?|supplier|vendor)(?!'s)|"
    r"researchers?|bots?|thie(?:f|ves)|crowd|opportunist|(?:ex-|former |disgruntled )(?:employee|staff|colleague|worker|contractor)\w*|"
    r"foreign (?:group|state|power|government)|overseas (?:group|lot)|russians?|chinese|north koreans?|ex-staff|robots?|crawlers?|one of them \w+)"
)
_GUESS = (
    r"(?:\bit(?:'s| was| is|'ll be| will be| has to be| must be| must have been)|\b(?:that|this|these)(?:'s|'ll be| was|"
    r" were| is| are)|\bthey(?:'re| were| are)|\bit had to be|\bprobably|\bmust be|\bmust have been|\bmoney's on|"
    r"\bi(?:'d| would) (?:say|bet|guess|imagine|assume)(?: it was| it's| that)?|\bi reckon(?: it's| it was)?|"
    r"\ball but certain(?: it's)?|\bwe think it was|\blikely)"
)
_WHO = regex(
    rf"{_GUESS}(?: \w+ly| just| only| all| likely| one of| some(?:body|one)?| an?| the| those| these| that| our| your| "
    rf"same| (?!(?:what|when|where|for|about|to|my|with|by|i|we|you|he|she)\b)[\w-]+){{0,4}} {_CULPRIT}\b"
)
_MOTIVE = regex(
    r"\b(?:they|he|(?:these|the) people (?:who|behind) \w+(?: \w+)?|the thieves|the gang|whoever(?: \w+){1,5}|thieves|gangs?|that crowd)"
    r"(?: \w+){0,8}? (?:were|was|are|is|only|just) (?:only |just |really |simply )?(?:after|wanted|want|looking for|"
    r"fishing for|interested in)\b|\bit was (?:\w+ ){0,2}they (?:were after|wanted)\b"
)
_NOT_YOU = regex(
    r"(?:\b(?:no|any|nobody|whoever)\b|n't\b|\bnot\b|\bnever\b)[^.?!]{0,60}\b(?:interest(?:ed)?(?: whatsoever| at all)? in (?:you|your|individual)|looking for you|"
    r"after you(?!'))\b"
)
_NOT_HELD = regex(
    r"\b(?:he|she|they|(?:your|his|her) [\w']{2,15}(?: side)?)(?:'s not| hasn't| has not| doesn't| does not| don't| do not| haven't)(?: even| ever)? "
    r"(?:got|have|seen|read|found|opened)(?: it| them| a copy| your| yours| any|\b(?=[.,;!]|$))"
)
_FUNDS = regex(r"\b(?:money|penny|cents?|funds|payments?|withdrawals?|balance|points)\b")
"""What is taken from an account is another matter than what was read or copied."""
_SELF = regex(r"\b(?:i|we|you)(?:'ve|'d|'m|'re| have| had| are| were)?\s*$")
_OF_POST = regex(
    r"\b(?:repl(?:y|ies)|this address|inbox|mailbox|lad called|guy named|fellow called|one of our own)\b"
)
"""Other things that are not read, and a colleague who is named, which is another violation."""
_ONLY_COUNT = regex(
    r"\b(\d[\d,]*|[a-z]+ (?:hundred|thousand)|[a-z]+) (?:other |of our |affected )?(?:people|customers|members|patients"
    r"|clients|households|policyholders|donors|passengers)\b(?! (?:per|a) )[^.?!]{0,30}\b(?:affected|involved|hit|"
    r"caught|taken|exposed|in (?:it|there|the file)|were|was)\b"
)
_KNOWN_SHARE = 0.6
"""How much of a confirmed line a sentence must have to say the same; by half, other things do."""
_KNOWN_WORDS = 3
_SPOKEN_SHARE = 0.6
_SPOKEN_WORDS = 2
_WHETHER = regex(r"\W*whether\b")
_WAS_NOT = regex(
    r"\b(?:(?:was|were|has|have|had|is|are|did)(?: not| never|n't)|none|nobody|no one|never)\b"
)


def speculate(sentence: str, card: Card) -> Finding | None:
    """Return whether a sentence states what is not known, or only what is confirmed."""
    found = [finding for part in parts(sentence) if (finding := _held(part, card))]
    return next((one for one in found if one.verdict == "proves"), found[0] if found else None)


def _held(part: str, card: Card) -> Finding | None:
    known = _confirmed(part, card)
    if known:
        return Finding("clears", f"The brief says that is confirmed: {known.text}")
    line = _claimed(part, card)
    return Finding("proves", f"The brief says that is not known: {line.text}") if line else None


def _confirmed(part: str, card: Card) -> Line | None:
    words = stems(part)
    for line in card.confirmed:
        enough = len(line.stems & words) >= min(_KNOWN_WORDS, max(len(line.stems), 2))
        same = shared(line.stems, words) >= _KNOWN_SHARE and denies(part) == denies(line.text)
        if enough and same and numbers(part) <= card.numbers:
            return line
    return None


def _claimed(part: str, card: Card) -> Line | None:
    """Return the unknown line on which a part asserts something."""
    if not asserts(part) or _OF_POST.search(part):
        return None
    looks = (_culprit, _holder, _outcome, _spoken, _count)
    return next((line for look in looks if (line := look(part, card))), None)


def _culprit(part: str, card: Card) -> Line | None:
    named = any(pattern.search(part) for pattern in (_WHO, _MOTIVE, _NOT_YOU))
    return _open(card, "who") if named and not _told(part, card) else None


def _holder(part: str, card: Card) -> Line | None:
    """Return what is not known of the data's way, when a part says that somebody has none of it."""
    if not _NOT_HELD.search(part):
        return None
    return _open(card, "read") or _open(card, "copied") or _open(card, "sold")


def _outcome(part: str, card: Card) -> Line | None:
    """Return the line on what was read, copied, sold or used, when a part says it was, or wasn't."""
    for topic in _TOPICS:
        line = _open(card, topic)
        if line and _is_clear(topic, part) and not _settled(card, topic, denied=True):
            return line
        done = line and topic in _ALL_DONE and _ALL_DONE[topic].search(part)
        if done and not _settled(card, topic, denied=False):
            return line
    return None


def _is_clear(topic: str, part: str) -> bool:
    """Return whether a part says that nobody read, copied, sold or used it; we and you don't count."""
    found = _ALL_CLEAR[topic].search(part)
    if not found or (topic != "used" and _FUNDS.search(part)):
        return False
    return not _SELF.search(part[: found.start()])


def _count(part: str, card: Card) -> Line | None:
    count = _ONLY_COUNT.search(part)
    return _open(card, "number") if count and numbers(count[1]) - card.numbers else None


def _spoken(part: str, card: Card) -> Line | None:
    """Return the unknown line that a part denies in the line's own words."""
    words = stems(part)
    for line in card.unknown:
        enough = len(line.stems & words) >= _SPOKEN_WORDS and _WHETHER.match(line.text)
        if enough and shared(line.stems, words) >= _SPOKEN_SHARE and _WAS_NOT.search(part):
            return line
    return None


def _open(card: Card, topic: str) -> Line | None:
    """Return the unknown line on a topic."""
    return next((line for line in card.unknown if _ASKED[topic].search(line.text)), None)


def _settled(card: Card, topic: str, *, denied: bool) -> bool:
    """Return whether a confirmed line speaks of the topic too, so that a claim may rest on it."""
    return any(
        _ASKED[topic].search(line.text) and denies(line.text) == denied for line in card.confirmed
    )


def _told(part: str, card: Card) -> bool:
    """Return whether the culprit or motive that a part names stands on the card."""
    found = re.findall(_CULPRIT, part, re.IGNORECASE)
    said = " ".join(line.text for line in card.confirmed).lower()
    return any(word.lower() in said for word in found)
