"""Starting, stopping and resuming a sweep, on run folders and without processes."""

import json
import shutil
from dataclasses import replace

import pytest
from run_folders import trained

from explorer.sweeps import control
from explorer.sweeps.errors import SweepError
from explorer.sweeps.plan import Plan, find, plan_path, read_plan, read_plans, write_plan
from explorer.training.data.errors import DataError
from explorer.training.engine.errors import RunError
from explorer.training.runs import scheduler
from explorer.training.runs.leases import LeaseHeld


class Cluster:
    """A launcher that can be out of order."""

    name = "ray"

    def __init__(self, fault="", waiting=()):
        self.fault, self.waiting = fault, waiting

    def check(self, store):
        if self.fault:
            raise RunError(self.fault)

    def start(self, store, runs):
        pass

    def cancel(self, store, run):
        pass

    def alive(self, store, run):
        return run in self.waiting


@pytest.fixture
def cluster(monkeypatch):
    """What every other name than local means."""
    made = Cluster()
    monkeypatch.setattr(
        scheduler,
        "launcher_of",
        lambda given=None: scheduler.LocalLauncher() if given == "local" else made,
    )
    return made


def states(store, plan):
    return {place: store.state(run).state for place, run in plan.runs.items()}


def test_every_network_gets_every_seed_and_the_plan_says_where(store, make):
    plan = control.start(store, make(seeds=2))
    assert set(plan.runs) == {(trial, seed) for trial in range(3) for seed in (0, 1)}
    assert read_plan(store.root, plan.id) == plan
    for (trial, seed), run in plan.runs.items():
        snapshot = store.snapshot(run)
        assert snapshot.spec == plan.trials[trial].spec
        assert snapshot.recipe == replace(plan.recipe, seed=seed)
        assert snapshot.state == "queued"
    # Queued seed by seed: all networks with the first, then all with the second.
    places = sorted(plan.runs, key=lambda place: store.state(plan.runs[place]).place)
    assert [seed for _, seed in places] == [0, 0, 0, 1, 1, 1]


def test_stop_and_resume(store, make):
    plan = control.start(store, make())
    done = trained(store, plan.runs[0, 0])
    assert control.stop(store, plan.id) == 5
    assert sorted(states(store, plan).values()) == ["finished"] + ["stopped"] * 5
    assert control.resume(store, plan.id) == (plan, 5)
    assert sorted(states(store, plan).values()) == ["finished"] + ["queued"] * 5
    assert store.state(done).state == "finished"


def test_resume_starts_again_what_was_deleted(store, make):
    plan = control.start(store, make())
    gone = plan.runs[1, 1]
    store.delete(gone)
    again, resumed = control.resume(store, plan.id)
    assert resumed == 1
    assert again.runs[1, 1] != gone
    assert {place: run for place, run in again.runs.items() if place != (1, 1)} == {
        place: run for place, run in plan.runs.items() if place != (1, 1)
    }
    assert len(store.ids()) == 6


def test_runs_that_were_started_and_not_written_down_are_found_again(store, make, monkeypatch):
    """A kill between the creation of runs and the plan that names them starts nothing twice."""
    plan = make()
    real = write_plan
    writes = []

    def killed(root, written):
        writes.append(written)
        if len(writes) == 2:  # the first is the plan itself
            raise KeyboardInterrupt
        real(root, written)

    monkeypatch.setattr(control, "write_plan", killed)
    with pytest.raises(KeyboardInterrupt):
        control.start(store, plan)
    monkeypatch.undo()
    monkeypatch.setattr("explorer.training.runs.scheduler.tick", lambda store: None)
    assert read_plan(store.root, plan.id).runs == {}
    lost = set(store.ids())
    assert len(lost) == 3
    resumed, started = control.resume(store, plan.id)
    assert started == 3
    assert len(resumed.runs) == len(store.ids()) == 6
    assert lost < set(resumed.runs.values())


def test_seeds_are_added_later_and_never_taken_away(store, make):
    plan = control.start(store, make(seeds=1))
    more = control.set_seeds(store, plan.id, 3)
    assert more.seeds == (0, 1, 2)
    assert len(more.runs) == len(store.ids()) == 9
    assert plan.runs.items() <= more.runs.items()
    with pytest.raises(SweepError, match=r"has 3\. Received 2"):
        control.set_seeds(store, plan.id, 2)
    with pytest.raises(SweepError, match="1 to 100 different seeds"):
        control.set_seeds(store, plan.id, 101)


