"""Scores of the metrics that tables of numbers without gaps do not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.api import EVERY_REPEAT
from bench.scoring.encoding import encoding_of

from ..shared.hidden_seed import hidden_seed
from ..shared.matrix import matrix, score
from .date_shapes import score_dates
from .gaps import score_dependence, score_gaps
from .levels import score_levels
from .relation import relation_of
from .relations import find_relations
from .trivariate import score_triples

if TYPE_CHECKING:
    from bench.api import Context, Details, Schema, Score

    from ..shared.matrix import Matrix


def stored_relations(train: Matrix, schema: Schema, seed: int) -> Details:
    """Returns the relations of train (codes, rows x columns) as texts: `relations`; in words, `relation names`."""
    relations = find_relations(train, schema, grid_steps(train, schema), seed)
    words = [relation.in_words(schema.names) for relation in relations]
    texts = [relation.to_text() for relation in relations]
    return {"relations": np.array(texts, dtype=np.str_), "relation names": np.array(words, dtype=np.str_)}


def grid_steps(train: Matrix, schema: Schema) -> Matrix:
    """Returns the steps of the grids of numeric columns, 0 for others, (columns,).

    >>> from bench.api import Column, Schema
    >>> schema = Schema((Column("price"), Column("colour", "categorical", ("red", "blue"))), "price")
    >>> grid_steps(np.array([[0.5, 0.0], [1.25, 1.0]]), schema)
    array([0.75, 0.  ])
    """
    from bench.grid import describe

    steps = np.zeros(len(schema.names))
    for index, column in enumerate(schema.columns):
        present = train[:, index][~np.isnan(train[:, index])]
        if column.kind == "numeric" and len(present):
            steps[index] = describe(present).step
    return steps


def score_mixed_metrics(context: Context, rows: Matrix) -> tuple[list[Score], Details]:
    """Returns the scores of `MIXED_METRICS` that exist on the table; for reports, the relations and their violations.

    Under `EVERY_REPEAT`, these are `relations` in words and the shares `violations`, both (relations,).

    `rows` are the synthetic rows as codes, (rows x columns); of the context, `artefacts` has what `stored_relations`
    returned.
    """
    split, schema, seed = context.split, context.split.schema, context.seed
    train, holdout = (matrix(part, schema) for part in (split.train, split.holdout))
    scores = [
        *score_levels(train, holdout, rows, schema),
        *score_triples(train, holdout, rows, schema, hidden_seed(split, seed)),
    ]
    if schema.missing:
        scores += score_gaps(holdout, rows, schema)
    if schema.missing and context.metric_set != "core":
        trees = encoding_of(split.train, schema).for_trees
        scores += score_dependence(trees(train), trees(holdout), trees(rows), schema, seed)
    if schema.datetime:
        scores += score_dates(holdout, rows, schema)
    violations = np.array([relation_of(str(text)).violations(rows) for text in context.artefacts["relations"]])
    mean = float(violations.mean()) if len(violations) else np.nan
    scores.append(score("relation_violations", mean, undefined="no relation between columns was found in train"))
    return scores, {
        f"{EVERY_REPEAT}relations": np.asarray(context.artefacts["relation names"]),
        f"{EVERY_REPEAT}violations": violations,
    }
