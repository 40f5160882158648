"""One program in the words of each peer: `python -m benchmarks.writing PEER SOURCE.json PROGRAM.py`, run where the peer is.

A source is a template, or several. `<n>` and `<mark>` in one mean that the program makes it many times over.
"""
