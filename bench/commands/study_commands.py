"""The commands that fit many models to learn something: `tune` and `reproduce`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option, Typer

from bench.commands.option_flags import ABOUT_COLUMNS, ONE_DATASET, Names, flag, option_flags

app = Typer()


@app.command()
@option_flags(
    objective=[
        ONE_DATASET,
        *("target", "ordered", "time", "missing", *ABOUT_COLUMNS, "group", "distinct"),
        flag("plugins", "A Python file with the generator, not installed. Repeatable."),
        flag("split", "auto, random or blocked.", "auto"),
        "holdout_share",
        flag("seed", "Base seed: whose repeat 0 gives the train rows."),
        flag("profile", "quick or standard: what the defaults are, and the rows.", "standard"),
        flag("set", "generator.param=value: fixed. Repeatable."),
        flag("rows", "Cap on inner train rows.", "the profile's"),
        "device",
    ],
    trials=[flag("seeds_per_split", "Fits of each setting, with different seeds; averaged.")],
)
def tune(
    generator: Annotated[str, Argument(help="A generator or preset.")],
    objective: Annotated[
        str, Option(help="Families whose scores are averaged, or `overall`.")
    ] = "fidelity,detection,utility",
    guard: Annotated[str, Option(help="Families whose scores multiply it; '' for none.")] = "privacy",
    trials: Annotated[int | None, Option(help="Settings to try, over all calls. [20, unless --minutes]")] = None,
    minutes: Annotated[float | None, Option(help="No new trial starts after this time.")] = None,
    timeout: Annotated[float | None, Option(help="Seconds a fit with its sampling may take. [no limit]")] = None,
    space: Annotated[Path | None, Option(help="A TOML file of search spaces. [the generator's own]")] = None,
    study: Annotated[
        Path | None, Option(help="Folder of what was tried, to go on from. [runs/tune-<generator>-<hash>]")
    ] = None,
    out: Annotated[Path, Option(help="The TOML file to write; the history goes beside it.")] = Path("tuned.toml"),
    force: Annotated[bool, Option("--force", help="Replace files.")] = False,
    **options: object,
) -> None:
    """Search a generator's parameters on train rows only; write those of the best trial for `bench run --config`."""
    from bench.commands.steps import Steps
    from bench.planning.read_config import build_config
    from bench.workflows.tuning import objectives, output_files, search, setup

    config = build_config({"profile": "standard", **options, "generators": generator})
    budget = search.TuningBudget(trials, minutes, timeout)
    output_files.refuse_existing(out, force=force)
    judged = objectives.parse_objective(objective, guard)
    with Steps() as say:
        say("reading data and generators")
        prepared = setup.prepare_tuning(config, space, judged)
        say(f"fitting and scoring settings of {generator}, its defaults first")
        search.tune(prepared, budget, out, say.result, study=study, force=force, on_progress=say.progress)


@app.command()
@option_flags(render_only=[flag("workers", "Fits at once, one thread each.")])
def reproduce(
    study: Annotated[str | None, Option(help="A registered study of published models. [the first]")] = None,
    dataset: Annotated[str | None, Option(help="A registered name. [the study's own]")] = None,
    seeds: Annotated[int, Option(help="Fits of each configuration.")] = 5,
    only: Annotated[Names, Option(help="Presets, separated by commas or repeated; no experiments. [all]")] = None,
    out: Annotated[Path | None, Option(help="The page; .json beside it. [docs/results/<study>.md]")] = None,
    render_only: Annotated[bool, Option("--render-only", help="Fit nothing; write the page anew.")] = False,
    **options: object,
) -> None:
    """Refit published models under their own protocol, leaks included; compare published and new values."""
    from bench.commands.steps import Steps
    from bench.common.suggestions import split_names
    from bench.planning.read_config import build_operation
    from bench.workflows.reproduction import reproduce as reproduction

    presets, workers = split_names(only), build_operation(options).workers
    settings = reproduction.ReproductionOptions(seeds, presets, out, workers, render_only)
    with Steps() as say:
        say("writing the page of stored fits anew" if render_only else "fitting what is not stored yet")
        page = reproduction.reproduce_registered(study, dataset, settings, say.result, on_progress=say.progress)
    print(f"wrote {page}")
