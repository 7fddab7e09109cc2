"""Prompt packs: templates with slots, wordings that should mean the same, and a signed file."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice, product
from typing import Any

from catalog.errors import StudioError
from prompts.domain.text import words_of

FORMAT = 1
MOST_TEMPLATES = 50
MOST_PROMPTS = 200
MOST_WORDINGS = 8
LONGEST_LINE = 300
_SLOT = re.compile(r"\{([a-z][a-z0-9 -]{0,30})\}")


class PackRefused(StudioError):
    """A pack is not well formed, or not what its signature covers."""


@dataclass(frozen=True, slots=True)
class Template:
    """A prompt with slots in braces, what may stand in each, and other wordings of it."""

    text: str
    slots: Mapping[str, Sequence[str]] = field(default_factory=dict)
    wordings: Sequence[str] = ()

    def prompts(self) -> Iterator[str]:
        """Every filling of the template."""
        return (_filled(self.text, values) for values in self._fillings())

    def paraphrases(self) -> Iterator[tuple[str, ...]]:
        """For every filling: the template's own wording and the others."""
        for values in self._fillings():
            yield tuple(_filled(text, values) for text in (self.text, *self.wordings))

    def _fillings(self) -> Iterator[dict[str, str]]:
        names = list(dict.fromkeys(_SLOT.findall(self.text)))
        choices = [self.slots[name] for name in names]
        for values in islice(product(*choices), MOST_PROMPTS):
            yield dict(zip(names, values, strict=True))


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _SLOT.sub(lambda match: values[match[1]], text)


def read_templates(text: str) -> list[Template]:
    """Read templates as people write them: blocks with an empty line between.

    The first line of a block is the template; "name: a, b" fills a slot; "= ..." is a wording.

    Raises
    ------
    PackRefused : naming the line that is wrong
    """
    blocks = [
        block.strip() for block in re.split(r"\n\s*\n", text.replace("\r", "")) if block.strip()
    ]
    if not blocks:
        raise PackRefused(
            "Write at least one template, for example: {mood} {genre} for {activity}."
        )
    if len(blocks) > MOST_TEMPLATES:
        raise PackRefused(f"A pack has at most {MOST_TEMPLATES} templates.")
    return [_template(block) for block in blocks]


def _template(block: str) -> Template:
    first, *rest = (line.strip() for line in block.split("\n"))
    slots: dict[str, tuple[str, ...]] = {}
    wordings: list[str] = []
    for line in rest:
        if line.startswith("="):
            wordings.append(line[1:].strip())
            continue
        name, colon, values = line.partition(":")
        if not colon:
            raise PackRefused(f"“{line[:60]}” is neither “slot: a, b” nor “= another wording”.")
        slots[name.strip()] = tuple(v.strip() for v in values.split(",") if v.strip())
    return checked(Template(first, slots, tuple(wordings)))


def checked(template: Template) -> Template:
    """Refuse a template that cannot be filled."""
    wanted = set(_SLOT.findall(template.text))
    for text in (template.text, *template.wordings):
        if not text or len(text) > LONGEST_LINE:
            raise PackRefused(f"A wording has 1 to {LONGEST_LINE} characters: “{text[:60]}”.")
        if extra := set(_SLOT.findall(text)) - wanted:
            raise PackRefused(f"“{text[:60]}” uses {{{extra.pop()}}}, which the template has not.")
    for name in sorted(wanted):
        if not template.slots.get(name):
            raise PackRefused(f"Nothing fills {{{name}}}. Add a line “{name}: one, another”.")
    if len(template.wordings) > MOST_WORDINGS:
        raise PackRefused(f"A template has at most {MOST_WORDINGS} other wordings.")
    return template


def write_templates(templates: Sequence[Template]) -> str:
    """Templates as people write them; reading this again gives the same."""
    blocks = []
    for template in templates:
        lines = [template.text]
        lines += [f"{name}: {', '.join(values)}" for name, values in template.slots.items()]
        lines += [f"= {wording}" for wording in template.wordings]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def blocked_in(texts: Iterator[str], blocked: Sequence[str]) -> str:
    """The first blocked term that some text contains, as whole words; empty if none does."""
    phrases = [(term, words_of(term)) for term in blocked]
    for text in texts:
        words = words_of(text)
        for term, phrase in phrases:
            size = len(phrase)
            if size and any(words[i : i + size] == phrase for i in range(len(words) - size + 1)):
                return term
    return ""


@dataclass(frozen=True, slots=True)
class Pack:
    """What is signed. `sponsor` is empty where nobody paid for it."""

    slug: str
    name: str
    version: int
    owner: str
    sponsor: str
    templates: tuple[Template, ...]


def canonical(pack: Pack) -> bytes:
    """The bytes a signature covers: JSON with sorted keys and no spaces, UTF-8."""
    content = {"format": FORMAT, **asdict(pack)}
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def pack_from(content: Mapping[str, Any]) -> Pack:
    """Read a pack's content.

    Raises
    ------
    PackRefused : something is missing or of the wrong kind
    """
    try:
        if content["format"] != FORMAT:
            raise PackRefused("This pack was written by a newer version of Liner.")
        templates = tuple(
            checked(
                Template(
                    str(entry["text"]),
                    {str(k): tuple(map(str, v)) for k, v in entry["slots"].items()},
                    tuple(map(str, entry["wordings"])),
                )
            )
            for entry in content["templates"][: MOST_TEMPLATES + 1]
        )
        pack = Pack(
            str(content["slug"])[:60],
            str(content["name"])[:120],
            int(content["version"]),
            str(content["owner"])[:120],
            str(content["sponsor"])[:120],
            templates,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PackRefused("This file is no prompt pack, or a part of it is missing.") from error
    if not pack.templates or len(pack.templates) > MOST_TEMPLATES or pack.version < 1:
        raise PackRefused(f"A pack has 1 to {MOST_TEMPLATES} templates and a version.")
    if not re.fullmatch(r"[a-z0-9-]+", pack.slug) or not pack.name:
        raise PackRefused("A pack needs a name and a short name of letters, digits and hyphens.")
    return pack


def fingerprint(public_key: bytes) -> str:
    """A key as people compare it."""
    digits = hashlib.sha256(public_key).hexdigest()[:16]
    return " ".join(digits[at : at + 4] for at in range(0, 16, 4))
