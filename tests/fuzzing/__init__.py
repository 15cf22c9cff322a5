"""What `tests.fuzz_readers` is made of.

- samples: valid small files of each kind.
- readers: what reads each kind, as the commands do.
- byte_mutations, text_mutations, table_mutations, array_mutations: files that differ from a valid one.
- mutations: which of these suit a kind of file.
- judge: whether a read ended as it may.
- rounds: many reads, and what they found.
"""
