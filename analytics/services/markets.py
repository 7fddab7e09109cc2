"""Markets: finding or making the one a run uses, keeping an imported one, deleting."""

import hashlib
import zlib

from django.db import transaction
from django.db.models import RestrictedError

from analytics.models import Market, MarketContent
from analytics.reference import market_model, market_version
from catalog.errors import StudioError
from catalog.models import User, Workspace

OWN_NAME = "Own catalog"
LONGEST_NAME = 120


class MarketRefused(StudioError):
    """The market cannot be kept, used or deleted."""


def market_label() -> str:
    """The version of the generated market: its own and the fingerprint of its figures."""
    return f"{market_model().version}.{market_version()}"


def generated_market(*, workspace: Workspace, tracks: int, seed: int) -> Market:
    """Find or make the row of a generated market."""
    market, _ = Market.objects.get_or_create(
        workspace=workspace,
        kind=Market.Kind.GENERATED,
        version=market_label(),
        seed=seed,
        track_count=tracks,
        defaults={"name": market_model().name},
    )
    return market


def own_market(*, workspace: Workspace, documents: bytes, tracks: int) -> Market:
    """Find or make the row of the workspace's own catalog, named by what it holds now."""
    market, _ = Market.objects.get_or_create(
        workspace=workspace,
        kind=Market.Kind.OWN,
        version=_fingerprint(documents),
        seed=0,
        track_count=tracks,
        defaults={"name": OWN_NAME},
    )
    return market


def _fingerprint(documents: bytes) -> str:
    """Name tracks by what they are, not by how they were compressed."""
    return hashlib.sha256(zlib.decompress(documents)).hexdigest()[:12]


@transaction.atomic
def keep_market(
    *,
    workspace: Workspace,
    by: User | None,
    name: str,
    source: str,
    documents: bytes,
    tracks: int,
    findings: dict[str, object],
) -> Market:
    """Keep an imported market under its fingerprint.

    Raises
    ------
    MarketRefused : no name, or the same tracks are here already
    """
    if not name.strip():
        raise MarketRefused("Give the market a name.")
    version = _fingerprint(documents)
    same = Market.objects.filter(
        workspace=workspace, kind=Market.Kind.IMPORTED, version=version
    ).first()
    if same is not None:
        raise MarketRefused(
            f"These very tracks are here already, as {same.name}.", hint="Use that market."
        )
    market = Market.objects.create(
        workspace=workspace,
        kind=Market.Kind.IMPORTED,
        name=name.strip()[:LONGEST_NAME],
        version=version,
        seed=0,
        track_count=tracks,
        source=source,
        findings=findings,
        created_by=by,
    )
    MarketContent.objects.create(workspace=workspace, market=market, documents=documents)
    return market


@transaction.atomic
def delete_market(*, market: Market) -> None:
    """Delete an imported market.

    Raises
    ------
    MarketRefused : a run used it, or it was not imported
    """
    if market.kind != Market.Kind.IMPORTED:
        raise MarketRefused("Only imported markets can be deleted; the others cost no room.")
    runs = market.runs.count()
    if runs:
        used = "1 simulation" if runs == 1 else f"{runs} simulations"
        raise MarketRefused(
            f"{market.name} cannot be deleted: {used} used it.",
            hint="Their reports name it and their what-ifs need it.",
        )
    try:
        market.delete()
    except RestrictedError as error:
        raise MarketRefused(f"{market.name} is in use since a moment ago.") from error
