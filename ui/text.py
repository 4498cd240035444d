"""Every word of the screen that is not a scenario's or a rubric's, in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rubrics.calibration import Standing

if TYPE_CHECKING:
    from bot.calibrating import Report

TITLE = "Calmline practice room"
CRITERION = {
    "acknowledgement": "Acknowledgement",
    "empathy": "Empathy",
    "next_steps": "Next steps",
}
VIOLATION = {
    "blame": "blame",
    "minimise": "plays it down",
    "speculate": "guess",
    "overpromise": "promise",
    "ask_secret": "asks a secret",
    "disclose": "discloses",
    "liability": "legal fault",
    "dismiss": "shuts them out",
    "off_limits": "off limits",
    "wrong_advice": "wrong advice",
}
ROLE = {"surge_staff": "Surge staff", "executive": "Executives"}
CHANNEL = {"chat": "Chat", "email": "Email", "phone": "Phone"}
START = {"chat": "Chat with", "email": "Write to", "phone": "Talk to"}
DIFFICULTY = {"gentle": "Gentle", "real": "Real", "hard": "Hard"}
MOOD = {"anxiety": "Anxiety", "anger": "Anger", "trust": "Trust"}
ENDING = {
    "reassured": "The customer left reassured.",
    "uneasy": "The customer left uneasy.",
    "walks_away": "The customer walked away.",
    "asks_for_supervisor": "The customer asked for a supervisor.",
    "stopped": "You stopped here. Nothing is marked against you.",
}
SIGN = {
    "history": "Personal history",
    "offer": "Approved offer",
    "urgency": "Urgency",
    "link": "Links",
    "compensation": "Money",
    "asks_data": "Asking for data",
}
WORTH = "The conversation as a whole"
NO_RESULT = "No result"
NO_SESSION_RULES = (
    "This session began with a rubric that says nothing about a conversation as a whole; its "
    "replies are graded below as they were."
)
BEST = "best in reply {reply}"
NOT_CALLED_FOR = "not called for"
SIGNS = "Could it have been a scam call?"
IN_REPLY = "reply {reply}"
WHOSE_WORDS = "Graded offline · authored lines"
WHOSE_WORDS_SECOND = "Second opinion: {host}"
SENT = (
    "Your replies leave this machine: each is sent, with the customer’s words and the case, to "
    "{host}, where the model {model} gives a second opinion."
)
SENT_HERE = "The model {model} on this machine ({host}) gives a second opinion on your replies."
WAS_SENT = "Replies were sent to {hosts} for a second opinion"
SECOND = "Second opinion"
SECOND_NONE = "not available: {message}"
SECOND_AGREES = "no other violation found"
LOOK = "For the trainer"
LOOK_LEVEL = "{about}: graded {grader}, second opinion {second}"
LOOK_FOUND = "{about}: found by the {finder} only"
GRADER = "grader"
CALIBRATED = {
    "none": "not calibrated here",
    "here": "calibrated here on {date}",
    "stale": "calibration is stale",
    "broken": "calibration can’t be read",
}
CALIBRATED_WITH = "{badge} with {n} replies, {raters}"
CALIBRATE_TITLE = "Calmline calibration"
KINDS_LABEL = "Anything that must not be said? Tick what is there; none is fine."
WORDS_LABEL = "Your own words on it, if any"
NO_RATER = "Say first who is rating: give your name and press Begin."
LEVEL_MISSING = "Not saved yet: choose a level for {names}."
RATE_FIRST = "Rate the {left} replies that are left first; the report would tell you the grades."
FORGOTTEN = "The shipped thresholds are in use again. The ratings are kept."
FITTED = "The new thresholds are in use from the next reply on, for: {names}."
NOT_FITTED = (
    "New thresholds would not help: on replies that they were not fitted to, they agree no better "
    "with the raters. Nothing was changed."
)
LEARNED = (
    "{learned} of the {n} replies are shipped ones that the grader learned from: its agreement "
    "here flatters. Rate replies of your own people to know how it does."
)
SPREAD = (
    "The replies were drawn so that every level occurs; among everyday replies, which are more "
    "alike, kappa is usually lower."
)
IN_SAMPLE = (
    "The thresholds in use were fitted to these ratings, so agreement with Calmline flatters. On "
    "replies that they were not fitted to, kappa was: {figures}."
)
ONE_RATER = (
    "One rater so far. A second one tells how far people agree, the most a grader can reach."
)
REWORDED = (
    "The rubric’s words have changed since the thresholds were fitted; rate again if they ask for "
    "something else."
)
NONE_APART = "Nowhere are the raters and Calmline a level apart."
WAKING = "Waking the customer… You can read the scenarios meanwhile."
MOVED_ON = (
    "The conversation had already gone on (another tab, or a reply sent just before). Your words "
    "were not sent and are still in the box: read the customer's last line, then send them again."
)
NOT_GRADED = "Not graded"
IS_OVER = "The conversation is over. Open the debrief."
NO_FEEDBACK = (
    "Your first reply will be graded here: what it does for the customer, in your own words."
)
UNSURE = (
    "The grader wavers between {low} and {high} here. Read this level with care, or ask a trainer."
)
EDIT = "In your own words, with one change:"
GOAL = {
    "acknowledgement": "Name what happened and what it means for this customer, and own it, before "
    "anything else.",
    "empathy": "Say what the customer fears and why that makes sense, then leave room for more.",
    "next_steps": "End each reply with one step: what is done, who does it, and by when.",
    "violation": "Keep every reply free of “{kind}”: {example}",
    "none": "Try a harder customer, or the same one without a hint.",
}
EFFORT = {
    1: "very easy to get help",
    2: "easy",
    3: "some work",
    4: "hard work",
    5: "very hard work",
}


def badge(standing: Standing) -> str:
    """Return in a few words whether grades are calibrated here, and with what."""
    made, short = standing.calibration, short_badge(standing)
    if standing.state != "here" or made is None:
        return short
    raters = "1 rater" if len(made.raters) == 1 else f"{len(made.raters)} raters"
    return CALIBRATED_WITH.format(badge=short, n=made.n, raters=raters)


def short_badge(standing: Standing) -> str:
    """Return the badge without what the calibration was made with, for a narrow bar."""
    made = standing.calibration
    return CALIBRATED[standing.state].format(date=made.date if made else "")


def warnings(found: Report) -> list[str]:
    """Return what a reader of the report must know before its figures."""
    made, told = found.standing.calibration, []
    if not found.agreement.people:
        told.append(ONE_RATER)
    if found.learned:
        told.append(LEARNED.format(learned=found.learned, n=len(found.items)))
    if found.reworded:
        told.append(REWORDED)
    if made and found.standing.state == "here":
        after = {name: made.after[name] for name in made.moved}
        figures = (f"{CRITERION[name]} {kappa:.2f}" for name, kappa in after.items() if kappa)
        told.append(IN_SAMPLE.format(figures=", ".join(figures)))
    return told
