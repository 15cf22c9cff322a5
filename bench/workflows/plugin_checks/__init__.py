"""What every plugin keeps, and files to start one from."""
