"""Rules of prompts as plain Python and NumPy: text in, intents, scores and orders out."""
