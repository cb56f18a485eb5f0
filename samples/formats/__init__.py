"""One sample report in every format that the readers know."""
