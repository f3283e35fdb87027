"""What the reader finds in the hits of a question, and whether it answers."""
