"""Claims and remarks on a text, as pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Count, Max, Sum

from catalog.access import Access
from catalog.domain.plain_text import has_markup, plain_text
from catalog.models import Artist, Description, Term, Track, WordingRules
from prompts.claims import checker_for, default_checker
from prompts.descriptions.facts import facts_of
from prompts.domain.claims import Claim, ClaimChecker
from prompts.domain.facts import TrackFacts, Verdict
from prompts.domain.lint import LintRules, Surroundings, lint
from prompts.domain.lint import Remark as LintRemark
from prompts.lexicon import build_lexicon, default_lexicon_terms, term_key
from prompts.lint import rules_with

MOST_OTHERS = 200
MOST_CHECKED = 20_000
"""Code points of a text that are checked while somebody types."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A text with its claims and remarks; `cleaned` says what pasting brought along."""

    text: str
    claims: tuple[Claim, ...]
    remarks: tuple[LintRemark, ...]
    cleaned: tuple[str, ...] = ()
    has_markup: bool = False

    def with_verdict(self, verdict: str) -> list[Claim]:
        """Claims that stand like this."""
        return [claim for claim in self.claims if claim.verdict == verdict]

    @property
    def contradicted(self) -> list[Claim]:
        """Claims that block approval."""
        return self.with_verdict(Verdict.CONTRADICTED)

    @property
    def unsupported(self) -> list[Claim]:
        """Claims that nothing supports yet."""
        return self.with_verdict(Verdict.UNSUPPORTED)

    @property
    def supported(self) -> list[Claim]:
        """Claims that something supports."""
        return self.with_verdict(Verdict.SUPPORTED)

    @property
    def pieces(self) -> list[tuple[str, Claim | None]]:
        """The text in order, cut where claims begin and end."""
        found: list[tuple[str, Claim | None]] = []
        at = 0
        for claim in self.claims:
            if claim.start < at:
                continue
            found.append((self.text[at : claim.start], None))
            found.append((self.text[claim.start : claim.end], claim))
            at = claim.end
        return [piece for piece in (*found, (self.text[at:], None)) if piece[0]]


def checker_of(access: Access) -> ClaimChecker:
    """The checker with the workspace's own vocabulary, kept until a term changes."""
    return checker_of_workspace(access.workspace_id)


def checker_of_workspace(workspace_id: int) -> ClaimChecker:
    """The checker with the vocabulary of a workspace."""
    stamp = Term.objects.filter(workspace_id=workspace_id).aggregate(
        count=Count("pk"), newest=Max("pk"), versions=Sum("row_version")
    )
    return _checker(workspace_id, tuple(stamp.values()))


@lru_cache(maxsize=8)
def _checker(workspace_id: int, stamp: tuple[int | None, ...]) -> ClaimChecker:
    terms = list(Term.objects.filter(workspace_id=workspace_id))
    if {term_key(term) for term in terms} == default_lexicon_terms():
        return default_checker()
    return checker_for(build_lexicon(terms))


def check_text(
    text: str,
    *,
    access: Access,
    track: Track,
    language: str = "en",
    facts: TrackFacts | None = None,
    checker: ClaimChecker | None = None,
) -> Checked:
    """Check a text for a track; claims are read in English texts only."""
    plain = plain_text(text)
    known = facts_of(track) if facts is None else facts
    read = plain.text[:MOST_CHECKED]
    is_read = language.split("-")[0] == "en"
    claims = (checker or checker_of(access)).check(read, known) if is_read else ()
    around = surroundings(access, track, language)
    return Checked(
        plain.text,
        claims,
        tuple(lint(read, wording_of(access), around)),
        plain.changes,
        has_markup(plain.text),
    )


def wording_of(access: Access) -> LintRules:
    """The studio's wording rules and what the workspace does not want to read."""
    row = WordingRules.objects.visible_to(access).first()
    return rules_with(row.banned_terms if row else ())


def surroundings(access: Access, track: Track, language: str) -> Surroundings:
    """What a text is compared with; texts of the same release first."""
    own = [credit.artist.name for credit in track.credits.select_related("artist")]
    return Surroundings(
        title=track.title,
        artists=own,
        other_artists=list(
            Artist.objects.visible_to(access)
            .exclude(name__in=own)
            .values_list("name", flat=True)[:500]
        ),
        others=neighbours(access, track, language),
        language=language,
    )


def neighbours(access: Access, track: Track, language: str) -> Sequence[tuple[str, str]]:
    """Texts of other tracks: those of the same release, or else the newest ones."""
    rows = (
        Description.objects.visible_to(access)
        .filter(language=language)
        .exclude(track=track)
        .exclude(text="")
        .select_related("track")
    )
    if track.release_id:
        rows = rows.filter(track__release_id=track.release_id)
    newest = rows.order_by("-pk")[:MOST_OTHERS]
    return [(str(row.track), row.text) for row in newest]
