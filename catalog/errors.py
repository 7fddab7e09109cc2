"""The base of every error a person using the studio may read. Plain Python."""


class StudioError(Exception):
    """Something is wrong that the person can understand and often mend.

    `str(error)` is a sentence for that person; `hint`, when set, says what to do.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
