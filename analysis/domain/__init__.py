"""What can be heard, as plain Python: values in, values out."""
