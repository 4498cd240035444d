"""Every word of the screen that is not a scenario's or a rubric's, in one place."""

from __future__ import annotations

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
