"""Identities, keys, secrets and certificates."""
