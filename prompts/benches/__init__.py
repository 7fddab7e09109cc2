"""Benches of the prompts: how well real requests are understood and answered."""
