"""What was right and what was not; models as judges; fitting the gate."""
