"""The data file of docs/claim.md from the two sweeps that were run, and the tables of that page.

    python benchmarks/claim.py --runs runs

The sweeps are found by their names, "claim A" and "claim B". A network that both have was trained
once, in A. Every run must have finished; those that did not are named.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from explorer.analysis.formats import csv_text, markdown, of_dicts
from explorer.sweeps import claim
from explorer.sweeps.board import SweepBoard
from explorer.sweeps.design import Design, designed
from explorer.sweeps.plan import find
from explorer.sweeps.results import Results
from explorer.sweeps.text import to_csv
from explorer.sweeps.widths import Costs
from explorer.training.runs.store import RunStore

TABLE = Path(claim.__file__).with_name(claim.TABLE)
B = Design(
    {"depth": (20,), "cardinality": (1, 2, 4, 8, 16, 32)},
    at="equal-params", channels=64, widths="per-stage",
)  # fmt: skip


def main() -> None:
    """Write the file and print what it says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, required=True)
    root = parser.parse_args().runs
    board = SweepBoard(RunStore(root))
    shared = {trial.spec for trial in designed(B, Costs("equal-params")).trials}
    rows = []
    for letter in claim.AT:
        found = board.results(find(root, f"claim {letter}"))
        check(found)
        both = {trial.label for trial in found.plan.trials if trial.spec in shared}
        for row in csv.DictReader(to_csv(found).splitlines()):
            in_both = letter == "A" and row["network"] in both
            rows.append({**row, "sweep": "AB" if in_both else letter})
    TABLE.write_text(csv_text(*of_dicts(rows)), encoding="utf-8")
    print(f"{len(rows)} runs are in {TABLE}.\n\n{claim.data()}")
    for letter, at in claim.AT.items():
        header, networks = of_dicts(claim.table(letter))
        print(f"\nSweep {letter}, {at}\n\n{markdown(header, list(networks))}\n")
        for difference in claim.differences(letter):
            print(f"- {difference.text}")


def check(found: Results) -> None:
    """Stop if a run has not finished."""
    missing = [row for row in found.rows if row.state != "finished"]
    if missing:
        names = ", ".join(found.plan.run_name(row.trial, row.seed) for row in missing)
        raise SystemExit(f"{len(missing)} runs have not finished: {names}.")


if __name__ == "__main__":
    main()
