"""Pages of surfacing."""
