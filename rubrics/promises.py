"""Promises: money, outcomes and guarantees, held against what may be offered.

Knows the offers and the next update, and nothing of the other violations.
"""

from __future__ import annotations

from rubrics.card import REFUSED, UNSURE, Card, Finding, Line
from rubrics.wording import counts, numbers, parts, periods, regex, shared, stems

_SUM = (
    r"(?:[$€£] ?\d[\d,.]*k?|\b(?:\d[\d,.]*|(?:a |one |two |three |four |five |six |seven |eight |nine |ten |fifty )?"
    r"(?:hundred|thousand|million|grand)(?: and [a-z]+)?(?: thousand)?|fifty|twenty|double|half)(?:k\b| ?%| ?€| per ?cent|"
    r" percent| pounds?| quid| euros?| dollars?| bucks| z[lł]oty| points| miles| off)(?!\w)|\b(?:four|five|six)[- ]figures?\b|\b(?:a |\w+ )(?:hundred|thousand)(?: and \w+)?(?= (?:off|on top|back|to you|for)\b))"
)
_GIVING = (
    r"(?:pay(?:s|ing)?|paid|credit\w*|refund\w*|reimburs\w+|compensat\w+|knock\w*|wip(?:e|ing)|waiv\w+|doubl\w+|goodwill|"
    r"lodged|coming to you|cover(?:s|ing|ed)?|writ(?:e|ing|ten) off|bill written|zero(?:ing)?|make(?:s)? good|on (?:us|me)|on the "
    r"house|dropped into|off your|on top|put(?:s)? (?:it )?back|payout|authori[sz]ing|discount|tak(?:e|ing)|"
    r"release|replace|arrives?|approve|back (?:in|on|to|by|tonight|tomorrow)|receives?|for (?:your time|the (?:bother|upset|trouble|aggravation)))"
)
_WE_WILL = (
    r"(?:\b(?:i|we)(?:'ll| will|'m| am|'re| are| can| do)\b|\byou(?:'ll| will| shall)\b|\bthere(?:'s|'ll be| will be)\b|"
    r"\b(?:the )?(?:bank|company|society|trust|council|hospital|firm|university|fund|county|charity|province) (?:will|"
    r"is going to|covers|pays|puts|'ll)\b|\beach of\b|\bthey'll\b|\b(?:we|i) (?:pay|cover|approve|refund|give|make)\b|\bon (?:us|me)\b)"
)
_MONEY = regex(_SUM)
_GIVEN = regex(rf"\b{_GIVING}\b")
_FRAME = regex(_WE_WILL)
_PAID_FOR = regex(
    r"\b(?:we|i|they|the (?:bank|company|society|trust|council|hospital|firm|university|fund|county|charity|province))(?:'ll| will| is going to|'re going to)(?: of course| also)? (?:cover|pay (?:for|you|back|every)|make up|waive|write "
    r"off|tear up|give you back|put back)\b|\b(?:we|i) (?:cover|pay for|pay you|pay every|waive)\b|\bcovers? that\b"
)
_OPEN_GIFT = regex(
    r"\b(?:may|might|whether|could|would|ask|see if|look at|look into|decide|cover(?:s|ed)? (?:how|what|which|the (?:card|questions?)))\b"
)
_ALL_BACK = regex(
    r"\b(?:every|each|a single|to the last|one) (?:last |single )?(?:penny|cent|coin|euro|pound|dollar|dime|grosz|"
    r"z[lł]oty|point|mile)\b[^.?!]{0,25}\b(?:back|good|refund\w*|return\w*|cover\w*)\b|\b(?:back|good|return\w*|refund\w*|cover)\b"
    r"[^.?!]{0,20}\b(?:every|to the last) (?:penny|cent|grosz|euro)\b|\b(?:a )?penny out\b|\bmake (?:it|you|this) (?:good|whole)\b|\bgood for it\b|"
    r"\b(?:won't|will not|'ll not|never) (?:lose|be out of pocket|be a penny|be out)\b|\b(?:written|wiped|write it|wipe it)"
    r" off\b|\b(?:get|have|be getting) (?:it|them|that|the money|your money) (?:all )?back\b"
)
_FUTURE = r"(?:will|'ll|is going to|are going to|shall|won't|can)"
_OUTCOME = regex(
    rf"\b(?:nobody|no[- ]one|nothing|not (?:a|one) (?:word|soul|thing)(?: of \w+(?: \w+)?)?)(?: \w+){{0,4}}? {_FUTURE}(?: ever)? "
    r"(?:touch|publish|find|use|steal|take|harm|hurt|be able|know|link|bother|come near|happen|come of|get at|get near|reach)\b|"
    r"\b(?:it|this|that)(?:'ll| will)? (?:won't|will not|will never|'ll never|never) (?:ever )?happen again\b|"
    r"\b(?:he|she|they|your [\w ]{1,20}|the (?:judge|court|landlord|home office|family))(?: won't| will not| will never|'ll never|'ll not)(?: ever)? "
    r"(?:find out|be (?:able|affected|moved|touched)|come near|get near|touch|bother you|lose)\b|"
    r"\b(?:you|you'll)(?: will)? (?:won't|will not|'ll not|not) (?:lose|be a penny|be out)\b|\b(?:will|'ll) (?:never|not|not ever) (?:surface|get around|be "
    r"affected|be touched|be moved|lose)\b|\bwon't (?:be (?:affected|touched|moved|held against)|count against|get (?:moved|around))\b|"
    r"(?:\b(?:is|are|be|will be)|'s|'re|'ll be) (?:perfectly|completely|totally|absolutely|entirely|one hundred per ?cent|100 ?(?:%|per ?cent)) "
    r"(?:safe|secure|protected)\b"
)
_VOWS = regex(
    r"\b(?:i|we|you have|you've|you got|you've got)(?:'ll| will| can| do)? ?(?:personally )?(?:promise|guarantee|swear|give"
    r" you my|my)(?: personal)? ?(?:you|word|guarantee|promise)?\b|\bguaranteed\b|\bmy (?:own |personal )?(?:word|guarantee|"
    r"promise)\b|\bthat's a promise\b"
)
_VOWED = regex(
    r"\b(?:nobody|no[- ]one|nothing|not (?:a|one) \w+)(?: \w+){0,5}? (?:will|is going to|can|gets)\b|\b(?:never|won't|will not|will be|"
    r"i'll see (?:your|that your|to it)|'ll be|'ll have|will have|'ll get|will get|'ll never|doesn't get|will go ahead|back (?:in|on|to|by)|gets)\b"
)
_CONDUCT = regex(
    r"\b(?:i|we)(?:'ll| will|'m going to| won't| will not)(?: \w+)? (?:be (?:here|back|straight|honest|in touch|the one)|"
    r"call|ring|phone|write|email|tell|keep|stay|ask|let you|come back|answer|pick up|do (?:my|everything|all)|read|hide|"
    r"rush|leave|hang|pass|say|send|try|follow|make sure (?:you|that you) (?:hear|get the|are called))\b|"
    r"\b(?:call(?:ed|s)?|answer(?:s|ed)?|letter|reply|update[sd]?|hear|news|told|tell|e-?mail(?:ed)?|message|rung|contacted|informed|listened|heard)\b|"
    r"\bwe never take\b|\b(?:nobody|no[- ]one)\b[^.?!]{0,40}\bwill(?: ever)? (?:ask|call|ring)\b|\bfrom us\b"
)
"""What a person may well promise to do herself: to ring, to stay, to tell, to see that one hears."""
_GIVES_BACK = regex(r"refund|paid back|made good|reimburs|guarantee")
"""What a card says that gives money back; then "every penny back" may be its own offer."""
_GIFT = regex(
    r"\b(?:pa(?:y|id)|refund\w*|reimburs\w*|credit\w*|waiv\w*|free|cover\w*|back|fees?|no (?:charge|cost))\b|[$€£]"
)
"""What an offer gives that is worth money."""
_OFFER_SHARE = 0.5
_NEAR_SHARE = 0.3
_OFFER_WORDS = 2


