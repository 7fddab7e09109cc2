"""What fixtures are made of: a real worker process and a real browser."""
