"""Benches of the simulation: how fast it is, and whether quick answers equal full runs."""
