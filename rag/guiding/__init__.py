"""What helps a reader on: several questions at once, topics and suggestions, greetings, a document in short."""
