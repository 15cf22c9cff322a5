"""Tunes the hyper-parameters of a generator on the train rows of one split; no other row is used.

- `setup`: what is tuned: the generator, its search space, the inner split and the objective.
- `search_space`: which parameters are searched, and in which ranges.
- `objectives`: the inner split, the scores on it, and their combination into the value to maximise.
- `scoring_files`: what scoring on the inner split needs, kept in the folder of a study.
- `optuna_study`: the tuning study in a folder: tried settings, and the sampler that proposes the next.
- `journal`: the file of that study.
- `search`: fits and scores setting after setting until the budget is used up.
- `output_files`: the best parameters as TOML, the history as CSV.
"""
