"""Policy documents, and who may do what."""
