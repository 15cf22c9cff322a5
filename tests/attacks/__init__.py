"""Dishonest and defective generators, one per file: none may outrank the honest model that it is made from."""
