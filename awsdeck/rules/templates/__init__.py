"""What holds for templates of every service."""
