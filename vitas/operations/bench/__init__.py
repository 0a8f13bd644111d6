"""`make bench`: how many requests a second, beside the floor of the same SQL and Redis calls without Django."""
