"""Pages of the texts."""
