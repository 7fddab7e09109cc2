"""Template tags and filters that every page of the studio can load."""
