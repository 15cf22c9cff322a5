"""A configuration of a run with every option, and a search space."""

CONFIGURATION = """
generators = ["ae", "vae", "smote"]
repeats = 2
seeds_per_split = 1
seed = 3
split = "random"
holdout_share = 0.25
profile = "quick"
rows = 500
snap = false
device = "cpu"
workers = 1
timeout = 60.5
memory = 2
retry = ["failed", "timeout"]
out = "runs/fuzzed"
cache = "cache"
target = "y"
missing = "keep"
missing_code = ["-200", "size=?"]
leave_out = ["code"]
column = { hour = "categorical", day = "datetime:day-first" }
task = "regression"
distinct = true

[set.ae]
steps = 10
hidden = [64, 32]

[set.vae]
scaler = "standard"
whiten = false

[blocks]
blocks = 10
test_blocks = 2
embargo = 5
holdout = 0.2

[[dataset]]
name = "station"

[[dataset]]
name = "tables/mixed.csv"
target = "grade"
ordered = true
"""
SPACE = """
[ae]
steps = { low = 10, high = 100, log = true }
lr = { low = 0.001, high = 0.01 }
width = { low = 8, high = 64, step = 8 }
scaler = ["normal", "robust"]

[vae]
blocks = { low = 1, high = 3 }
"""
