"""Reports: takes a run and its leaderboard, gives documents.

`build_report` collects the blocks of sections and renders them as Markdown or HTML; `outputs` writes every format;
`markdown` and `latex` render blocks; `leaderboard_data` is for CSV and JSON; `comparison_page` shows two runs;
`document_tables` rewrites tables in any Markdown file, `document_tuning_table` those of `bench tune`; `figures` plots.
"""