def test_deleting_a_sweep_keeps_its_runs_unless_asked(store, make):
    first, second = (control.start(store, make(seeds=1)) for _ in range(2))
    control.delete(store, first.id)
    assert len(store.ids()) == 6
    control.delete(store, second.id, runs=True)
    assert set(store.ids()) == set(first.runs.values())
    assert read_plans(store.root) == ([], {})
    with pytest.raises(SweepError, match="There is no sweep"):
        read_plan(store.root, first.id)


def test_a_run_that_cannot_start_leaves_the_others_in_the_plan(store, make, monkeypatch):
    real = scheduler.start_all

    def refuse(store, networks, recipe, source, **rest):
        if recipe.seed == 1:
            raise RunError("the disk of this host is almost full; try again later")
        return real(store, networks, recipe, source, **rest)

    monkeypatch.setattr(scheduler, "start_all", refuse)
    plan = make()
    with pytest.raises(RunError, match="almost full"):
        control.start(store, plan)
    assert len(read_plan(store.root, plan.id).runs) == len(store.ids()) == 3
    monkeypatch.setattr(scheduler, "start_all", real)
    plan, started = control.resume(store, plan.id)
    assert (len(plan.runs), started) == (6, 3)


def test_what_the_launcher_says_against_a_resume_is_heard(store, make, cluster):
    plan = control.start(store, make(launcher="ray"))
    control.stop(store, plan.id)
    cluster.fault = "no Ray cluster answers"
    with pytest.raises(RunError, match="no Ray cluster answers"):
        control.resume(store, plan.id)
    assert set(states(store, plan).values()) == {"stopped"}
    cluster.fault = ""
    assert control.resume(store, plan.id)[1] == 6


def test_a_used_up_quota_is_heard_and_what_it_let_through_goes_on(store, make, monkeypatch):
    plan = control.start(store, make())
    control.stop(store, plan.id)
    allowed = iter(range(2))

    def check(store, run):
        if next(allowed, None) is None:
            raise RunError("each visitor may have 2 runs at a time")

    monkeypatch.setattr(scheduler, "check_resume", check)
    with pytest.raises(RunError, match="2 runs at a time"):
        control.resume(store, plan.id)
    assert sorted(states(store, plan).values()) == ["queued"] * 2 + ["stopped"] * 4


def test_a_damaged_run_and_one_that_its_cluster_is_about_to_start_do_not_count(
    store, make, cluster, monkeypatch
):
    plan = control.start(store, make(launcher="ray"))
    control.stop(store, plan.id)
    damaged, waiting, taken, gone = (plan.runs[place] for place in [(0, 0), (1, 0), (2, 0), (0, 1)])
    store.folder(damaged).joinpath("spec.json").write_text("{")
    real = scheduler.resume

    def resume(store, run, on):
        if run == waiting:
            raise scheduler.AlreadyWaits("ray starts this run as soon as there is a place for it")
        if run == taken:
            raise LeaseHeld("another process is at work on it")
        if run == gone:
            shutil.rmtree(store.folder(run))
        real(store, run, on)

    monkeypatch.setattr(scheduler, "resume", resume)
    assert control.resume(store, plan.id)[1] == 2


def test_a_sweep_is_resumed_by_another_launcher_which_it_keeps(store, make, cluster):
    plan = control.start(store, make(launcher="ray"))
    control.stop(store, plan.id)
    cluster.fault = "no Ray cluster answers"
    again, resumed = control.resume(store, plan.id, "local")
    assert (again.launcher, resumed) == ("local", 6)
    assert read_plan(store.root, plan.id) == again
    assert {store.state(run).launcher for run in store.ids()} == {"local"}
    with pytest.raises(RunError, match="no Ray cluster answers"):
        control.resume(store, plan.id, "ray")
    with pytest.raises(RunError, match="must be local, ray"):
        control.resume(store, plan.id, "pigeon")
    assert read_plan(store.root, plan.id).launcher == "local"


def test_a_launcher_that_cannot_start_leaves_no_sweep_and_no_seeds(store, make, cluster):
    plan = make(launcher="ray", seeds=1)
    cluster.fault = "no Ray cluster answers"
    with pytest.raises(RunError, match="no Ray cluster answers"):
        control.start(store, plan)
    assert read_plans(store.root) == ([], {})
    cluster.fault = ""
    plan = control.start(store, plan)
    cluster.fault = "no Ray cluster answers"
    with pytest.raises(RunError, match="no Ray cluster answers"):
        control.set_seeds(store, plan.id, 2)
    assert read_plan(store.root, plan.id).seeds == (0,)


