"""Operations as they run, and as they are remembered."""
