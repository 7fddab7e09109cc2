"""Pasted text becomes plain, and every change is said."""

from catalog.domain.plain_text import has_markup, plain_text, without_markup


def test_word_leaves_plain_text_and_a_list_of_what_changed() -> None:
    plain = plain_text("Warm\u00a0synths\u200b\r\n\u2022 slow\x0b\u2022 low ")
    assert plain.text == "Warm synths\n- slow\n- low"
    assert len(plain.changes) == 3


def test_what_cannot_be_stored_is_marked_and_counted() -> None:
    plain = plain_text("a\x00b\ud800c")
    assert plain.text == "a\ufffdb\ufffdc"
    assert "2 characters" in plain.changes[0]


def test_right_to_left_text_and_emoji_stay_as_they_are() -> None:
    for text in ("موسيقى هادئة\u200f 96 BPM", "👩\u200d🎤 sings", "שלום world"):
        assert plain_text(text).text == text
        assert plain_text(text).changes == ()


def test_markup_is_text_until_somebody_takes_it_out() -> None:
    pasted = '<p class="MsoNormal">Calm <b>piano</b></p><script>alert(1)</script>'
    assert plain_text(pasted).text == pasted
    assert has_markup(pasted)
    assert without_markup(pasted).split() == ["Calm", "piano", "alert(1)"]
    assert not has_markup("96 < 120 BPM and > 80")


def test_fifty_thousand_characters_are_read_in_good_time() -> None:
    text = "a<b \u00a0" * 10_000
    assert len(plain_text(text).text) > 40_000
    assert has_markup("<" * 50_000) is False
