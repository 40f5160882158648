"""Rules of good practice, in packs that somebody asks for by name."""
