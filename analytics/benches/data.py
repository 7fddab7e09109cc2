"""What the benches of the simulation are run on: generated, so they need no folder."""

from analytics.domain.market_draw import draw_market
from analytics.reference import market_model
from prompts.domain.documents import TrackDocument

SEED = 1
OWN_TRACKS = 100


def own_tracks() -> list[TrackDocument]:
    """Tracks of a workspace, drawn like a market of another seed."""
    return list(draw_market(market_model(), tracks=OWN_TRACKS, seed=SEED + 1).documents())
