"""Planning: takes options and data sets, gives the configuration and the plan, which is the list of trials.

- `options`: the table of options; everything that takes options reads it.
- `option_types`: what an entry of the table consists of, and the checks of values.
- `config`: the configuration of a run, its stored form and its command line; profiles; how a run is carried out.
- `read_config`: from files, flags, keywords or a stored run to a configuration.
- `generator_params`: parameters of generators (`--set`).
- `external_tables`: tables made elsewhere (`--external`).
- `generator_selection`: the generators that a configuration selects, and whether they can run.
- `drawn_splits`: the splits of a data set that decide which metrics enter.
- `plan`: splits, trials and their identities.

`config`, `read_config` and `plan` import numpy and are imported when needed, so this package imports none of its files.
"""
