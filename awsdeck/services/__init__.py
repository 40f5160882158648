"""L2: constructs that compose resources, wire permissions, and carry defaults that are documented and can be changed."""
