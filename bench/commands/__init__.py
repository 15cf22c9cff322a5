"""What stands behind the command line besides its first commands."""
