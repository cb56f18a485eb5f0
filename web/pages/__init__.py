"""The pages: each function reads what one page shows, on a connection of its own thread."""
