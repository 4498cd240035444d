"""What happens: one YAML file per role-play, the model it must fit, and the one reader."""
