"""Numbers, dates and times as a text says them, with what they measure: read, compared, and made of one another."""
