"""Not part of the bundle."""
