"""The demo pieces, each composed for Liner and computed note by note.

Every module has a `compose()` that returns four stereo stems whose sum is the finished piece.
"""
