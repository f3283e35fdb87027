"""pytest plugin; inert unless ``charterqa_questions`` is set."""
