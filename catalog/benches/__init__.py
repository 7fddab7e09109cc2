"""Benches of the catalog: bulk edits and the grid, in a scratch database."""