def overpromise(sentence: str, card: Card) -> Finding | None:
    """Return whether a sentence promises what was not approved, or only what was."""
    offered = _offered(sentence, card)
    for part in parts(sentence):
        held_back = REFUSED.search(part) or part.rstrip().endswith("?") or _offered(part, card)
        if not held_back and _promises(part, card):
            return Finding("proves", _not_offered(card))
    return offered


def _offered(sentence: str, card: Card) -> Finding | None:
    for line in (*card.offers, card.promised):
        if not _speaks_of(line, sentence):
            continue
        if _lasts_longer_or_less(line, sentence):
            return (
                None
                if REFUSED.search(sentence)
                else Finding("proves", f"The brief allows something else: {line.text}")
            )
        if counts(sentence) <= card.numbers and periods(sentence) <= periods(card.text):
            return Finding("clears", f"The brief allows it: {line.text}")
    return None


def _speaks_of(line: Line, sentence: str) -> bool:
    words = stems(sentence)
    enough = len(line.stems & words) >= min(_OFFER_WORDS, len(line.stems))
    return enough and shared(line.stems, words) >= _OFFER_SHARE


def _lasts_longer_or_less(line: Line, sentence: str) -> bool:
    """Return whether both name a length of time in the same unit, and none is in common."""
    here, there = periods(sentence), periods(line.text)
    return not here & there and bool({unit for _, unit in here} & {unit for _, unit in there})


def _promises(part: str, card: Card) -> bool:
    if _MONEY.search(part) and _FRAME.search(part) and _GIVEN.search(part):
        known = numbers(part) and numbers(" ".join(_MONEY.findall(part))) <= card.numbers
        return not known and not _near(part, card)
    if _PAID_FOR.search(part) and not _CONDUCT.search(part):
        return not _near(part, card) and not _OPEN_GIFT.search(part)
    if _ALL_BACK.search(part) and (_FRAME.search(part) or _VOWS.search(part)):
        return not _GIVES_BACK.search(card.text)
    if _OUTCOME.search(part):
        return not UNSURE.search(part) and not _CONDUCT.search(part)
    return bool(_VOWS.search(part) and _VOWED.search(part) and not _CONDUCT.search(part))


def _near(part: str, card: Card) -> bool:
    """Return whether a part speaks of an offer, so that its figure may be the customer's own."""
    words = stems(part)
    for line in card.offers:
        common = line.stems & words
        if len(common) >= _OFFER_WORDS and shared(line.stems, words) >= _NEAR_SHARE:
            return True
        if common and _GIFT.search(line.text) and _MONEY.search(part):
            return not line.numbers or max(numbers(part), default=0) <= max(line.numbers)
        if common and _GIFT.search(line.text) and numbers(part) <= line.numbers:
            return True
    return False


def _not_offered(card: Card) -> str:
    offers = "; ".join(line.text for line in card.offers)
    return (
        f"It is not among what may be offered: {offers}" if offers else "The brief offers nothing."
    )
