"""``sweep`` and ``sweeps``: many networks at one cost, each with several seeds."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.cli.errors import UsageError, write_output
from explorer.cli.networks import add_network_options
from explorer.cli.parsers import add_command, add_format_option, add_output_option, print_answer
from explorer.cli.training import add_on_option, add_recipe_options, add_runs_option, recipe_of

if TYPE_CHECKING:
    from explorer.sweeps.design import Design
    from explorer.sweeps.plan import Plan
    from explorer.sweeps.results import Results
    from explorer.training.runs.store import RunStore

SWEEP = """\
Train many networks at one cost, each with several seeds. The runs are queued and the command
returns; each is a run like any other, so that the app and "runs" show it, too.

examples:
  python -m explorer sweep --grid cardinality=1,2,4,8,16,32 --at equal-macs --depth 29 \\
      --seeds 3 --data cifar10 --epochs 10 --dry-run
  python -m explorer sweep --grid cardinality=1,2,4,8,16,32 --at equal-macs --depth 20 \\
      --channels 64 --widths per-stage --rivals --seeds 3 --data cifar10 --epochs 10
  python -m explorer sweep --grid depth=20,29 cardinality=1,8,32 width=4,8,16 --sample 10

--at: each cardinality gets the width that brings its cost nearest to the budget, the cost of
--reference. equal-macs and equal-params are counted. equal-step-time takes, of each cardinality,
the network whose training step "time --train --batch N" measured nearest to the budget, N being the
recipe's batch; if one was not measured, the command that measures it is shown. How far each network
is from the budget is recorded and shown.
--widths: doubling, as in the paper, has one width for a network, doubled from stage to stage;
per-stage chooses the width of each stage and comes nearer to the budget.
--rivals: the reference made wider, and made deeper, to twice its cost, as in the paper's table 4.

data: as of the command train.
"""

SWEEPS = """\
Show and control sweeps. ID is a sweep's id or name, or a unique part of it.

examples:
  python -m explorer sweeps list
  python -m explorer sweeps show ID
  python -m explorer sweeps stop ID
  python -m explorer sweeps resume ID
  python -m explorer sweeps seeds ID 5
  python -m explorer sweeps export ID -o sweep.html
  python -m explorer sweeps delete ID --runs-too
