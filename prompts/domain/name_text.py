"""A text in which names are looked for: its words, what explains them, where a name must end."""

import re
from collections.abc import Iterable, Iterator, Sequence

from prompts.domain.lexicon import CAPITAL, Lexicon, Term
from prompts.domain.name_patterns import DECADE, END, INSIDE_TITLES, LINKING, PRONOUN
from prompts.domain.text import Token, tokenize


class NameText:
    """The words of one text and what the lexicon knows of them."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.text = text
        self.lexicon = lexicon
        self.tokens = [token for token in tokenize(text) if token.is_word]
        inner = [token for token in self.tokens if not self._starts_sentence(token)]
        capitals = sum(token.raw[0].isupper() for token in inner)
        self.is_title_case = capitals * 2 > len(inner) and len(inner) > 3
        self.known = list(self._known_names())
        self.explained = {
            start for start in self._explained(self.tokens) if not self._is_in_known(start)
        }

    def _known_names(self) -> Iterator[tuple[int, int]]:
        """Where artists stand whom the lexicon knows by name."""
        words = [token.word for token in self.tokens]
        position = 0
        while position < len(words):
            match = self.lexicon.names.at(words, position)
            if match is None or not self._is_written_as_name(
                match.start, match.end, match.meanings
            ):
                position += 1
                continue
            position = match.end
            if self.tokens[position - 1].raw.endswith(("'s", "’s")):  # "Radiohead's Kid A"
                while position < len(words) and self._goes_on(position):
                    position += 1
            yield self.tokens[match.start].start, self.tokens[position - 1].end

    def _goes_on(self, position: int) -> bool:
        """Whether a capital follows the token before with nothing but a space between."""
        before, token = self.tokens[position - 1], self.tokens[position]
        return starts_name(token) and not self.text[before.end : token.start].strip()

    def _is_written_as_name(self, first: int, last: int, meanings: Sequence[Term]) -> bool:
        if CAPITAL not in meanings:
            return True
        run = self.tokens[first:last]
        is_capital = all(starts_name(token) for token in run if token.word not in LINKING)
        return is_capital and not self.is_title_case and not self._starts_sentence(run[0])

    def _is_in_known(self, position: int) -> bool:
        return any(start <= position < end for start, end in self.known)

    def _end_of(self, position: int) -> int:
        """Where a name that begins at `position` ends at the latest."""
        for match in END.finditer(self.text, position):
            if not self._is_in_known(match.start()) and not self._is_in_title(match, position):
                return match.start()
        return len(self.text)

    def _is_in_title(self, stop: re.Match[str], position: int) -> bool:
        """Whether a word that mostly ends a name is part of one: "This Must Be The Place"."""
        word = stop.group()
        if not word[0].isalpha() or self.is_title_case:
            return False
        if PRONOUN.match(word) and not any(letter.isupper() for letter in word[1:]):
            return False
        if word[0].isupper():
            return True
        before = self._tokens_in(position, stop.start())
        after = next((token for token in self.tokens if token.start >= stop.end()), None)
        return (
            word.lower() in INSIDE_TITLES
            and bool(before)
            and starts_name(before[-1])
            and after is not None
            and starts_name(after)
            and not is_self(after)
        )

    def _explained(self, tokens: Sequence[Token]) -> set[int]:
        """Starts of tokens that the lexicon or the stop words account for."""
        words = [token.word for token in tokens]
        known: set[int] = set()
        position = 0
        while position < len(words):
            match = self.lexicon.phrases.at(words, position)
            end = match.end if match else position + 1
            if match or words[position] in self.lexicon.cues.stop_words:
                known.update(token.start for token in tokens[position:end])
            position = end
        for index in range(len(words)):
            for length in (3, 2, 1):
                if tuple(words[index : index + length]) in self.lexicon.unsupported:
                    known.update(token.start for token in tokens[index : index + length])
        return known

    def _tokens_in(self, start: int, end: int) -> list[Token]:
        return [token for token in self.tokens if start <= token.start < end]

    def _is_one_phrase(self, tokens: Sequence[Token]) -> bool:
        match = self.lexicon.phrases.at([token.word for token in tokens], 0) if tokens else None
        return match is not None and match.end == len(tokens)

    def _unexplained(self, tokens: Iterable[Token]) -> int:
        return sum(token.start not in self.explained for token in tokens)

    def _starts_sentence(self, token: Token) -> bool:
        before = self.text[: token.start].rstrip(" \"'“‘")
        return not before or before[-1] in ".!?\n("


def is_self(token: Token) -> bool:
    """Whether the writer speaks of themselves: a capital that begins no name."""
    return token.raw.replace("’", "'") in ("I", "I'm", "I'd", "I've", "I'll")


def starts_name(token: Token) -> bool:
    if token.raw[0].isdigit():
        return not token.raw.isdigit() and not DECADE.fullmatch(token.raw)
    return token.raw[0].isupper()
