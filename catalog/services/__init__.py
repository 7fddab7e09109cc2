"""Writes of the catalog: one function per thing a person or machine does."""
