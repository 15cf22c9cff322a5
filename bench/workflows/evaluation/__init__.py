"""Takes a synthetic table made anywhere and the real rows; gives the scores and the report that a generator would get.

evaluate        `evaluate`: checks the request, writes the report and `evaluation.json`
input_tables    reads and checks the real, synthetic and holdout tables
evaluation_run  scores the table beside the reference rows and stores both as a run directory
result_json     the content of `evaluation.json`
"""
