"""From a tidy frame to a leaderboard and its uncertainty: pure functions of numbers."""
