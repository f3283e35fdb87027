"""From a model's reply to the sentences and citations that are shown."""
