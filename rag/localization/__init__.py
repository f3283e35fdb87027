"""The languages that the program speaks to its readers: a catalogue of words for each, numbers and dates as it writes them."""
