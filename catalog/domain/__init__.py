"""Rules of the catalog as plain Python: values in, values out."""
