"""What people and workers do with simulations."""
