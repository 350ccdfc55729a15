"""Work in processes of its own: limits in all, the queue, and how it ends."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from waiting import until

from explorer.jobs import queue as queues
from explorer.jobs.job import QueuePlace
from explorer.jobs.processes import identity, processors
from explorer.jobs.questions import Question
from explorer.jobs.queue import PREFIX, Asker, JobQueue, machine_megabytes, max_jobs
from explorer.jobs.worker import THREADS
from explorer.jobs.worker_process import JobBug, JobError
from resnext.errors import InputError

pytestmark = pytest.mark.slow  # processes

HERE = Path(__file__).parent
LONG = 600.0  # of a nap that nobody waits for


@pytest.fixture(autouse=True)
def environment(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(HERE))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


@pytest.fixture
def make():
    made = []

    def make(slots=2, megabytes=4_000, **options):
        made.append(JobQueue(slots, megabytes, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()


def question(
    task="nap",
    megabytes=500,
    writes=False,
    reads=(),
    limit=60.0,
    arrays=None,
    alone=False,
    **request,
):
    request = {"seconds": 0.0, **request}
    return Question(
        f"worker_tasks:{task}", request, arrays or {}, limit, megabytes, reads, writes, alone
    )


def ask(queue, **options):
    return queue.submit(question(**options), Asker())


def is_gone(pid):
    return identity(pid) is None


def test_arrays_go_there_and_come_back(make):
    answer = ask(make(), arrays={"a": np.arange(3)}, name="it").wait()
    assert answer.values == {"name": "it"}
    assert answer.arrays["a"].tolist() == [0, 2, 4]
    with pytest.raises(ValueError, match="read-only"):
        answer.arrays["a"][0] = 1  # another session may hold it


@pytest.fixture
def gate(tmp_path):
    """A file; questions that name it are worked on until it is there."""
    return tmp_path / "gate"


def test_no_more_work_at_once_than_the_machine_may_do(make, gate):
    queue = make(slots=2)
    jobs = [ask(queue, gate=str(gate), name=i) for i in range(8)]
    assert [job.place() and job.place().ahead for job in jobs] == [None, None, 0, 1, 2, 3, 4, 5]
    until(lambda: len(queue.processes()) == 2)
    gate.touch()
    most = 0
    while not all(job.is_over for job in jobs):
        most = max(most, len(queue.processes()), len(queue.running))
        time.sleep(0.01)
    assert most == 2
    assert [job.wait().values["name"] for job in jobs] == list(range(8))


def test_no_more_memory_at_once_than_the_machine_may_give(make):
    queue = make(slots=4, megabytes=1_000)
    first, second, third = (ask(queue, seconds=LONG, megabytes=m, name=m) for m in (900, 600, 100))
    assert first.place() is None
    assert (second.place().ahead, third.place().ahead) == (0, 1)  # nobody is passed over
    first.close()
    until(lambda: second.place() is third.place() is None)
    large = ask(make(megabytes=100), megabytes=400)
    assert large.wait().values  # alone, it may


def test_what_measures_the_machine_has_it_for_itself(make, tmp_path):
    queue = make(slots=4)
    gates = [tmp_path / name for name in ("one", "two")]
    first = ask(queue, gate=str(gates[0]), name=1)
    measured = ask(queue, gate=str(gates[1]), name=2, alone=True)
    after = ask(queue, name=3)
    assert (measured.place().ahead, after.place().ahead) == (0, 1)
    gates[0].touch()
    until(lambda: measured.place() is None)
    assert first.is_over
    assert after.place() is not None
    gates[1].touch()
    assert [job.wait().values["name"] for job in (first, measured, after)] == [1, 2, 3]


def test_what_measures_the_machine_has_a_new_process_with_every_processor(make, monkeypatch):
    monkeypatch.delenv("TF_NUM_INTRAOP_THREADS", raising=False)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "5")
    queue = make()
    usual = [ask(queue, task="surroundings", number=n).wait().values for n in (1, 2)]
    alone = [ask(queue, task="surroundings", alone=True).wait().values for _ in range(2)]
    assert usual[0]["pid"] == usual[1]["pid"]
    # Asked again, it is measured again.
    assert len({one["pid"] for one in (*usual, *alone)}) == 3
    assert [one["cards"] for one in (usual[0], alone[0])] == ["-1", "5"]
    assert (usual[0]["threads"], alone[0]["threads"]) == (str(THREADS), str(processors()))


def test_the_place_in_the_queue_is_a_sentence(make):
    queue = make(slots=1)
    ask(queue, seconds=LONG)
    mine = queue.submit(question(seconds=LONG, name="mine"), Asker("me"))
    assert mine.place().sentence.startswith("A calculation of another visitor or tab has run for ")
    assert mine.place().sentence.endswith(" s; yours is next.")
    assert QueuePlace(True, 12.3, 2).sentence == (
        "Your own earlier calculation has run for 12 s; 2 others wait before yours."
    )


def test_what_is_closed_leaves_the_queue(make):
    queue = make(slots=1)
    first, second, third = (ask(queue, seconds=LONG, name=i) for i in range(3))
    second.close()
    assert third.place().ahead == 0
    (pid,) = until(queue.processes)
    first.close()
    until(lambda: is_gone(pid) and third.place() is None)
    with pytest.raises(JobError, match="cancelled"):
        first.poll()


def test_who_stops_waiting_leaves_the_queue(make, monkeypatch):
    queue = make(slots=1)
    monkeypatch.setattr(queues, "shared_queue", lambda: queue)
    ask(queue, seconds=LONG)

    def give_up(job):
        assert job.place().ahead == 0
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        queues.answer(question(name="other"), Asker(watch=give_up))
    assert not queue.waiting
    assert len(queue.jobs) == 1


def test_equal_questions_are_worked_on_once_and_remembered(make, tmp_path, gate):
    queue = make(slots=2)
    file = tmp_path / "weights"
    file.write_bytes(b"1")
    same = {"gate": str(gate), "reads": (file,)}
    first, second = ask(queue, **same), ask(queue, **same)
    assert first.run is second.run
    first.close()
    gate.touch()
    assert second.wait().values == {"name": None}
    assert ask(queue, **same).poll() is not None
    gate.unlink()
    file.write_bytes(b"22")
    assert ask(queue, **same).poll() is None


def test_the_files_of_an_answer_go_with_the_last_who_asked(make):
    queue = make()
    first, second = (ask(queue, task="write", writes=True) for _ in range(2))
    path = Path(first.wait().values["path"])
    first.close()
    assert path.read_bytes() == b"model"
    second.close()
    assert not path.parent.exists()
    again = ask(queue, task="write", writes=True)  # what is gone is not remembered
    assert Path(again.wait().values["path"]).exists()


def test_work_ends_with_the_session_that_asked(make):
    queue = make(slots=1, grace_seconds=0.1)
    here = threading.Event()
    here.set()
    job = queue.submit(question("write", writes=True, seconds=LONG), Asker("visitor", here.is_set))
    waiting = queue.submit(question(), Asker("visitor", here.is_set))
    until(lambda: job.phase)
    time.sleep(0.5)
    assert not job.is_over
    (pid,) = queue.processes()
    here.clear()
    until(lambda: not queue.jobs)
    until(lambda: is_gone(pid))
    until(lambda: not Path(job.phase).exists())
    assert not queue.waiting
    with pytest.raises(JobError, match="cancelled"):
        waiting.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_work_ends_with_the_program_by_whatever_death(number, tmp_path):
    program = f"""
