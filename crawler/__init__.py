"""Fetching, and turning pages and files into documents."""
