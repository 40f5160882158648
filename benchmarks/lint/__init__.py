"""What linters cost and what they find: `python -m benchmarks.lint`."""