import sys, time
sys.path[:0] = [{str(HERE)!r}, {str(HERE.parent)!r}]
from test_queue import JobQueue, Asker, question
queue = JobQueue(1, 1000)
job = queue.submit(question("write", writes=True, seconds={LONG}), Asker())
while not job.phase:
    time.sleep(0.02)
print(queue.processes()[0], job.phase, flush=True)
time.sleep({LONG})
"""
    server = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    with server.stdout:
        pid, folder = server.stdout.readline().split()
    assert Path(folder, "file").exists()
    server.send_signal(number)
    server.wait()
    until(lambda: is_gone(int(pid)))
    assert not list(tmp_path.glob(f"{PREFIX}*"))


def test_what_dead_programs_left_is_removed(make, tmp_path):
    owners = {
        "dead": {"pid": os.getpid(), "identity": "another boot:1"},
        "live": {"pid": os.getpid(), "identity": identity(os.getpid())},
    }
    for name, owner in owners.items():
        folder = tmp_path / f"{PREFIX}{name}"
        folder.mkdir()
        (folder / "owner.json").write_text(json.dumps(owner))
    ask(make()).wait()
    assert not (tmp_path / f"{PREFIX}dead").exists()
    assert (tmp_path / f"{PREFIX}live").exists()


def test_a_process_stays_for_the_next_question_and_is_replaced_when_it_dies(make, gate):
    queue = make()
    ask(queue, name=1).wait()
    (pid,) = queue.processes()
    ask(queue, name=2).wait()
    assert queue.processes() == [pid]
    os.kill(pid, signal.SIGKILL)  # as the system does when memory runs out
    assert ask(queue, name=3).wait().values == {"name": 3}
    assert queue.processes() != [pid]
    job = ask(queue, name=4, gate=str(gate))
    until(lambda: job.phase)
    (pid,) = queue.processes()
    os.kill(pid, signal.SIGKILL)  # in the middle of an answer
    gate.touch()
    assert job.wait().values == {"name": 4}


def test_a_process_without_a_question_ends(make):
    queue = make(idle_seconds=0.2)
    ask(queue).wait()
    until(lambda: not queue.processes())


def test_it_is_ended_when_it_takes_too_long_and_does_not_harm_the_next(make):
    queue = make(slots=1)
    with pytest.raises(JobError, match=r"ended after 0\.5 seconds"):
        ask(queue, seconds=LONG, limit=0.5).wait()
    assert ask(queue).wait()


def test_the_time_in_the_queue_is_not_counted(make, gate, monkeypatch):
    started = []

    class Clock(threading.Timer):
        def start(self):
            started.append(self.interval)
            super().start()

    monkeypatch.setattr(threading, "Timer", Clock)
    queue = make(slots=1)
    first, second = ask(queue, gate=str(gate), limit=500.0), ask(queue, limit=400.0, name=2)
    until(lambda: first.phase)
    assert started == [500.0]
    gate.touch()
    assert second.wait()
    assert started == [500.0, 400.0]


def test_refusals_deaths_and_bugs_are_different_errors(make):
    queue = make(slots=1)
    with pytest.raises(InputError, match=r"must be 1\. Received 2"):
        ask(queue, task="refuse").wait()
    with pytest.raises(JobBug, match="KeyError: 'ours'"):
        ask(queue, task="fail").wait()
    with pytest.raises(JobError, match=r"exit status 3\): The last words"):
        ask(queue, task="end").wait()
    with pytest.raises(InputError, match="gone cannot be read"):
        ask(queue, reads=(Path("gone"),))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="enforced on Linux")
def test_memory_is_bounded(make):
    queue = make(slots=1)
    with pytest.raises(JobError, match="more memory than it may take"):
        ask(queue, task="fill", megabytes=150).wait()
    assert ask(queue, task="fill", megabytes=1_000).wait().values["sum"] == 200 * 2**20


def test_a_host_can_set_how_much_is_done_at_once(monkeypatch):
    monkeypatch.setenv("RESNEXT_MAX_JOBS", "7")
    assert max_jobs() == 7
    monkeypatch.setenv("RESNEXT_MAX_JOBS", "none")
    with pytest.raises(JobError, match=r"whole number from 1\. Received 'none'"):
        max_jobs()
    monkeypatch.delenv("RESNEXT_MAX_JOBS")
    assert 2 <= max_jobs() <= 4
    assert machine_megabytes() > 100
