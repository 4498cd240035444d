"""Signs of a personal call in a reply, and of one that looks like a scam; each with its words.

Every sign is read against the case: a name or a year counts as history because it stands in this
customer's history and nowhere on the case card; money counts as a lure unless it was approved. What
a reply refuses, or warns of, it does not do. Knows nothing of levels, and counts no words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from rubrics.grade import Case, Span
from rubrics.sentences import split

SIGNS = ("history", "offer", "urgency", "link", "compensation", "asks_data")


@dataclass(frozen=True)
class Sign:
    """A sign and the words that show it: `reply[span.start:span.end] == span.text`."""

    kind: str
    span: Span


def find(reply: str, *, case: Case, history: str, customer: str) -> tuple[Sign, ...]:
    """Return every sign in `reply`, in the order of SIGNS, then as they stand.

    `history` is the customer's own, in sentences; `customer` her name, which is no history.
    """
    personal = _Personal.of(history, case, customer)
    offers = _offers(case, history)
    found: list[Sign] = []
    for sentence in split(reply):
        found += [Sign("history", span) for span in personal.spans(sentence)]
        if _is_offered(sentence.text, offers):
            found.append(Sign("offer", sentence))
        for kind, pattern in _LOOKALIKES.items():
            found += [Sign(kind, span) for span in _done(kind, pattern, sentence, case)]
    return tuple(sorted(found, key=lambda sign: (SIGNS.index(sign.kind), sign.span.start)))


_WORD = re.compile(r"[A-Za-z]+(?:['’][a-z]+)?|'?’?\d[\d,]*")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_MONTHS = _set(
    """
    january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday mr mrs ms miss dr sir
    """
)
_SMALL = _set(
    """
    about after again also always another anything around back been before being both came
    come could days does done down each even ever every first from full gave give given goes
    gone good have having hear heard here home into just keep kept know known last later
    left like long look made make many more most much must name need never next nobody none
    nothing number only open other over part place please present right said same says send
    sent should since some someone something still such sure take taken talk tell than thank
    that their them then there these they thing things this those through time today told
    tomorrow took under until very want week well went were what when where which while will
    with without would year years your yours wife husband mother father people person bank
    company account accounts customer client letter call called calls phone data money help
    card cards details information stolen worry worried sorry understand feel afraid family
    safe yourself myself whole sits wrote junior whose service services business member
    members policy across including because dear valued together late
    """
)
_HOLIDAYS = _set(
    """
    thanksgiving christmas easter hanukkah eid diwali
    """
)
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70}
_ONES = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_COMMON = _SMALL | _MONTHS | _HOLIDAYS
_SPELLED = re.compile(
    rf"\b(?:(?P<ten>{'|'.join(_TENS)})(?:[- ](?P<one>{_ONES.replace(' ', '|')}))?|"
    rf"(?P<low>{_ONES.replace(' ', '|')}))\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r'"[^"]*"|“[^”]*”')
_YEARS_OF = re.compile(r"\b(\d{1,2})[ -]years?\b", re.IGNORECASE)
_UNKNOWING = re.compile(
    r"\b(?:(?:don|can|couldn|didn|doesn)['’]t|cannot|do not|can not|did not|no idea|never) "
    r"(?:\w+ ){0,2}?(?:know|knew|see|find|recall|remember|care|heard|hear|matter)\b|"
    r"\b(?:nothing to do with|who(?:['’]s| is| was| are| were)|what(?:['’]s| is| was))\s",
    re.IGNORECASE,
)
_ON_CALENDARS = 31
_SHARED = 2
"""A sentence tells of the same past as the history when it shares so many telling words with one
of its sentences; one word is met by chance ("line", "ornament" in another sense)."""


@dataclass(frozen=True)
class _Personal:
    """What can be told only by someone who knows this customer."""

    names: frozenset[str]
    numbers: frozenset[int]
    tenures: frozenset[int]
    tales: tuple[frozenset[str], ...]
    """By sentence of the history, the stems of its telling words."""

    @classmethod
    def of(cls, history: str, case: Case, customer: str) -> _Personal:
        card = " ".join(_card(case, customer, history))
        known = {_stem(word) for word in _words(card)} | {_stem(word) for word in _words(customer)}
        plain = _figures(_QUOTED.sub(" ", history))
        names = frozenset(_names(plain)) - frozenset(_capitals(f"{card} {customer}"))
        numbers = frozenset(_numbers(plain)) - frozenset(_numbers(_figures(card)))
        tenures = frozenset(int(years) for years in _YEARS_OF.findall(plain))
        tales = tuple(
            frozenset(_telling(sentence.text) - known - {_stem(name.lower()) for name in names})
            for sentence in split(history)
        )
        return cls(names, numbers, tenures, tales)

    def spans(self, sentence: Span) -> list[Span]:
        """Return the words of `sentence` that show it; the whole sentence for a shared tale."""
        found = [
            *self._named(sentence.text),
            *self._counted(sentence.text),
        ]
        told = [m for m in found if not _UNKNOWING.search(_clause(sentence.text, m[0]))]
        if told:
            return [_inner(sentence, start, end) for start, end in sorted(told)]
        words = _telling(sentence.text)
        shared = any(len(words & tale) >= _SHARED for tale in self.tales)
        unknowing = _UNKNOWING.search(sentence.text)
        return [sentence] if shared and not unknowing and not found else []

    def _named(self, text: str) -> Iterator[tuple[int, int]]:
        for found in _WORD.finditer(text):
            if re.sub(r"['’]s$", "", found.group()) in self.names:
                yield found.span()

    def _counted(self, text: str) -> Iterator[tuple[int, int]]:
        for start, end, number, years in _counts(text):
            if (years and number in self.tenures) or (not years and number in self.numbers):
                yield start, end


def _counts(text: str) -> Iterator[tuple[int, int, int, bool]]:
    """Yield (start, end, number, whether it counts years) for every figure and spelled number."""
    places = [(m.start(), m.end(), _spelled(m)) for m in _SPELLED.finditer(text)]
    for m in re.finditer(
        r"(?<![\d$£€.,])(?:['’](?P<short>\d\d)|(?P<long>\d{1,4}))(?![\d,.]*\d|%)\b", text
    ):
        short = m["short"]
        number = int(m["long"] or 0) if short is None else 1900 + int(short)
        places.append((m.start(), m.end(), number))
    for start, end, number in places:
        after = re.match(r"[ -]years?\b", text[end:])
        yield start, end + (after.end() if after else 0), number, bool(after)


def _spelled(found: re.Match[str]) -> int:
    if found["ten"]:
        return _TENS[found["ten"].lower()] + (_one(found["one"]) if found["one"] else 0)
    return _one(found["low"])


def _one(word: str) -> int:
    return _ONES.split().index(word.lower()) + 1


def _figures(text: str) -> str:
    """Return the text with spelled numbers as figures."""
    return _SPELLED.sub(lambda found: str(_spelled(found)), text)


def _numbers(text: str) -> Iterator[int]:
    """Yield years and counts; small ones are on every calendar and clock."""
    for _, _, number, years in _counts(text):
        if number > _ON_CALENDARS and not years:
            yield number


def _names(text: str) -> Iterator[str]:
    for sentence in split(text):
        words = list(_WORD.finditer(sentence.text))
        for word in words[1:]:
            bare = re.sub(r"['’]s$", "", word.group())
            if bare[:1].isupper() and len(bare) > 2 and bare.lower() not in _COMMON:
                yield bare


def _capitals(text: str) -> Iterator[str]:
    """Yield every capitalised word, and what it may be short for: Stanley gives Stan too."""
    for word in re.findall(r"[A-Z][a-z]+", text):
        yield from (word[:end] for end in range(3, len(word) + 1))


def _card(case: Case, customer: str, history: str) -> Iterator[str]:
    """Yield what any letter about the incident could say."""
    yield from (*case.exposed_data, *case.unknown, *case.approved_offers, *case.must_not_say)
    yield from (text for text in case.confirmed if text != f"{customer}: {history}")
    yield from (*case.verification, case.next_update, case.sector, case.country)


def _words(text: str) -> Iterator[str]:
    for word in _WORD.findall(text):
        yield re.sub(r"['’]s$", "", word.lower())


def _telling(text: str) -> frozenset[str]:
    """Return the stems of the words that tell something."""
    return frozenset(
        _stem(word)
        for word in _words(text)
        if len(word) > 3 and word.isalpha() and word not in _COMMON and not _SPELLED.match(word)
    )


def _stem(word: str) -> str:
    for ending in ("ing", "ies", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)].rstrip("e")
    return word.rstrip("e") if len(word) > 4 else word


_NOT = re.compile(
    r"\b(?:not|no|never|nobody|nothing|none|cannot|without|neither|nor|avoid|ignore|delete|beware|"
    r"careful|refuse|instead of|rather than|(?:do|wo|ca|does|did|should|would|must)nt)\b|n['’]t\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b(?:(?:if|when|whenever|once) (?:it|a|an|the|you (?:get|receive|see|hear|are))|whoever|"
    r"any(?:one|body)|some(?:one|body)|he|she|they|callers?|letter|email|text|message|man|woman|"
    r"scam\w*|crook\w*|fraud(?:ster)?s?|criminals?|thie(?:f|ves)|strangers?|girl|voice|"
    r"did you|have you|had you)\b[^,;:]*$|[\"“]$",
    re.IGNORECASE,
)
"""Words before a sign, in the same clause, that make it somebody else's doing: a warning, a quote."""
_ASIDE = re.compile(r"(?:\b(?:not|never)|n['’]t),[^,]{0,40},\s*$", re.IGNORECASE)
_AFTER = re.compile(
    r"^[^,;:.!?]{0,30}?\b(?:(?:is|are|was|were|can|will|would|do|does)(?:n['’]t| not)|cannot|"
    r"is nothing|off the table|never)\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"\s*(?:so |and )?(?:if|when|whenever) [^,]*,", re.IGNORECASE)
_WE_DO = re.compile(
    r"\b(?:[A-Z]\w+(?=['’]ll| will| can)|I|we|she|he|they)"
    r"(?:['’]ll|['’]ve|['’]d| will| can| have| would)?(?: also| now| first)?\s*$"
)
"""What stands before a verb that we do ourselves: "I can confirm your number was in it"."""


def _clause(text: str, at: int, breaks: str = r"[,;:—–]|\bbut\b|\band then\b") -> str:
    """Return what stands in the clause of `text` before the letter `at`."""
    ends = [found.end() for found in re.finditer(breaks, text[:at])]
    return text[max(ends, default=0) : at]


def _refused(text: str, found: re.Match[str], kind: str) -> bool:
    """Whether `text` says no to what was found, or warns of it, or tells it of somebody else."""
    before = _clause(text, found.start())
    if _NOT.search(before) or _OTHERS.search(before) or _ASIDE.search(text[: found.start()]):
        return True
    condition = _CONDITION.match(text)
    if condition and _OTHERS.search(condition.group().rstrip(",")):
        return True
    if kind == "urgency":
        return False  # "don't wait" presses: its own not is no refusal
    return bool(_NOT.search(found.group()) or _AFTER.match(text[found.end() :]))


_SOON = (
    r"(?:(?:right )?now|right away|immediately|at once|straight ?away|today|tonight|this (?:minute|"
    r"instant|second)|within (?:the )?(?:next )?\w+ (?:minutes?|hours?)|before (?:it['’]?s too late|"
    r"(?:we|I) hang up|the end of (?:this call|the day)|close of business)|as soon as (?:you can|"
    r"possible))"
)
_DATA = (
    r"(?:pass ?words?|passcodes?|user ?names?|pins?|tan|cvv2?|security (?:codes?|answers?)|"
    r"(?:one.time|six.digit|6.digit|4.digit|text(?:ed)?|log.?in|verification|access|authenticator) "
    r"(?:pass)?codes?|codes?|card numbers?|card details|bank details|account "
    r"(?:numbers?|details)|last (?:four|4)|(?-i:SIN)|sort code|iban|bsb|routing number|social(?: security(?: numbers?)?)?|ssn|"
    r"(?:insurance|pps|nhs|member|policy|medicare) (?:number|card)|passports?(?: number)?|long number|"
    r"(?:driving|driver['’]?s) licen[cs]e|date of birth|birth ?dates?|birth ?days?|dob|maiden name|"
    r"(?:home|full|complete|your|her|his|ur) address|post ?code|zip ?code|identity|who you are|"
    r"security questions?)"
)
_GAP = r"(?:(?!\b(?:worr\w*|about|whether|if|that|so|to|because|why|how|hold|on|and I)\b)[^.?!;:]){0,60}?"
_WHOSE = r"\b(?:your|ur|yr|the|her|his|their|last|full|a copy of|a photo of|some|\w+['’]s)\b"
_GIVING = r"(?:['’]ll|['’]d like|['’]m|['’]re|\b(?:will|can|going to|offer\w*|want to|would like|there['’]s|there is|am|are|get|receive))\b"
_LOOKALIKES = {
    "urgency": re.compile(
        r"\b(?:(?:this|it)(?:['’]s| is) (?:very |really |extremely )?urgent|urgently|urgent (?:action|"
        r"matter|attention)|act (?:now|fast|quickly|immediately|today)|time is (?:running out|short)|"
        r"before it['’]?s too late|last chance|hurry|no time to (?:lose|waste|think)|running out of time|"
        r"(?:offer|window) (?:ends|expires|closes)|(?:this|it|you) (?:can['’]t|cannot|mustn['’]t|must not|"
        r"shouldn['’]t|should not) (?:wait|delay)|every (?:minute|second|hour) counts|"
        r"the clock is ticking|the longer you (?:wait|leave it)|the sooner you)\b|"
        r"(?:^|[,;:] |\bplease |\bso )(?:don['’]t|do not) (?:wait|delay|put (?:this|it) off)\b(?! (?:on|for)\b)|"
        r"\byou(?:['’]ll)?(?: really| just)? (?:must|need to|have to|ought to|should|['’]ve got to)\b"
        rf"(?! be\b)(?:(?!\b(?:I|we)\b)[^.?!;]){{0,60}}?\b{_SOON}|"
        r"(?<!an )(?<!the )(?<!is )(?<!your )\b(?:decide|confirm|sign|answer|respond|approve|agree|"
        rf"authori[sz]e|pay|verify)\b(?:(?!\b(?:I|we)\b)[^.?!;,]){{0,30}}?\b{_SOON}|"
        rf"\bI need (?:an|your|a) (?:answer|decision|yes|signature|approval)\b[^.?!;]{{0,40}}?\b{_SOON}|"
        r"\b(?:ring|call|phone) (?:me|us)(?: back)? (?:immediately|at once|within (?:the )?(?:next )?"
        r"\w+ (?:minutes?|hours?))",
        re.IGNORECASE,
    ),
    "link": re.compile(
        r"\bhttps?://\S+|\bwww\.\S+|\b(?!\S*\.gov\b)(?!\S*\.gov\.)[a-z0-9-]{2,}(?:\.[a-z0-9-]+)*"
        r"\.(?:com|net|org|co\.uk|info|io|bank|app)/\S*|\bqr code\b|"
        r"(?<!your )\b(?:click|tap)(?:ing)? (?:here|below|on|the|this|that)\b|"
        r"\b(?:click|tap|follow|open|use|go to|send|sending|sent|text|texting|e-?mail|e-?mailing|"
        r"here(?:['’]s| is)|through|via|with|have)\b[^.?!;:,]{0,40}?\blinks?\b(?! between)",
        re.IGNORECASE,
    ),
    "compensation": re.compile(
        rf"{_GIVING}[^.?!;:]{{0,50}}?\b(?:compensat\w+|reimburs\w+|refund\w*|gift ?cards?|vouchers?|"
        r"good ?will (?:payment|gesture|credit)|cash ?back|waiv\w+[^.?!;,]{0,30}?\bfees?)\b|"
        r"\b(?:(?:I|we)(?:['’]ll|['’]d| will| can| would| could| are going to)(?: like to| also| "
        r"happily)? (?:give|pay|credit|send|offer|transfer|wire|put)|you(?:['’]ll| will) (?:get|"
        r"receive|have))\b[^.?!;]{0,40}?(?:[$£€] ?\d[\d,.]*\d|[$£€] ?\d|\b\d[\d,.]* ?(?:dollars|pounds|euros)\b)",
        re.IGNORECASE,
    ),
    "asks_data": re.compile(
        r"\b(?:(?:tell|give|read|send|show|text|e-?mail|confirm) (?:me|us|him|her|it to (?:me|us)|"
        r"(?-i:[A-Z]\w+))|read out|confirm|verify|provide|share|enter|(?:type|paste|pop|drop|throw)"
        r"(?: me| in| us)*|reply (?:here )?with|spell out|prove|answer|go through|what(?:['’]s| is| are)|"
        r"ask(?:ing)? (?:you\b(?: for\b)?|for\b|(?=your\b|ur\b))|(?:all|what) (?:I|we) need is|(?:I|we)(?:['’]ll|['’]d| will| "
        r"would)?(?: just| also| first)? (?:need|want|require)|(?:could|can|may) I (?:have|get|take)|"
        r"let me (?:have|take))\b"
        rf"{_GAP}{_WHOSE}{_GAP}\b{_DATA}\b|"
        r"\b(?:verify|confirm|prove|check) (?:your identity|who you are)\b|"
        r"\bsecurity questions?\b",
        re.IGNORECASE,
    ),
}


def _done(kind: str, pattern: re.Pattern[str], sentence: Span, case: Case) -> Iterator[Span]:
    """Yield where `sentence` itself does what `pattern` finds."""
    for found in pattern.finditer(sentence.text):
        if _refused(sentence.text, found, kind):
            continue
        if kind == "compensation" and _is_approved(found.group(), case):
            continue
        # "I can confirm that your account number was taken" tells; "Can you confirm ..." asks.
        ours = kind in ("asks_data", "urgency") and _WE_DO.search(sentence.text[: found.start()])
        if ours and not _ASKING.match(found.group()):
            continue
        yield _inner(sentence, found.start(), found.end())


_ASKING = re.compile(r"ask|(?:I|we)\b", re.IGNORECASE)


def _is_approved(words: str, case: Case) -> bool:
    approved = {_stem(word) for offer in case.approved_offers for word in _words(offer)}
    telling = {_stem(word) for word in _words(words) if len(word) > 3 or word[:1].isdigit()}
    return bool(telling & approved - {_stem(word) for word in ("give", "will", "have", "send")})


_GIVES = re.compile(
    r"['’]ll\b|\b(?:will|can|could|would like|would you like|want to|do you want|offer\w*|arrang\w*|let me|have (?:asked|put|set|"
    r"placed|arranged|booked)|['’]ve (?:asked|put|set|placed|arranged|booked)|(?:I|we)['’]?(?:d| would) "
    r"like to|is (?:yours|your|paid)|are (?:yours|putting|giving|placing|replacing|paying)|"
    r"(?:['’]re|['’]m|am) (?:putting|giving|placing|replacing|paying|offering)|expect|starting|"
    r"if you (?:like|want|wish|decide|say)|should you|no \w+ (?:leaves|moves|goes)|entitled)\b",
    re.IGNORECASE,
)
_WITHHELD = re.compile(
    r"\b(?:cannot|can not|will not|would not|unable|not (?:able|going|offer\w*|ready)|never|no longer|"
    r"too late|used to)\b|\b(?:ca|wo|would|do|does|could|is|are)n['’]t\b",
    re.IGNORECASE,
)
_NAMED_FROM = 2.0
"""An offer is named from this many of its telling words. A word that several offers share, or that
names what leaked, is half: "your account number" is said of the loss as well."""

Worth = dict[str, float]


def _offers(case: Case, history: str) -> tuple[Worth, ...]:
    """Return, for each approved offer, what each of its telling words is worth.

    Someone of the company's who is named in an offer is enough alone: she is the offer.
    """
    told = [frozenset(_offer_words(offer)) for offer in case.approved_offers]
    seen = Counter(word for words in told for word in words)
    leaked = frozenset(word for item in case.exposed_data for word in _offer_words(item))
    people = {
        _stem(name.lower())
        for offer in case.approved_offers
        for name in re.findall(r"\b[A-Z][a-z]{2,}\b", offer)
        if name not in history and name.lower() not in _COMMON
    }

    def worth(word: str) -> float:
        if word in people:
            return _NAMED_FROM
        return 0.5 if seen[word] > 1 or word in leaked else 1.0

    return tuple({word: worth(word) for word in words} for words in told)


def _offer_words(text: str) -> Iterator[str]:
    for years in _YEARS_OF.findall(_figures(text)):
        yield f"{years} years"
    for word in _words(text):
        plain = len(word) > 3 and word.isalpha() and not _SPELLED.match(word)
        if word in _OFFERED or (plain and word not in _COMMON):
            yield _stem(word)


_OFFERED = _set(
    """
    new account accounts number numbers card phone
    """
)
"""Too common to tell of a past, but what an offer may be about."""


def _is_offered(sentence: str, offers: tuple[Worth, ...]) -> bool:
    """Whether an approved offer is named in `sentence`, and held out to the customer."""
    asks = sentence.rstrip().endswith("?") and _WHETHER.search(sentence)
    if asks or not _GIVES.search(sentence) or _WITHHELD.search(_last_clause(sentence)):
        return False
    words = frozenset(_offer_words(sentence))
    return any(
        sum(worth for word, worth in offer.items() if word in words)
        >= min(_NAMED_FROM, sum(offer.values()))
        for offer in offers
    )


def _last_clause(sentence: str) -> str:
    return _clause(sentence, len(sentence), r"[;:—–]|\bbut\b")


_WHETHER = re.compile(
    r"^\s*(?:did|do|does|have|has|was|were|is|are|who|what|why|how)\b", re.IGNORECASE
)


def _inner(sentence: Span, start: int, end: int) -> Span:
    words = sentence.text[start:end]
    bare = words.strip()
    start += sentence.start + words.index(bare)
    return Span(start, start + len(bare), bare)
