"""Plain signs in a sentence, beside its vector: who acts, when, on what, negated or not.

Each cue is 1.0 or 0.0. None counts words: a longer sentence has no more of a cue.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

_SECRET = (
    r"(?:pass ?words?|pin\b|pins\b|cvv|security code|(?:one.time|six.digit|6.digit|4.digit|auth\w*|"
    r"text(?:ed)?) (?:pass)?codes?|the code|card number|long number|account number|sort code|iban|"
    r"socials?\b|ssn|passport number|date of birth|birth ?dates?|birthday|maiden name|mother's)"
)
_ASK = (
    r"(?:give me|tell me|read me|read (?:it|them|those) out|type|send me|confirm|verify|what(?:'s|’s| is)"
    r"|i(?:'ll| will|’ll|'d|’d)? need|drop me|pop|reply with|enter|can you|could you|would you|provide|"
    r"let me have|throw me)"
)
_NOT = r"(?:\b(?:not|no|never|nobody|nothing|none|cannot|without|neither)\b|n['’]t\b)"

PATTERNS: dict[str, str] = {
    "negated": _NOT,
    "question": r"\?\s*$",
    "i_act": r"\b(?:i|we)(?:'ll|’ll| will| am going to|'m going to|’m going to| can| have| 've|’ve|'ve)\b",
    "you_act": r"^(?:please |then |and |first,? |one,? |two,? )*(?:ring|call|change|freeze|check|watch|"
    r"go|open|put|write|report|forward|log|sign|ask|keep|don['’]t|do not|never|ignore|visit|use)\b",
    "when": r"\b(?:today|tonight|tomorrow|now|monday|tuesday|wednesday|thursday|friday|saturday|sunday|"
    r"noon|midday|\d{1,2}(?::\d\d)? ?(?:a\.?m|p\.?m)\b|o['’]clock|within|by \d|before (?:you|noon|the|"
    r"close)|this (?:morning|afternoon|evening)|minutes?|hours?|end of)\b",
    "named_date": r"\b\d{1,2} (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)",
    "action": r"\b(?:freeze|monitoring|alert|new (?:card|account|number)|replace|block|cancel|call you|"
    r"ring you|call back|ring back|enrol|register|reset|report|statement|159|7726|helpline|send you|"
    r"walk you through|stay on|book|post you)\b",
    "vague": r"\b(?:look(?:ing)? into|in touch|in due course|as soon as|working (?:hard|around)|"
    r"appropriate|our team|being handled|updates? will|keep you (?:informed|posted|updated))\b",
    "sorry": r"\b(?:sorry|apolog\w+|regret)\b",
    "own": r"\b(?:should(?:n['’]t| not| never) have (?:happened|been)|our fault|on us|we failed|we let|"
    r"we lost|not your fault|nothing you did|wasn['’]t fair|not fair|isn['’]t fair|our (?:job|doing|mistake)"
    r"|you(?:['’]re| are) right|you deserved|ours to)\b",
    "happened": r"\b(?:breach\w*|stolen|taken|copied|leak\w*|exposed|got (?:in|into|hold)|broke into|"
    r"break-in|opened|entered|attack\w*|hack\w*|sent to the wrong|in the (?:file|folder|system)|was in it|"
    r"were in it)\b",
    "stock": r"\b(?:any inconvenience|your patience|your concerns?|seriously|value[ds]? (?:you|customer)|"
    r"highest standards|robust|at this time|rest assured|thank you for (?:contacting|reaching|sharing))\b",
    "feeling": r"\b(?:frighten\w*|afraid|scar(?:ed|y|ing)|worr\w+|anxious|fear|angry|anger|furious|upset\w*|"
    r"exhaust\w*|tired|hurt\w*|betray\w*|violat\w*|shaken|asham\w*|embarrass\w*|sleep|frustrat\w*|alone|"
    r"sick|horrible|awful|dread\w*|trust)\b",
    "valid": r"\b(?:of course|no wonder|anyone would|makes sense|i(?:'d|’d| would) be|understandabl\w+|"
    r"natural|reasonable|you(?:['’]re| are) right to|every right|sensible)\b",
    "room": r"\b(?:tell me|what worries|what(?:['’]s| is) (?:weighing|worrying|the)|take your time|i(?:['’]m| am) "
    r"(?:here|listening|staying)|stay with you|have i (?:got|understood)|anything else|what else|go on)\b",
    "me_too": r"\b(?:i(?:['’]ve| have) been there|happened to me|same (?:thing )?happened|my (?:mum|mother|own|wife|"
    r"husband|sister|dad))\b",
    "secret": _SECRET,
    "asks_secret": rf"\b{_ASK}\b[^.?!]{{0,80}}?\b(?:your|his|her|their|the|full|last)\b[^.?!]{{0,40}}?{_SECRET}",
    "never_asks": rf"\b(?:never|won['’]t|not|don['’]t|nobody|no one)\b[^.?!]{{0,60}}?\b(?:ask|give|tell|share|"
    rf"read|need|send|type)\w*\b[^.?!]{{0,60}}?{_SECRET}",
    # Blame: of the customer, for what happened or for being upset. "You should have heard it from
    # us" has another target.
    "had_you": r"\b(?:if (?:you|your [\w ]{1,20}|yours|she|he|they)(?:['’]d| had| hadn['’]t| were| weren['’]t)\b|"
    r"had (?:you|your [\w ]{1,15}|that|yours)\b[^.?!]{0,80}\b(?:would|wouldn|could))",
    "you_should": r"\b(?:you|yours?(?: [\w'’]+){0,2}|customers?|members?|one|people)(?: really| surely| perhaps)? "
    r"(?:should|ought to|could|might)(?: really)? (?:have|['’]ve|know better|recogni[sz]e|be more careful)"
    r"(?! (?:been told|been given|had to|heard|got|received))\b",
    "your_doing": r"\b(?:(?:that['’]?s|its|it['’]s|is|was) (?:kinda |partly |all |really )?on you|your own "
    r"(?:fault|doing|head|mistake)|you (?:chose|signed|agreed|opened|clicked|"
    r"gave|let|left|decided|picked)|by yourself|warned|you did sign|know better)\b",
    "your_tone": r"\b(?:rais\w+ your voice|shout\w*|yell\w*|scream\w*|aggress\w+|abus\w+|rude\w*|(?:that|your|the) "
    r"(?:tone|language|attitude)|threat\w*|capitals|manners|respectful\w*|civil\w*|compassionate|kindness|"
    r"like an adult|swear\w*|accus\w+|being short)\b",
    # Playing it down: no need to worry, not so bad, only a name, everybody's.
    "no_need": r"\b(?:no (?:real |particular )?(?:need|cause|reason|call) (?:to|for)|needn['’]t|don['’]t (?:worry|"
    r"fret|panic|give it)|not (?:to|worth) (?:worry|worrying|panic)|nothing to (?:worry|panic|fret)|"
    r"put it (?:out of|behind)|forget (?:about )?(?:it|the)|another thought|rest easy|sleep easy)\b",
    "not_so_bad": r"\b(?:(?:isn['’]t|not|hardly|nothing|never|neither)\b[^.?!]{0,40}\b(?:end of the world|as bad|so "
    r"bad|that bad|big deal|serious|state secret|phone book|here nor there|alarm|drama\w*|died|disaster|"
    r"emergency)|could be worse|worst off|these things happen|happens to (?:everyone|everybody|the best|all)"
    r"|every (?:week|day)|silver lining|look on the bright|in relative terms|bigger than it is|minor|"
    r"proportion|perspective)\b",
    "only_a": r"\b(?:it(?:['’]s| was| is)|its|that['’]s|they['’]re|nothing) (?:only|just|merely|simply|basically)\b|"
    r"\bonly (?:a|an|your|some|the|letters?|names?)\b|\bjust (?:a|an|some) (?:few|folder|name|number|email|"
    r"phone|address|list|letter)\b",
    "everyones": r"\b(?:every(?:body|one)(?:['’]s)?|half the|most people|all of us|nobody (?:on earth|else)|no one "
    r"(?:else|wants|is after)|who['’]d want|hardly (?:going|anyone|bother))\b",
    "calm": r"\b(?:calm(?: yourself)? down|calm yourself|keep calm|deep breath|collect yourself|get a grip|pull "
    r"yourself|settle down|good (?:night['’]s )?sleep|get some (?:sleep|rest)|kettle on|cuppa|relax|chill|"
    r"overreact\w*|get worked up)\b",
    # Sending away: the end of the talk, the law, no comment, somewhere else, the customer's problem.
    "ends_here": r"\b(?:clos(?:e|ed|ing) (?:this|the|that|out|here)|(?:chat|call|case|matter|conversation) (?:is |has "
    r"been |was )?(?:now )?(?:closed|over|ended)|end(?:ing)? (?:this|the) (?:call|chat|conversation)|good ?bye|"
    r"cheerio|bye now|take the next|have a (?:nice|good|great)|don['’]t (?:ring|call|write|contact|reply)|"
    r"do not reply|(?:quit|stop) calling|nothing (?:more|further|else) (?:to|i|we|that)|all there is|"
    r"that['’]s (?:all|it)|anything else\?)",
    "legal": r"\b(?:all (?:of )?(?:our |its )?(?:rights|remedies)|rights[^.?!]{0,40}reserved|reserves?|construed|"
    r"admission|without prejudice|legal(?:ly)? (?:required|basis|obligation)|not in a position|accepts? no "
    r"(?:responsibility|liability)|declined?|in writing|written application|addressed? (?:to|in)|"
    r"correspondence|solicitors?|legal (?:team|department)|counsel|pursuant|hereby|herein|relied upon|"
    r"third parties)\b",
    "no_comment": r"\b(?:unable to|not able to|cannot|can['’]t|couldn['’]t|not (?:authori[sz]ed|permitted|allowed) to|"
    r"won['’]t) (?:comment|discuss|confirm|disclose|help|say|tell you|speak|share|do (?:that|anything))\b|"
    r"\bconfirm (?:or|nor) deny\b|\bno comment\b",
    "elsewhere": r"\b(?:(?:on|in|at|see|check|read|refer to|visit|find (?:it )?(?:on|at|in))\b[^.?!]{0,30}\b(?:web ?site|"
    r"web ?page|page|faqs?|help ?cent(?:re|er)|notice|app|portal|online)|different (?:queue|team|department|"
    r"line)|someone else|not (?:my|our) (?:side|department|job|area|problem)|not (?:read|monitored))\b",
    "your_problem": r"\b(?:believe me or don['’]t|on your own head|do your own|none of your business|your (?:problem|"
    r"business)|go (?:home|ask)|ask (?:her|him|them) yourself|suit yourself|take it or|when you(?:['’]re| are|"
    r" can)[^.?!]{0,30}\b(?:ready|able|calm|speak|ask|talk|place))\b",
    # Stating what nobody has confirmed: all clear, a culprit, certainty; and the opposite, saying
    # what is not known.
    "all_clear": r"\b(?:nobody|no one|none|nothing|no (?:money|data|one|records?|policy\w*)|never|didn['’]t|haven['’]t|"
    r"hasn['’]t|wasn['’]t|weren['’]t|not|zero)\b[^.?!]{0,30}\b(?:read|opened|copied|taken|used|misused|sold|stolen|"
    r"touched|seen|published|accessed|gone|lost|interest\w*)\b",
    "culprit": r"\b(?:it['’]?s|it was|it is|it['’]ll be|gonna be|was|were|by|from|through|must have been|probably|reckon|"
    r"think|guess|bet|assume|heard)\b[^.?!]{0,40}\b(?:firm|vendor|supplier|contractor|crew|gangs?|group|"
    r"insider|manager|admin|outfit|company|crowd|lads?|teenagers?|thie(?:f|ves)|hackers?|criminals?|"
    r"foreign\w*|abroad|russian\w*|inside job|colleague|guy|fellow|software|desk)\b",
    "sure": r"\b(?:no question|without (?:a )?doubt|certainly|categorically|definitely|for (?:sure|certain)|absolutely|"
    r"100|one hundred|hundred per|guarantee\w*|promise\w*|my word|obviously|clearly|plain and simple|"
    r"full stop|i can tell you|rest assured|i(?:['’]m| am) (?:sure|certain|positive)|were told|never patched)\b",
    "not_known": r"\b(?:we (?:don['’]t|do not) (?:yet )?know|not (?:yet )?known|still (?:being|checking|finding|"
    r"looking)|can['’]t (?:yet )?say|so far|as far as|as of|up to|at the moment|not sure yet|until we know|"
    r"will know|won['’]t guess|not going to guess|rather not guess)\b",
    # Promises.
    "give_money": r"(?:[$€£]\s?\d|\b\d+ ?(?:%|per ?cent|percent|euros?|zloty|points|dollars|pounds)\b|\b(?:refund\w*|"
    r"compensat\w*|credit(?: of)?|waive\w*|zero(?:ing)?|knock|wipe|on us|on the house|for free|pay (?:for|it|"
    r"you|every)|reimburse\w*|money back|cover(?:s|ed)? (?:it|that|any)|good for it)\b)",
    "will_be_fine": r"\b(?:(?:will|['’]ll|going to|gonna) be (?:fine|safe|ok(?:ay)?|sorted|back|live|alright|all right)|"
    r"nothing will|nobody (?:will|is going to|can)|(?:perfectly|completely|totally) (?:safe|fine)|is safe|"
    r"locked down|won['’]t matter|by tomorrow|all back|no risk)\b",
    # Wrong advice and other people's data.
    "one_is_enough": r"\b(?:just (?:the )?one|only (?:need|have) (?:to|one)|one (?:bureau|of them|is enough|is fine)|"
    r"(?:tell|share|pass|cop(?:y|ies)|carr(?:y|ies)|takes? care of)\b[^.?!]{0,25}\b(?:other|others|rest|"
    r"automatically))\b",
    "do_nothing": r"\b(?:nothing (?:needs? to be done|for you to|you need)|(?:don['’]t|do not|wouldn['’]t) (?:need to|"
    r"bother|have to)|no need to (?:report|freeze|change|tell|ring|call)|bin (?:it|the)|ignore it|leave (?:it|"
    r"both|them) as|in cash|close the account|number (?:he|they|she) (?:left|gave|called|rang)|ring (?:it|him|"
    r"them|that) back|click (?:the|on|it))\b",
    "their_data": r"\b(?:he|she|they|his|her|their|him)\b[^.?!]{0,60}\b(?:live[sd]?|address|number|balance|diagnos\w+|"
    r"prescri\w+|letters?|appointment|account|records?|file|list|name|beneficiary|mobile|stay(?:ed)?|flat|"
    r"medic\w+)\b",
    "read_out": r"\b(?:I(?:['’]ve| have|['’]m| can see| see|['’]ll read)\b[^.?!]{0,30}\b(?:here|screen|in front|file|it "
    r"says|down as)|it says|ends? (?:in )?\d{3,4}|number \d+|\d{1,4}-\d)\b",
    "guess": r"\b(?:probably|i(?:['’]d| would) (?:say|bet|guess)|must have been|it(?:['’]ll| will) be|all but certain|"
    r"everyone knows|rumou?r|between (?:us|ourselves)|looks like|gang|russian?s?|crew|insider|hackers?)\b",
    "negligent": r"\b(?:negligen\w+|liable|gross(?:ly)? |breached our|legal duty|broke the law)\b",
    "colleague": r"\b(?:from|in) (?:accounts|lending|hr|payroll|the help ?desk)\b",
    "one_bureau": r"\b(?:equifax|experian|transunion|bureau)\b",
    "us_advice": r"\b(?:ftc|federal trade|identitytheft\.gov|social security|hipaa|equifax|transunion)\b",
    "uk_advice": r"\b(?:action fraud|cifas|159|7726|ico\b|ncsc)\b",
    "link": r"\b(?:click|link)\b",
    "ransom": r"\b(?:pay (?:them|the ransom|what they)|ransom)\b",
}

REFUTES: dict[str, str] = {
    "blame": rf"{_NOT}[^.?!;]{{0,25}}\b(?:your? (?:fault|doing|mistake)|you(?:['’]re| are) to blame|yours\b|because "
    r"of (?:you|anything you)|(?:something|anything) you (?:did|could|should))|\bnothing (?:that )?you (?:did|do|"
    r"could|have|said|should)|\byou(?:['’]ve| have)? (?:did|done|do) nothing wrong|"
    r"\byou (?:did|were) (?:quite |absolutely |the )?right\b|\byou (?:did(?:n['’]t| not) do|"
    r"have(?:n['’]t| not) done|could(?:n['’]t| not) have (?:known|done|stopped))",
    "minimise": r"\b(?:won['’]t|will not|not going to|would(?:n['’]t| not)|wouldn['’]t dream|never|don['’]t want to|can['’]t|"
    r"cannot) (?:tell|ask|ask of|expect|say to|say)\b[^.?!;]{0,30}\b(?:calm|relax|worr|panic|nothing|only|just|"
    r"fine)|\b(?:not|isn['’]t|wasn['’]t|never|n['’]t) (?:just|only|merely) (?:a|an|some|your?)\b",
    "ask_secret": rf"\b(?:never|won['’]t|will not|not going to|don['’]t|do not|nobody|no one|without|needn['’]t)\b[^.?!;]"
    rf"{{0,60}}?\b(?:ask\w*|giv\w+|tell\w*|shar\w+|read\w*|need\w*|send\w*|typ\w+|say\w*|want\w*)\b[^.?!;]{{0,60}}?"
    rf"{_SECRET}|\b(?:was|were|are|is) (?:not )?(?:in|on|among|part of) (?:it|your|the|that|those|them)\b",
    "overpromise": r"\b(?:can['’]t|cannot|can not|won['’]t|not able to|unable to|wish i could) (?:\w+ )?"
    r"(?:promise|guarantee|offer)",
    "speculate": r"\b(?:don['’]t|do not|doesn['’]t|didn['’]t|not) (?:yet )?know\b|\b(?:isn['’]t|is not|not) (?:yet )?(?:known|"
    r"clear|confirmed)|\b(?:can['’]t|cannot|won['’]t|not going to) (?:yet )?(?:say|tell|guess|rule)|"
    r"\brather not guess|\b(?:going by (?:our|the|what)|as of|as far as|so far|our (?:last )?check)\b",
    "dismiss": r"\b(?:i(?:['’]m| am) not|won['’]t|will not|not going to) (?:be )?(?:clos|hang|leav|end|rush|go|going|send)",
}
"""By violation, words that say the opposite of it. A sentence that does is not evidence of it."""

NAMES = tuple(PATTERNS)

_COMPILED = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in PATTERNS.items()}

_TITLED = r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Sir|Dame|Herr|Frau)\.? [A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?"
_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun|To|Yester)day|Tomorrow|Tonight"
_GREETED = (
    r"(?i:good (?:morning|afternoon|evening)|hello|hi|hey|dear|thank you|thanks|sorry|yes|no|so|well|"
    r"okay|ok|right|look|now|please|ah|oh)"
)
_ADDRESSED = re.compile(
    rf"\b{_GREETED},? (?P<greeted>{_TITLED}|(?!{_DAY})[A-Z][a-z]+(?=[,!.]))|"
    rf"(?:^|[,;–—] ){_TITLED}(?=[,.?!;:–—]|$)"
)
_PERSON = re.compile(_TITLED)

_REFUTES = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in REFUTES.items()}

Cues = np.ndarray[Any, np.dtype[np.float32]]


def cues(sentence: str) -> Cues:
    """Return the cues of a sentence, shape (len(NAMES),), in the order of NAMES."""
    found = {name: bool(pattern.search(sentence)) for name, pattern in _COMPILED.items()}
    # What is refused is not done: "I'm not going to ask for your PIN" asks for nothing.
    if found["never_asks"]:
        found["asks_secret"] = False
    return np.array([found[name] for name in NAMES], dtype=np.float32)


def refuted(sentence: str) -> frozenset[str]:
    """Return the violations that a sentence says the opposite of: "nothing you did" is no blame."""
    return frozenset(kind for kind, pattern in _REFUTES.items() if pattern.search(sentence))


def unaddressed(sentence: str) -> str:
    """Return a sentence without the names by which it addresses the customer, "Yes, Mrs Marsh"."""

    def without(found: re.Match[str]) -> str:
        name = found.group("greeted")
        return found.group().removesuffix(name).rstrip(" ,") if name else ""

    bare = _ADDRESSED.sub(without, sentence).lstrip(" ,;–—")
    return bare if any(letter.isalpha() for letter in bare) else sentence


def people(sentence: str) -> tuple[str, ...]:
    """Return whom a sentence names with a title, such as "Mrs Gwen Pengelly"."""
    return tuple(_PERSON.findall(sentence))
