"""Lists of real prompts: which rows are prompts, which are the same, and what they are worth."""

import pytest

from analytics.domain.prompt_lists import (
    BadPrompt,
    PromptReading,
    blocked_patterns,
    find_columns,
    read_count,
    read_prompt,
    rows_of_json,
)
from analytics.domain.prompt_space import OWN_SPACE, build_bank, with_listed
from analytics.domain.space_sizes import BadSizes, scaled_to_counts, sizes_for, with_set_sizes
from analytics.reference import grammar

NAMES = {"prompt": ["prompt", "query"], "count": ["count", "times"]}


def reading(*rows: tuple[str, str | None], blocked: tuple[str, ...] = ()) -> PromptReading:
    found = PromptReading(blocked=blocked_patterns(blocked))
    for number, (text, count) in enumerate(rows, 2):
        found.take(number, text, count)
    return found


def test_the_same_prompt_in_other_letters_is_merged_and_its_counts_are_added() -> None:
    found = reading(("Calm piano, please", "10"), ("calm piano", "5"), ("CALM  PIANO!", "1"))
    (prompt,) = found.prompts()
    assert (prompt.text, prompt.asked) == ("Calm piano, please", 16)
    assert found.merged == 2
    assert "Same" in found.remarks[0].text or "same" in found.remarks[0].text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no prompt"),
        ("   \u200b ", "no prompt"),
        ("x" * 501, "501 characters"),
        ("?!", "no words"),
        ("calm\x07piano", "hidden control"),
        ("calm \u202eonaip", "hidden control"),
        ("<script>alert(1)</script>", "markup"),
        ("songs about guns", "blocked"),
    ],
)
def test_what_is_no_prompt_is_left_out_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(BadPrompt, match=reason):
        read_prompt(text, blocked_patterns(["Guns"]))


def test_a_blocked_word_inside_another_word_blocks_nothing() -> None:
    assert read_prompt("shogunsong", blocked_patterns(["gun"])) == "shogunsong"


@pytest.mark.parametrize(
    "text", ["موسيقى هادئة للنوم", "מוזיקה רגועה", "静かなピアノ", "café calme"]
)
def test_prompts_in_any_script_are_kept_as_they_are(text: str) -> None:
    assert read_prompt(text) == text


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("-3", "negative"),
        ("many", "no number"),
        ("2.5", "no whole number"),
        ("0", "0 times"),
        ("nan", "no number"),
        ("1e12", "more than any list"),
    ],
)
def test_a_count_that_cannot_be_is_refused(cell: str, reason: str) -> None:
    with pytest.raises(BadPrompt, match=reason):
        read_count(cell)


def test_a_row_without_a_count_counts_once_and_says_so() -> None:
    found = reading(("calm piano", ""), ("dark techno", "-1"))
    assert [prompt.asked for prompt in found.prompts()] == [1]
    assert [remark.left_out for remark in found.remarks] == [False, True]
    assert found.reasons["The count is negative."] == 1


def test_json_lists_are_read_in_three_shapes() -> None:
    assert list(rows_of_json(["a", "b"], NAMES)) == [("a", "1"), ("b", "1")]
    objects = [{"query": "a", "times": 3}, {"Prompt": "b"}, {"count": 2}]
    assert list(rows_of_json({"prompts": objects}, NAMES)) == [("a", "3"), ("b", "1"), ("", "2")]
    assert list(rows_of_json({"a": 4}, NAMES)) == [("a", "4")]
    with pytest.raises(BadPrompt):
        list(rows_of_json(3, NAMES))


def test_a_heading_without_prompts_is_no_heading() -> None:
    assert find_columns(["calm piano", "12"], NAMES) is None


def test_a_list_adds_its_prompts_and_leaves_every_space_where_it_was() -> None:
    grown = build_bank(grammar(), prompts=600, seed=1)
    slug = grown.spaces[3].slug
    bank = with_listed(
        grown,
        [("real one", slug), ("odd", OWN_SPACE), ("far", "no-such")],
        sizes={},
        own_share=0.25,
    )
    assert bank.prompts[:600] == grown.prompts
    assert [space.slug for space in bank.spaces[:-1]] == [space.slug for space in grown.spaces]
    assert [prompt.space for prompt in bank.prompts[600:]] == [slug, OWN_SPACE, OWN_SPACE]
    assert bank.spaces[-1].size == pytest.approx(0.25)
    assert sum(space.size for space in bank.spaces) == pytest.approx(1)
    shares = [space.size / old.size for space, old in zip(bank.spaces, grown.spaces, strict=False)]
    assert shares == [pytest.approx(0.75)] * len(grown.spaces)


def test_a_size_set_by_hand_stays_and_the_others_share_the_rest() -> None:
    sizes = {"a": 0.4, "b": 0.4, "c": 0.2}
    first = with_set_sizes(sizes, [], {"a": 0.1})
    second = with_set_sizes(first, ["a"], {"b": 0.3})
    assert second == {"a": 0.1, "b": 0.3, "c": pytest.approx(0.6)}
    with pytest.raises(BadSizes, match=r"add up to 11,000 of 10,000"):
        with_set_sizes(second, ["a", "b"], {"c": 0.7})
    with pytest.raises(BadSizes, match="0 or more"):
        with_set_sizes(second, [], {"c": -0.1})


def test_a_longer_list_moves_sizes_further_and_no_space_vanishes() -> None:
    stated = {"a": 0.5, "b": 0.3, "c": 0.2}
    short = scaled_to_counts(stated, {"b": 10}, prior_prompts=100)
    long = scaled_to_counts(stated, {"b": 10_000}, prior_prompts=100)
    assert stated["b"] < short["b"] < long["b"]
    assert min(long.values()) > 0
    assert sum(long.values()) == pytest.approx(1)


def test_sizes_of_a_small_bank_still_add_up() -> None:
    used = sizes_for({"a": 0.7, "b": 0.3}, {"a": 0.1, "z": 0.5}, own_slug="own", own_share=None)
    assert used == {"a": pytest.approx(0.25), "b": pytest.approx(0.75)}
