"""Takes a synthetic table made anywhere and the real rows; gives the scores and the report that a generator would get.

input_tables    the request; reads and checks the real, synthetic and holdout tables
evaluate        `evaluate`: writes the report and `evaluation.json`
evaluation_run  scores the table beside the reference rows and stores both as a run directory
result_json     the content of `evaluation.json`
"""
