"""``train`` and ``runs``: the same store and the same engine as the app's."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.cli.errors import write_output
from explorer.cli.networks import add_network_options, spec_of
from explorer.cli.parsers import add_command, add_format_option, add_output_option, print_answer
from explorer.jobs.text import printable

if TYPE_CHECKING:
    from explorer.training.engine.recipe import Recipe
    from explorer.training.runs.store import RunStore

TRAIN = """\
Train a network in a separate process and show its progress. Ctrl-C stops the run cleanly; it
can be resumed later, here or in the app, which shows the same runs.

examples:
  python -m explorer train mini_resnext --data synthetic --epochs 2
  python -m explorer train mini_resnext --data cifar10 --epochs 10
  python -m explorer train mini_resnext --data cifar10-images.zip --epochs 2 --limit 2000
  python -m explorer train resnext29_32x4d --data my_images/ --classes 3 --recipe authors
  python -m explorer train resnext29_8x64d --data /shared/cifar10-images.zip --on ray --detach

data: synthetic (generated, no download), cifar10 (from Keras's cache, or downloaded), or a path:
CIFAR-10's official archive or folder, or a folder or zip file of images train/CLASS/*.
"""

RUNS = """\
Show and control training runs. ID is a run's id, or a unique part of it.

examples:
  python -m explorer runs list
  python -m explorer runs show ID
  python -m explorer runs pause ID
  python -m explorer runs resume ID
  python -m explorer runs stop ID
  python -m explorer runs export ID -o curve.csv
  python -m explorer runs delete ID
"""


def add_commands(commands: Any) -> None:
    """Add the commands to the main parser."""
    train = add_command(commands, "train", "train a network", TRAIN, run_train)
    train.add_argument("name", metavar="NAME", help="a network, such as mini_resnext")
    add_recipe_options(train)
    train.add_argument(
        "--seed", type=int, metavar="N", help="random seed of the weights and of the image order"
    )
    train.add_argument(
        "--tensorboard", action="store_true", help="also write event files for TensorBoard"
    )
    train.add_argument("--label", metavar="TEXT", help="the run's name")
    train.add_argument(
        "--detach", action="store_true", help="start the run and return; runs show ID shows it"
    )
    add_on_option(train)
    add_network_options(train)
    add_runs_option(train)

    runs = add_command(commands, "runs", "show and control training runs", RUNS, run_runs)
    actions = runs.add_subparsers(metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="all runs, newest first")
    add_format_option(listing)
    show = actions.add_parser("show", help="state, recipe and epochs of one run")
    add_format_option(show, ("table", "json"))
    resume = actions.add_parser("resume", help="continue a run that was paused, stopped or killed")
    resume.add_argument("--detach", action="store_true", help="resume the run and return")
    add_on_option(resume)
    export = actions.add_parser("export", help="write the curve as CSV")
    add_output_option(export, None, required=False)
    others = {
        "stop": actions.add_parser("stop", help="stop a run; it can be resumed"),
        "pause": actions.add_parser("pause", help="pause a run"),
        "delete": actions.add_parser("delete", help="delete a run and its files"),
    }
    parsers = {"list": listing, "show": show, "resume": resume, "export": export, **others}
    for action, parser in parsers.items():
        if action != "list":
            parser.add_argument("id", metavar="ID")
        add_runs_option(parser)
        parser.set_defaults(action=action)


def add_recipe_options(parser: argparse.ArgumentParser) -> None:
    """Images and recipe of a run; `recipe_of` reads them."""
    parser.add_argument("--data", metavar="SOURCE", default="synthetic", help="see above")
    parser.add_argument("--epochs", type=int, metavar="N", help="number of epochs")
    parser.add_argument("--limit", type=int, metavar="N", help="use at most N images")
    parser.add_argument(
        "--test-limit",
        type=int,
        metavar="N",
        help="use at most N test images (default: a fifth of --limit, or all)",
    )
    parser.add_argument("--batch-size", type=int, metavar="N", help="images in a step")
    parser.add_argument("--learning-rate", type=float, metavar="RATE", help="highest rate")
    parser.add_argument(
        "--recipe",
        default="short",
        metavar="NAME",
        help="recipe: short (the default), sprint, paper, authors or zoo",
    )


def run_train(arguments: argparse.Namespace) -> int:
    """Start a run and watch it."""
    from explorer.cli.progress import follow
    from explorer.formatting.numbers import counted
    from explorer.training.runs.forecast import forecast, images_of
    from explorer.training.runs.scheduler import start
    from explorer.training.runs.store import RunStore, default_runs

    spec, recipe = spec_of(arguments.name, arguments), recipe_of(arguments)
    store = RunStore(default_runs() if arguments.runs is None else arguments.runs)
    expected = forecast([spec], recipe, images_of(arguments.data), store.list(), on=arguments.on)
    print(expected.text, flush=True)
    run = start(store, spec, recipe, arguments.data, arguments.label, arguments.on)
    print(f"Run {run}: {spec.name} on {arguments.data}, {counted(recipe.epochs, 'epoch')}.")
    if arguments.detach:
        return 0
    return follow(store, run)


def recipe_of(arguments: argparse.Namespace) -> Recipe:
    """The recipe of this name with the changes that were asked for."""
    from explorer.training.engine.recipe import Recipe

    base = Recipe.from_name(arguments.recipe)
    options = ("epochs", "limit", "test_limit", "batch_size", "learning_rate", "seed")
    changes = {
        name: value for name in options if (value := getattr(arguments, name, None)) is not None
    }
    if getattr(arguments, "tensorboard", False):
        changes["tensorboard"] = True
    if 0 < changes.get("epochs", base.epochs) < 4 * base.warmup_epochs:
        changes["warmup_epochs"] = changes.get("epochs", base.epochs) / 4  # as in the app
    return Recipe.from_name(arguments.recipe, **changes)


def run_runs(arguments: argparse.Namespace) -> int:
    """Look at runs, or steer one."""
    from explorer.cli import progress, run_tables
    from explorer.training.runs.scheduler import halt, resume, tick
    from explorer.training.runs.store import RunStore, default_runs

    store = RunStore(default_runs() if arguments.runs is None else arguments.runs)
    action = arguments.action
    tick(store)
    if action == "list":
        known = store.list()
        print_answer(run_tables.listing(known), arguments.format)
        for reason in store.damaged(known).values():
            print(printable(reason), file=sys.stderr)
        return 0
    run = find(store, arguments.id)
    if action == "show":
        print(run_tables.details(store.snapshot(run), arguments.format))
    elif action == "export":
        text = store.export_csv(run)
        if arguments.output is None:
            sys.stdout.write(text)
        else:
            write_output(arguments.output, text)
            print(f"Wrote {arguments.output}.", file=sys.stderr)
    elif action == "delete":
        store.delete(run)
        print(f"Deleted {run}.")
    elif action == "resume":
        resume(store, run, arguments.on)
        print(f"Resumed {run}.")
        return 0 if arguments.detach else progress.follow(store, run)
    else:
        halt(store, run, action)
        state = progress.settle(store, run)
        print(f"Run {run} is {state}.")
    return 0


def find(store: RunStore, text: str) -> str:
    """The run with this id, or the only one whose id contains this text.

    Raises:
        RunError: No run matches, or several do.
    """
    from explorer.training.engine.errors import RunError

    known = store.ids()
    found = [text] if text in known else [run for run in known if text and text in run]
    if len(found) == 1:
        return found[0]
    if found:
        raise RunError(f"several runs match {text[:80]!r}, such as {found[0]} and {found[1]}")
    raise RunError(f"there is no run {text[:80]!r} in {store.root}")


def add_on_option(
    parser: argparse.ArgumentParser, default: str = "$RESNEXT_LAUNCHER, else local"
) -> None:
    """Who starts the runs; the default in words."""
    parser.add_argument(
        "--on",
        metavar="LAUNCHER",
        help="local (this machine's queue), ray (a Ray cluster that this machine belongs to), "
        f"ray://ADDRESS or slurm (default: {default})",
    )


def add_runs_option(parser: argparse.ArgumentParser) -> None:
    """The folder of the runs."""
    parser.add_argument(
        "--runs",
        type=_folder,
        metavar="DIR",
        help="folder of the runs (default: $RESNEXT_RUNS, else ./runs)",
    )


def _folder(text: str) -> Path:
    """The path of a folder, or of one that does not exist yet."""
    path = Path(text)
    if not text or (path.exists() and not path.is_dir()):
        raise argparse.ArgumentTypeError(f"must be a folder; received {text!r}")
    return path
