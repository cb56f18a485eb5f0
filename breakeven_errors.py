"""The errors that the tracker shows to its users.

Every error that a user can cause or meet derives from :class:`BreakevenError`; the command line prints its
message on stderr without a traceback. A message names the input, says what is wrong, and what to do.
"""


class BreakevenError(Exception):
    """Base of all errors that are shown to users. ``exit_code`` is the status the command ends with."""

    exit_code = 1


class UsageError(BreakevenError):
    """The command was called wrongly: a table, spider, option or file that does not exist."""

    exit_code = 2


class UnreadableInput(BreakevenError):
    """A file or page that cannot be read as a document: binary, empty, encrypted, damaged, too large, unknown."""


class FetchError(BreakevenError):
    """Something that could not be fetched: blocked, refused, timed out, or an answer that is not content."""


class SourceError(BreakevenError):
    """A source definition, register or publisher's answer that does not hold what it should."""


class DatabaseError(BreakevenError):
    """A database that is missing, locked, newer than this program, or unsound."""
