"""From activations to terms; and the table that maps them, as data."""

import tomllib
from dataclasses import replace

import numpy as np
import pytest

from analysis.domain.tagging import (
    Evidence,
    Rule,
    Timeline,
    confidence,
    find_tags,
    judge_vocals,
    parse_rules,
)
from analysis.musicnn.labels import LABELS
from analysis.tagger import TABLE
from catalog.vocabulary import default_terms

DATA = tomllib.loads(TABLE.read_text())


def timeline(values: list[list[float]], starts: list[float] | None = None) -> Timeline:
    count = len(values)
    return Timeline(
        model="M",
        version="1",
        labels=("piano", "voice", "no voice"),
        values=np.array(values, dtype=np.float32),
        starts_s=tuple(starts or [3.0 * place for place in range(count)]),
        patch_s=3.0,
    )


PIANO = [Rule("M", "instrument", "piano", ("piano",), 0.2, 0.4)]


def test_a_term_comes_with_the_seconds_that_justify_it() -> None:
    values = [[0.05, 0, 0]] * 4 + [[0.9, 0, 0]] * 3 + [[0.05, 0, 0]] * 4
    (tag,) = find_tags([timeline(values)], PIANO)
    assert (tag.facet, tag.term) == ("instrument", "piano")
    assert [(span.start_s, span.end_s) for span in tag.ranges] == [(12.0, 21.0)]


def test_a_range_never_spans_the_gap_between_two_windows() -> None:
    values = [[0.9, 0, 0]] * 4
    (tag,) = find_tags([timeline(values, [0.0, 3.0, 600.0, 603.0])], PIANO)
    assert sorted((span.start_s, span.end_s) for span in tag.ranges) == [(0.0, 6.0), (600.0, 606.0)]


def test_a_weak_output_is_no_term() -> None:
    assert find_tags([timeline([[0.1, 0, 0]] * 10)], PIANO) == []


def test_the_other_model_can_back_a_term_or_object_to_it() -> None:
    def other(level: float) -> Timeline:
        return Timeline("N", "1", ("keys",), np.full((4, 1), level, np.float32), (0, 3, 6, 9), 3.0)

    sure = timeline([[0.9, 0, 0]] * 4)
    keys = Evidence("N", ("keys",), 0.3)
    needing = [replace(PIANO[0], needs=keys)]
    assert find_tags([sure, other(0.5)], needing)
    assert not find_tags([sure, other(0.1)], needing)
    assert find_tags([sure], needing), "a model that did not run does not object"
    objecting = [replace(PIANO[0], unless=keys)]
    assert not find_tags([sure, other(0.5)], objecting)
    assert find_tags([sure, other(0.1)], objecting)


def test_confidence_reads_a_half_at_the_threshold_and_stays_below_one() -> None:
    assert confidence(0.2, 0.2) == 0.5
    assert confidence(0.1, 0.2) == 0.25
    assert 0.5 < confidence(0.4, 0.2) < confidence(1.0, 0.2) < 1


def test_voices_are_present_none_or_ambiguous() -> None:
    def judge(voice: float, none: float) -> str:
        return judge_vocals(timeline([[0, voice, none]] * 8), ["voice"], ["no voice"]).label

    assert judge(0.9, 0.05) == "present"
    assert judge(0.05, 0.9) == "none"
    assert judge(0.4, 0.4) == "ambiguous"


@pytest.mark.parametrize("rule", parse_rules(DATA), ids=lambda rule: f"{rule.model}-{rule.term}")
def test_every_line_of_the_table_names_real_outputs_and_terms(rule: Rule) -> None:
    terms = {(term.facet, term.slug) for term in default_terms()}
    assert (rule.facet, rule.term) in terms
    assert set(rule.labels) <= set(LABELS[rule.model])
    assert 0 < rule.threshold < rule.peak < 1
    for evidence in filter(None, (rule.needs, rule.unless)):
        assert evidence.model != rule.model
        assert set(evidence.labels) <= set(LABELS[evidence.model])
        assert 0 < evidence.level < 1


def test_the_voice_outputs_exist() -> None:
    for labels in DATA["vocals"].values():
        assert set(labels) <= set(LABELS["MTT_musicnn"])
