"""Sample sites and files in the project's own words, each marked as a sample."""
