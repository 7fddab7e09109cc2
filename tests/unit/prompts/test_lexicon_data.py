"""The lexicon is data: every name in it must exist, every weight make sense."""

import pytest

from catalog.vocabulary import default_terms
from prompts.domain.lexicon import Term
from prompts.domain.text import words_of
from prompts.lexicon import default_lexicon, read_additions, read_term

VOCABULARY = {Term(spec.facet, spec.slug) for spec in default_terms()}
KNOWN = VOCABULARY | {term for term in default_lexicon().entries if term.facet == "language"}


def test_every_entry_of_the_lexicon_is_a_term_of_the_vocabulary() -> None:
    assert sorted(set(read_additions()) - VOCABULARY) == []


def test_every_related_term_exists_and_weighs_between_nothing_and_all() -> None:
    wrong = [
        f"{term} -> {name} = {weight}"
        for term, entry in read_additions().items()
        for name, weight in entry.get("related", {}).items()
        if read_term(name) not in KNOWN or not 0 < weight <= 1 or read_term(name) == term
    ]
    assert wrong == []


def test_expected_energy_and_tempo_are_possible() -> None:
    for term, entry in read_additions().items():
        if "energy" in entry:
            assert 0 <= entry["energy"] <= 1, term
        if "tempo" in entry:
            low, high = entry["tempo"]
            assert 30 <= low < high <= 220, term


def test_no_form_is_written_twice_for_one_term() -> None:
    repeated = []
    for term, entry in read_additions().items():
        forms = [words_of(form) for form in entry.get("forms", ())]
        repeated += [(term, form) for form in set(forms) if forms.count(form) > 1]
    assert repeated == []


def test_no_form_begins_with_a_negation() -> None:
    """ "no singing" must reach the negation rules; as a form it would swallow what follows."""
    lexicon = default_lexicon()
    swallowed = [
        words
        for words, _ in lexicon.phrases.items()
        if len(words) > 1 and words[:1] in lexicon.cues.negators and words[0] != "non"
    ]
    assert swallowed == []


@pytest.mark.parametrize("facet", ["genre", "mood", "activity", "instrument", "vocals"])
def test_every_term_people_ask_for_by_name_is_found_by_its_label(facet: str) -> None:
    lexicon = default_lexicon()
    lost = [
        entry.label
        for term, entry in lexicon.entries.items()
        if term.facet == facet and not _finds(entry.label, term)
    ]
    assert len(lost) <= 6, lost


def _finds(label: str, term: Term) -> bool:
    words = words_of(label)
    match = default_lexicon().phrases.at(words, 0)
    return match is not None and term in match.meanings
