"""The musicnn 0.1.0 weights: fetching, checking and converting TensorFlow 1 checkpoints, in plain
Python.

The wheel's checkpoints were made for a training graph. Essentia loads frozen inference graphs, so
the variables
are folded into constants here, without TensorFlow.
"""
