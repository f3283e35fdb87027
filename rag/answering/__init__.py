"""Hits to an answer whose every sentence is proved, or to a refusal."""
