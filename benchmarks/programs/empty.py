"""What the interpreter itself costs."""
