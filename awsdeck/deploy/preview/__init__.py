"""What a change will do, before it is done."""
