"""Side by side with peers: the same work, in one run, on one machine. `python -m benchmarks`."""
