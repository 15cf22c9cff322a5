"""Small helpers that every other room and every plugin may use; they import nothing of ours but `bench.api`.

- `atomic_files`: files and folders that are written whole or not at all, locks, and the formats of stored data.
- `normalised_code`: what Python source does, as text, apart from how it is written down.
- `parsed_text`: parses JSON and TOML that anyone may have written.
- `digests`: hashes of code, package versions and plain data.
- `formatting`: numbers, metrics and ranks as text.
- `safe_text`: text from outside, and errors, made fit to be shown.
- `schema_words`: a schema in words.
- `suggestions`: names as typed, choices, and hints for unknown names.
"""
