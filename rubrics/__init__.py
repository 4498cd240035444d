"""How a reply is judged: one YAML file per rubric, the encoder, and the grader.

Knows neither scenarios nor Rasa nor Gradio: grading a file of replies needs none of them.
"""
