"""One file per generator; private helpers start with an underscore."""
