"""What changed between two texts, word by word."""

from hypothesis import given
from hypothesis import strategies as st

from catalog.domain.word_diff import MAX_WORDS, Piece, diff_words


def joined(pieces: tuple[Piece, ...], *, without: str) -> str:
    return "".join(piece.text for piece in pieces if piece.kind != without)


def test_a_word_that_came_in_stands_alone() -> None:
    assert diff_words("the harbour", "the old harbour") == (
        Piece("same", "the "),
        Piece("added", "old "),
        Piece("same", "harbour"),
    )


def test_a_word_that_was_replaced_shows_both_sides() -> None:
    assert diff_words("soft drums", "brushed drums") == (
        Piece("removed", "soft"),
        Piece("added", "brushed"),
        Piece("same", " drums"),
    )


def test_equal_texts_are_one_piece_and_empty_ones_none() -> None:
    assert diff_words("calm", "calm") == (Piece("same", "calm"),)
    assert diff_words("", "") == ()


@given(st.text(alphabet="ab ,\n"), st.text(alphabet="ab ,\n"))
def test_both_texts_can_be_read_back_from_the_pieces(before: str, after: str) -> None:
    pieces = diff_words(before, after)
    assert joined(pieces, without="added") == before
    assert joined(pieces, without="removed") == after
    assert all(piece.text for piece in pieces)


def test_very_long_texts_are_compared_by_lines() -> None:
    line = "word " * 20 + "\n"
    before = line * (MAX_WORDS // 20)
    pieces = diff_words(before, before + "one more line\n")
    assert pieces[-1] == Piece("added", "one more line\n")
