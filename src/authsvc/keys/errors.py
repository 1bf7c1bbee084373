"""Why a key cannot be used: a plain line for whoever starts the service or types a command."""


class KeyUnusable(Exception):
    """A key cannot be used, or must not be. The message names it and says what to do."""


class NoSuchKey(Exception):
    """There is no key of that id to act on. The message says so."""
