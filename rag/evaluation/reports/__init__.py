"""Runs and comparisons for people and for other tools."""
