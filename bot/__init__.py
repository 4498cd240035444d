"""Who answers: the Rasa project and the conversation (mood, act, voice, record)."""
