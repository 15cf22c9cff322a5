"""One scorer per metric family."""
