"""The commands that fit many models to learn something: what parameters to take, whether published numbers hold."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def tune(
    generator: Annotated[str, typer.Argument(help="A generator or preset.")],
    dataset: Annotated[str, typer.Option(help="A registered name, or a CSV or Parquet path.")] = "station",
    target: Annotated[str | None, typer.Option(help="For a path: the column to predict.")] = None,
    ordered: Annotated[bool | None, typer.Option("--ordered", help="For a path: its rows are in time.")] = None,
    time: Annotated[str | None, typer.Option(help="For a path: the column to sort by; implies --ordered.")] = None,
    missing: Annotated[str | None, typer.Option(help="Rows with missing values: refuse or drop. [refuse]")] = None,
    plugin: Annotated[
        list[str] | None, typer.Option(help="A Python file with the generator, not installed. Repeatable.")
    ] = None,
    split: Annotated[str, typer.Option(help="auto, random or blocked.")] = "auto",
    holdout_share: Annotated[float | None, typer.Option(help="Of a blocked split: as in `bench run`. [0.2]")] = None,
    seed: Annotated[int, typer.Option(help="Base seed: whose repeat 0 gives the train rows.")] = 0,
    profile: Annotated[str, typer.Option(help="quick or standard: what the defaults are, and the rows.")] = "standard",
    set_: Annotated[list[str] | None, typer.Option("--set", help="generator.param=value: fixed. Repeatable.")] = None,
    rows: Annotated[int | None, typer.Option(help="Cap on inner train rows. [the profile's]")] = None,
    device: Annotated[str, typer.Option(help="cpu or cuda; a plugin may know more.")] = "cpu",
    objective: Annotated[
        str, typer.Option(help="Families whose scores are averaged, or `overall`.")
    ] = "fidelity,detection,utility",
    guard: Annotated[str, typer.Option(help="Families whose scores multiply it; '' for none.")] = "privacy",
    seeds_per_split: Annotated[int, typer.Option(help="Fits of each setting, with different seeds; averaged.")] = 1,
    trials: Annotated[int | None, typer.Option(help="Settings to try, over all calls. [20, unless --minutes]")] = None,
    minutes: Annotated[float | None, typer.Option(help="No new trial starts after this time.")] = None,
    timeout: Annotated[float | None, typer.Option(help="Seconds a fit with its scoring may take. [no limit]")] = None,
    space: Annotated[Path | None, typer.Option(help="A TOML file of search spaces. [the generator's own]")] = None,
    study: Annotated[
        Path | None, typer.Option(help="Folder of what was tried, to go on from. [runs/tune-<generator>-<hash>]")
    ] = None,
    out: Annotated[Path, typer.Option(help="The TOML file to write; the history goes beside it.")] = Path("tuned.toml"),
    force: Annotated[bool, typer.Option("--force", help="Replace files.")] = False,
) -> None:
    """Search a generator's parameters on train rows only; write those of the best trial for `bench run --config`."""
    from bench.planning import options
    from bench.workflows.tuning import objectives, output_files, search, setup

    given: dict[str, object] = {"dataset": dataset, "target": target, "ordered": ordered, "time": time}
    given |= {"missing": missing, "generators": generator, "split": split, "seed": seed, "profile": profile}
    given |= {"set": set_, "rows": rows, "device": device, "seeds_per_split": seeds_per_split}
    given |= {"plugins": plugin, "holdout_share": holdout_share}
    config = options.build({key: value for key, value in given.items() if value is not None})
    budget, say = search.TuningBudget(trials, minutes, timeout), partial(print, flush=True)
    output_files.refuse_existing(out, force=force)
    prepared = setup.prepare_tuning(config, space, objectives.parse_objective(objective, guard))
    search.tune(prepared, budget, out, say, study=study, force=force)


@app.command()
def reproduce(
    study: Annotated[str | None, typer.Option(help="A registered study of published models. [the first]")] = None,
    dataset: Annotated[str | None, typer.Option(help="A registered name. [the study's own]")] = None,
    seeds: Annotated[int, typer.Option(help="Fits of each configuration.")] = 5,
    only: Annotated[
        list[str] | None, typer.Option(help="Presets, separated by commas or repeated; no experiments. [all]")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The page; .json beside it. [docs/results/<study>.md]")] = None,
    workers: Annotated[int | None, typer.Option(help="Fits at once, one thread each. [cores]")] = None,
    render_only: Annotated[bool, typer.Option("--render-only", help="Fit nothing; write the page anew.")] = False,
) -> None:
    """Refit published models under their own protocol, leaks included; write what was said beside what comes out."""
    from bench.planning import options
    from bench.workflows.reproduction import reproduce as reproduction

    names = tuple(name for names in only or () for name in names.split(",") if name)
    at_once = options.operation({"workers": workers}).workers
    wanted = reproduction.ReproductionOptions(seeds, names, out, at_once, render_only)
    print(f"wrote {reproduction.reproduce_registered(study, dataset, wanted, partial(print, flush=True))}")
