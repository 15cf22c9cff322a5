"""Published models refitted under their own protocol."""
