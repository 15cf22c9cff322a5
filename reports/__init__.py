"""Report sections: each takes a run and its leaderboard and returns blocks (text, tables, figures).

One file per section, with the name of its entry point; `templates` has the HTML, CSS and JavaScript of report.html.
Helpers: `_lookup` finds what sections read from a run, `_format` prints numbers and names, `_value_tables` has tables
of raw values and means by column, `_weakest_metric` explains a score, `_caveats` has the caveats of the summary,
`_generator_figures` has the figures of one generator, `_levels` the panels of categories, `_calendars` those of dates
and `_confusion_matrices` those of classes.
"""