"""
ENDINGS = (".csv", ".json", ".html")


def add_commands(commands: Any) -> None:
    """Add the commands to the main parser."""
    sweep = add_command(commands, "sweep", "train many networks at one cost", SWEEP, run_sweep)
    sweep.add_argument(
        "--grid",
        nargs="+",
        default=[],
        metavar="cardinality=1,8,32",
        help="choices to combine: depth, cardinality, resolution, and width without --at",
    )
    sweep.add_argument("--depth", type=int, metavar="N", help="the same as depth=N in the grid")
    sweep.add_argument(
        "--at",
        default="",
        metavar="BUDGET",
        help="equal-macs, equal-params or equal-step-time",
    )
    sweep.add_argument(
        "--reference",
        default="",
        metavar="CxDd",
        help="whose cost is the budget (default: one path, a quarter of the channels: 1x64d)",
    )
    sweep.add_argument(
        "--widths", default="doubling", metavar="HOW", help="doubling (the default) or per-stage"
    )
    sweep.add_argument(
        "--channels", type=int, metavar="N", help="of the first stage's output (default 256)"
    )
    sweep.add_argument(
        "--within", type=float, metavar="PERCENT", help="deviation that counts as equal (default 3)"
    )
    sweep.add_argument(
        "--rivals", action="store_true", help="add a wider and a deeper one at twice the cost"
    )
    sweep.add_argument("--sample", type=int, metavar="N", help="draw N networks at random")
    sweep.add_argument(
        "--sample-seed", type=int, default=0, metavar="N", help="decides which (default 0)"
    )
    sweep.add_argument(
        "--seeds", type=int, default=1, metavar="N", help="runs of each network (default 1)"
    )
    add_recipe_options(sweep)
    sweep.add_argument("--label", default="", metavar="TEXT", help="the sweep's name")
    add_on_option(sweep)
    sweep.add_argument(
        "--dry-run", action="store_true", help="show the plan with costs and time; start nothing"
    )
    add_network_options(sweep, only=("classes", "form", "padding"))
    add_runs_option(sweep)

    sweeps = add_command(commands, "sweeps", "show and control sweeps", SWEEPS, run_sweeps)
    actions = sweeps.add_subparsers(metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="all sweeps, newest first")
    show = actions.add_parser("show", help="each network of a sweep with its error over the seeds")
    add_format_option(show)
    export = actions.add_parser("export", help="write every run as CSV, JSON or one HTML page")
    add_output_option(export, "*.csv, *.json or *.html")
    seeds = actions.add_parser("seeds", help="train every network with more seeds")
    resume = actions.add_parser("resume", help="continue all its runs, start missing ones")
    add_on_option(resume, "the launcher that the sweep was started or last resumed with")
    delete = actions.add_parser("delete", help="delete a sweep; keep its runs")
    delete.add_argument("--runs-too", action="store_true", help="delete its runs and their files")
    parsers = {
        "list": listing,
        "show": show,
        "stop": actions.add_parser("stop", help="stop all its runs; they can be resumed"),
        "resume": resume,
        "seeds": seeds,
        "export": export,
        "delete": delete,
    }
    for action, parser in parsers.items():
        if action != "list":
            parser.add_argument("id", metavar="ID")
        add_runs_option(parser)
        parser.set_defaults(action=action)
    seeds.add_argument("seeds", type=int, metavar="N", help="seeds of each network in all")


def run_sweep(arguments: argparse.Namespace) -> int:
    """Plan a sweep, show it and start it."""
    from explorer.formatting.numbers import counted
    from explorer.sweeps import control
    from explorer.sweeps.results import expected
    from explorer.sweeps.text import plan_text
    from explorer.training.runs.scheduler import max_runs

    store = _store(arguments)
    plan = control.planned(
        design_of(arguments),
        recipe_of(arguments),
        arguments.data,
        arguments.seeds,
        arguments.label,
        arguments.on,
    )
    each, whole, reason = expected(plan, store.list(), max_runs())
    print(plan_text(plan, each, whole, reason), flush=True)
    if arguments.dry_run:
        return 0
    plan = control.start(store, plan)
    where = "" if arguments.runs is None else f" --runs {arguments.runs}"
    print(f"Sweep {plan.id}: {counted(len(plan.runs), 'run')}. To see it:")
    print(f"  python -m explorer sweeps show {plan.id}{where}")
    return 0


def design_of(arguments: argparse.Namespace) -> Design:
    """What the arguments ask for.

    Raises:
        UserError: A rule of the grid or of the design is broken.
    """
    from explorer.cost.grid import read_choices
    from explorer.sweeps.design import Design

    choices = read_choices(arguments.grid)
    if arguments.depth is not None:
        if "depth" in choices:
            raise UsageError("The depth is in the grid or in --depth. Received both.")
        choices["depth"] = (arguments.depth,)
    given = {"channels": arguments.channels, "sample": arguments.sample}
    if arguments.within is not None:
        given["tolerance"] = arguments.within / 100
    names = ("classes", "form", "padding")
    changes = ((n, value) for n in names if (value := getattr(arguments, n)) is not None)
    return Design(
        choices,
        at=arguments.at,
        reference=arguments.reference,
        widths=arguments.widths,
        rivals=arguments.rivals,
        sample_seed=arguments.sample_seed,
        changes=tuple(changes),
        **{name: value for name, value in given.items() if value is not None},
    )


def run_sweeps(arguments: argparse.Namespace) -> int:
    """Look at sweeps, or steer one."""
    from explorer.formatting.numbers import counted
    from explorer.jobs.text import printable
    from explorer.sweeps import control, plan, text
    from explorer.training.runs.scheduler import tick

    store, action = _store(arguments), arguments.action
    tick(store)
    if action == "list":
        plans, damaged = plan.read_plans(store.root)
        runs = store.list()
        print(text.sweeps_text([_results(each, runs) for each in plans]))
        for reason in damaged.values():
            print(printable(reason), file=sys.stderr)
        return 0
    sweep = plan.find(store.root, arguments.id)
    if action == "show":
        found = _results(plan.read_plan(store.root, sweep), store.list())
        print_answer(text.answer(found), arguments.format)
    elif action == "export":
        _export(_results(plan.read_plan(store.root, sweep), store.list()), arguments.output)
    elif action == "stop":
        stopped = counted(control.stop(store, sweep), "run")
        print(f"Stopping {stopped}. sweeps resume continues what was stopped.")
    elif action == "resume":
        _, resumed = control.resume(store, sweep, arguments.on)
        print(f"Resumed {sweep}: {counted(resumed, 'run')}.")
    elif action == "seeds":
        runs_now = len(control.set_seeds(store, sweep, arguments.seeds).runs)
        print(f"{sweep}: {counted(runs_now, 'run')}.")
    else:
        control.delete(store, sweep, arguments.runs_too)
        print(f"Deleted {sweep}{' and its runs' if arguments.runs_too else '; its runs stay'}.")
    return 0


def _export(found: Results, path: Path) -> None:
    from explorer.sweeps import text

    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise UsageError(f"The file must end in {', '.join(ENDINGS)}. Received {path.name[:80]!r}.")
    if ending == ".html":
        from explorer.sweeps.html import to_html as write
    else:
        write = {".csv": text.to_csv, ".json": text.to_json}[ending]
    write_output(path, write(found))
    print(f"Wrote {path}.", file=sys.stderr)


def _results(plan: Plan, runs: Any) -> Results:
    from explorer.sweeps.results import results
    from explorer.training.runs.scheduler import max_runs

    return results(plan, runs, together=max_runs())


def _store(arguments: argparse.Namespace) -> RunStore:
    from explorer.training.runs.store import RunStore, default_runs

    return RunStore(default_runs() if arguments.runs is None else arguments.runs)
