"""The prompt bank: enough, named, stable, different, and words people use."""

import re
from collections import Counter

import pytest

from analytics.domain.grammar import Grammar, GrammarError, read_grammar
from analytics.domain.prompt_space import PromptBank, build_bank, folded, spaces_of
from analytics.reference import grammar
from catalog.vocabulary import default_terms


@pytest.fixture(scope="module")
def words() -> Grammar:
    return grammar()


@pytest.fixture(scope="module")
def bank(words: Grammar) -> PromptBank:
    return build_bank(words, prompts=10_000, seed=1)


def test_every_term_of_the_grammar_is_in_the_vocabulary(words: Grammar) -> None:
    known = {(spec.facet, spec.slug) for spec in default_terms()}
    assert sorted(words.terms() - known) == []


def test_the_bank_holds_ten_thousand_different_prompts_in_two_hundred_spaces(
    bank: PromptBank,
) -> None:
    assert len({folded(prompt.text) for prompt in bank.prompts}) == 10_000
    assert len(bank.spaces) >= 200
    assert set(Counter(prompt.space for prompt in bank.prompts).values()) <= {34, 35}


def test_sizes_add_up_and_say_where_they_come_from(bank: PromptBank) -> None:
    assert sum(space.size for space in bank.spaces) == pytest.approx(1.0)
    assert all("Not measured" in space.size_origin for space in bank.spaces)
    assert 10 < bank.spaces[0].size / bank.spaces[-1].size < 100


def test_the_same_seed_gives_the_same_prompts_and_another_seed_others(
    words: Grammar, bank: PromptBank
) -> None:
    assert build_bank(words, prompts=10_000, seed=1) == bank
    other = build_bank(words, prompts=10_000, seed=2)
    assert len({p.text for p in other.prompts} & {p.text for p in bank.prompts}) < 6_000


def test_a_larger_bank_knows_the_prompts_of_a_smaller_one_by_the_same_key(
    words: Grammar, bank: PromptBank
) -> None:
    texts = {prompt.key: prompt.text for prompt in bank.prompts}
    small = build_bank(words, prompts=3_000, seed=1)
    shared = [prompt for prompt in small.prompts if prompt.key in texts]
    assert len(shared) > 2_900
    assert all(texts[prompt.key] == prompt.text for prompt in shared)


def test_a_small_bank_keeps_the_largest_spaces(words: Grammar) -> None:
    small = build_bank(words, prompts=1_000, seed=1)
    assert len(small.prompts) == 1_000
    assert len(small.spaces) == 100
    assert [s.slug for s in small.spaces] == [s.slug for s in spaces_of(words)[:100]]
    assert sum(space.size for space in small.spaces) == pytest.approx(1.0)


def test_every_prompt_means_what_its_space_wants(bank: PromptBank) -> None:
    wants = {space.slug: set(space.wants) for space in bank.spaces}
    assert all(wants[prompt.space] <= set(prompt.wants) for prompt in bank.prompts)


def test_no_prompt_contradicts_itself(bank: PromptBank) -> None:
    for prompt in bank.prompts:
        assert not set(prompt.wants) & set(prompt.without), prompt.text
        if ("vocals", "vocals") in prompt.without:
            sung = {("vocals", "female-vocals"), ("vocals", "male-vocals")}
            assert not sung & set(prompt.wants), prompt.text


def test_prompts_are_clean_text(bank: PromptBank) -> None:
    for prompt in bank.prompts:
        assert not re.search(r"[{}]|\s{2,}|^\s|\s$| ,|,,|with with| and and ", prompt.text), (
            prompt.text
        )
        assert 5 <= len(prompt.text) <= 200


def test_a_bank_of_a_handful_is_refused(words: Grammar) -> None:
    with pytest.raises(GrammarError, match="at least 10"):
        build_bank(words, prompts=3, seed=1)


def test_a_reference_to_nothing_names_the_entry() -> None:
    files = {
        "moods": {"calm": {"asked": 1, "say": ["calm"], "near": ["blorp"]}},
        "activities": {},
        "genres": {},
        "instruments": {},
        "limits": {"limits": {}, "eras": {}, "voices": {}, "themes": {}},
        "frames": {"nouns": ["music"], "nouns_without_singing": ["music"], "frame": []},
        "spaces": {"spaces": {}},
    }
    with pytest.raises(GrammarError, match="calm: no such mood: blorp"):
        read_grammar(files)


def test_two_spaces_may_not_ask_for_the_same(words: Grammar) -> None:
    wants = [frozenset(space.wants) for space in words.spaces]
    assert len(set(wants)) == len(wants)
