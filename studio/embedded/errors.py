"""What went wrong with an embedded service, in one sentence for the person who started it."""


class EmbeddedError(RuntimeError):
    """An embedded service cannot be used; the message says why and what to do."""
