"""The decisions that the course notes teach, as functions that say what to choose and why."""