@pytest.mark.usefixtures("cluster")
def test_the_plan_keeps_its_launcher(store, make, monkeypatch):
    assert make().launcher == "local"
    with pytest.raises(RunError, match="must be local, ray"):
        make(launcher="carrier pigeon")
    plan, asked = make(launcher="ray://head:10001"), []

    def start_all(store, networks, recipe, source, on):
        asked.append(on)
        raise RunError("no cluster answers")

    monkeypatch.setattr(scheduler, "start_all", start_all)
    with pytest.raises(RunError, match="no cluster"):
        control.start(store, plan)
    assert asked == ["ray://head:10001"]
    assert read_plan(store.root, plan.id).launcher == plan.launcher


def test_a_source_that_does_not_fit_is_refused_before_anything_is_written(tmp_path):
    from explorer.sweeps.design import Design
    from explorer.training.engine.recipe import Recipe

    design = Design({"depth": (29,), "cardinality": (1,)}, at="equal-macs")
    with pytest.raises(DataError):
        control.planned(design, Recipe(), str(tmp_path / "nowhere"), 1)
    three = replace(design, changes=(("classes", 3),))
    with pytest.raises(DataError, match="set the network's classes"):
        control.planned(three, Recipe(), "synthetic", 1)


def test_a_plan_survives_its_file(store, make):
    plan = replace(make(rivals=True, sample=9), runs={(0, 0): "20260101-000000-abcdef"})
    assert Plan.from_dict(plan.id, json.loads(json.dumps(plan.to_dict()))) == plan


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"version": 2}, "version 1 is needed"),
        ({"trials": [], "runs": []}, "at least one network"),
        ({"trials": [{}]}, "spec"),
        ({"seeds": [0, 0]}, "different seeds"),
        ({"seeds": ["x"]}, "a whole number"),
        ({"runs": [{"trial": 9, "seed": 0, "run": "x"}]}, "trial must be below"),
        ({"name": "two\nlines"}, "one line"),
        ({"recipe": None}, "recipe must be an object"),
        ({"images": None}, "images"),
    ],
)
def test_a_damaged_plan_is_named_and_others_are_shown(store, make, change, reason):
    good, bad = (control.start(store, make(seeds=1)) for _ in range(2))
    path = plan_path(store.root, bad.id)
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(SweepError, match=reason):
        read_plan(store.root, bad.id)
    plans, damaged = read_plans(store.root)
    assert plans == [good]
    assert list(damaged) == [bad.id]
    path.write_text("{")
    assert list(read_plans(store.root)[1]) == [bad.id]


def test_ids_may_be_short_if_clear_and_cannot_leave_the_folder(store, make):
    first, second = (control.start(store, make(seeds=1)) for _ in range(2))
    assert find(store.root, first.id[-6:]) == first.id
    with pytest.raises(SweepError, match="Several sweeps match"):
        find(store.root, "three")
    shutil.rmtree(store.folder(second.runs[0, 0]))
    control.delete(store, second.id)
    assert find(store.root, "three") == first.id
    for text in ("", "zz", "../x"):
        with pytest.raises(SweepError, match="There is no sweep"):
            find(store.root, text)
    with pytest.raises(SweepError, match="There is no sweep"):
        read_plan(store.root, "../../etc/passwd")


def test_a_whole_name_is_clear_though_another_begins_with_it(store, make):
    short, long = (
        control.start(store, replace(make(seeds=1), name=name)) for name in ("claim A", "claim A2")
    )
    assert find(store.root, "claim A") == short.id
    assert find(store.root, "A2") == long.id
    dated = control.start(store, replace(make(seeds=1), name=short.id[:4]))
    assert find(store.root, short.id[:4]) == dated.id
    with pytest.raises(SweepError, match="Several sweeps match"):
        find(store.root, "claim")
    again = control.start(store, replace(make(seeds=1), name="claim A"))
    with pytest.raises(SweepError, match="Several sweeps match"):
        find(store.root, "claim A")
    assert find(store.root, again.id) == again.id


def test_the_plans_are_no_runs(store, make):
    plan = control.start(store, make(seeds=1))
    assert set(store.ids()) == set(plan.runs.values())
    assert store.damaged() == {}
