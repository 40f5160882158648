"""On which terms a stack is deployed, and what a user adds of his own."""
