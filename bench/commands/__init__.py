"""The command line: takes words and files, calls the other rooms, prints.

- `cli`: assembles the commands; errors become one line.
- `run_commands`: run, score. `stored_run_commands`: log, report, show, compare, export, verify, runs.
- `plugin_commands`: list, data, new, test-plugin, doctor. `study_commands`: tune, reproduce.
- `gate_commands`: baseline, check. `table_commands`: generate, evaluate, split.
- `option_flags`: flags from the table of options.
- `terminal`, `leaderboard_table`: tables and lines, the ranking.
- `safe_output`: lets no text from outside steer the terminal.
- `progress`, `show_leaderboard`: the display of a run in progress, the leaderboard of a stored run.
- `steps`: what other long commands are doing.
- `list_runs`, `list_plugins`, `doctor`: what the commands of these names print.
"""
