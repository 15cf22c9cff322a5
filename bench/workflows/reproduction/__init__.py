"""Refits published models under their own protocol and writes a page that compares published values with ours.

- `reproduce`: runs the missing fits of a published study, stores every fit in a JSON file, writes the page.
- `configurations`: what is fitted (presets and variants of experiments), and the stored fits of each.
- `published_fit`: the task of one fit under the published protocol, and everything that is measured of it.
- `agreement`: whether a published value could be the value of one more of our fits.
- `comparison_table`: published values beside ours, as text and as a table.
- `page`: the whole page, from stored values alone.
"""
