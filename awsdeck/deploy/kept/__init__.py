"""Plans that are kept in a file and carried out later."""
