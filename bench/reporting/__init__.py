"""From stored runs to documents and figures."""
