"""Rules of surfacing as plain Python and NumPy: values in, values out."""
