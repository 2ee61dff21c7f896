"""Communities compared with one another: each one's estimate, shrunk and against all others."""
