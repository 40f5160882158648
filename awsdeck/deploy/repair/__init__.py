"""What can be done about stacks that are not as they should be."""
