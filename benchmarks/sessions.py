"""Visitors who use the pages at the same time: how long each waits for the answer to a click.

    python benchmarks/sessions.py --sessions 20 --seconds 60
    python benchmarks/sessions.py --checkout ../before --checkout . --rounds 3

Starts the app of each checkout as its own process and drives it over Streamlit's websocket, with
the messages that a browser sends. A visitor picks a network, a form of the split or a page at
random, waits until the page is complete, then thinks for 1 to 4 seconds. With several checkouts
the rounds alternate, so that they meet the same load of the machine; the visitors' choices are
the same for each. Servers start cold unless ``--warm`` lets others visit first. Prints seconds
from the click to the end of the script run, the processor time of the server for each run, which
depends less on other work of the machine, and the server's memory.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

PAGES = ("architecture", "tables", "compare", "train", "learn")
NETWORK, FORM = "Preset", "Implementation of the paths"
PATIENCE = 120  # seconds for one answer
START = 60  # seconds for the server to start


@dataclass
class Visitor:
    """One browser: what it shows, and what it knows of the page."""

    choices: random.Random
    pages: tuple[str, ...]
    think: tuple[float, float]
    page_hashes: dict[str, str] = field(default_factory=dict)
    page: str = ""
    query: str = ""
    widgets: dict[str, str] = field(default_factory=dict)
    boxes: dict[str, Any] = field(default_factory=dict)
    cached: set[str] = field(default_factory=set)
    waits: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    async def visit(self, port: int, until: float) -> None:
        """Use the app until the clock of `time.perf_counter` says ``until``."""
        address = f"ws://localhost:{port}/_stcore/stream"
        await asyncio.sleep(self.choices.uniform(0, self.think[1]))
        async with connect(address, subprotocols=["streamlit"], max_size=None) as stream:
            await self.ask(stream)
            while time.perf_counter() < until:
                await asyncio.sleep(self.choices.uniform(*self.think))
                self.choose()
                await self.ask(stream)

    def choose(self) -> None:
        """Change the network, the form or the page."""
        what = self.choices.choice([NETWORK, FORM, "page"])
        if what == "page" or what not in self.boxes:
            self.page = self.page_hashes[self.choices.choice(self.pages)]
            return
        box = self.boxes[what]
        self.widgets[box.id] = self.choices.choice(list(box.options))

    async def ask(self, stream: Any) -> None:
        """Send what a browser sends after a click, and read until the run has finished."""
        message = BackMsg()
        state = message.rerun_script
        state.query_string = self.query
        state.page_script_hash = self.page
        state.cached_message_hashes.extend(self.cached)
        state.context_info.url = "http://localhost/"
        for key, value in self.widgets.items():
            widget = state.widget_states.widgets.add()
            widget.id, widget.string_value = key, value
        started = time.perf_counter()
        await stream.send(message.SerializeToString())
        while True:
            answer = ForwardMsg.FromString(await asyncio.wait_for(stream.recv(), PATIENCE))
            if self.hear(answer):
                break
        self.waits.append(time.perf_counter() - started)

    def hear(self, message: ForwardMsg) -> bool:
        """Take in one message; whether the run has finished."""
        kind = message.WhichOneof("type")
        if message.metadata.cacheable and message.hash:
            self.cached.add(message.hash)
        if kind == "navigation":
            self.page_hashes = {
                page.url_pathname or PAGES[0]: page.page_script_hash
                for page in message.navigation.app_pages
            }
            self.page = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            if element.WhichOneof("type") == "selectbox":
                self.keep(element.selectbox)
            elif element.WhichOneof("type") == "exception":
                self.errors.append(f"{element.exception.type}: {element.exception.message}")
        return (
            kind == "script_finished"
            and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
        )

    def keep(self, box: Any) -> None:
        """A list to choose from, with the value that the app gives it."""
        self.boxes[box.label] = box
        if box.set_value:
            self.widgets[box.id] = box.raw_value
        elif box.id not in self.widgets and box.options:
            self.widgets[box.id] = box.options[box.default]


@dataclass
class Server:
    """The app of one checkout."""

    checkout: Path
    port: int
    process: subprocess.Popen[bytes]
    waits: list[float] = field(default_factory=list)
    seconds: float = 0
    processor: float = 0
    peak: float = 0
    track: list[tuple[float, float]] = field(default_factory=list)

    def processor_seconds(self) -> float:
        """Processor time of the server itself since its start."""
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)

    def memory(self) -> float:
        """MiB in memory of the server itself, without processes that it started."""
        return psutil.Process(self.process.pid).memory_info().rss / 2**20


def start(checkout: Path) -> Server:
    """Start the app and wait until it answers."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    command += ["--server.port", str(port), "--server.headless", "true"]
    process = subprocess.Popen(command, cwd=checkout, stdout=subprocess.DEVNULL)
    health = f"http://localhost:{port}/_stcore/health"
    for _ in range(START * 10):
        with suppress(OSError), urllib.request.urlopen(health, timeout=1):
            return Server(checkout, port, process)
        time.sleep(0.1)
    process.kill()
    raise SystemExit(f"The app in {checkout} did not start within {START} s.")


def stop(server: Server) -> None:
    """End the app and what it started."""
    family = psutil.Process(server.process.pid).children(recursive=True)
    server.process.terminate()
    with suppress(subprocess.TimeoutExpired):
        server.process.wait(10)
    for process in [server.process, *family]:
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            process.kill()


async def drive(server: Server, arguments: argparse.Namespace, seed: int) -> list[str]:
    """One round of visitors; what went wrong."""
    think = (arguments.think[0], arguments.think[1])
    visitors = [
        Visitor(random.Random(1000 * seed + i), tuple(arguments.pages), think)
        for i in range(arguments.sessions)
    ]
    began, processor = time.perf_counter(), server.processor_seconds()
    watch = asyncio.create_task(_watch(server, began, arguments.track))
    until = began + arguments.seconds
    ends = await asyncio.gather(
        *(visitor.visit(server.port, until) for visitor in visitors), return_exceptions=True
    )
    watch.cancel()
    server.seconds += time.perf_counter() - began
    server.processor += server.processor_seconds() - processor
    server.waits += [wait for visitor in visitors for wait in visitor.waits]
    errors = [f"{type(end).__name__}: {end}" for end in ends if end is not None]
    return errors + [error for visitor in visitors for error in visitor.errors]


async def _watch(server: Server, began: float, every: float) -> None:
    """Note the server's memory now and then."""
    last = -every
    while True:
        now = time.perf_counter() - began
        memory = server.memory()
        server.peak = max(server.peak, memory)
        if every and now - last >= every:
            last = now
            server.track.append((now, memory))
            print(f"  {now:6.0f} s  {memory:6.0f} MiB  load {os.getloadavg()[0]:.1f}", flush=True)
        await asyncio.sleep(1)


def report(server: Server, sessions: int) -> str:
    """The figures of one checkout, in a line."""
    waits = sorted(server.waits)
    most = statistics.quantiles(waits, n=20)[-1]
    return (
        f"{server.checkout.name or server.checkout.resolve().name:<12} {sessions:4} sessions  "
        f"median {statistics.median(waits):6.3f} s  95 % {most:6.3f} s  max {waits[-1]:6.2f} s  "
        f"{len(waits) / server.seconds:5.1f} reruns/s  n {len(waits):5}  "
        f"processor {1000 * server.processor / len(waits):4.0f} ms each  "
        f"memory {server.memory():5.0f} MiB, at most {server.peak:5.0f} MiB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--checkout", type=Path, action="append", help="default: this one")
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60, help="of one round")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--think", type=float, nargs=2, default=(1, 4), metavar="SECONDS")
    parser.add_argument("--pages", nargs="+", default=PAGES, choices=PAGES)
    parser.add_argument(
        "--warm", type=float, default=0, help="seconds of visits that are not counted, before"
    )
    parser.add_argument("--track", type=float, default=0, help="print memory every so many seconds")
    arguments = parser.parse_args()
    checkouts = arguments.checkout or [Path(__file__).parents[1]]
    servers = [start(path.resolve()) for path in checkouts]
    try:
        for server in servers if arguments.warm else []:
            first = argparse.Namespace(**{**vars(arguments), "seconds": arguments.warm})
            asyncio.run(drive(server, first, -1))
            server.waits, server.seconds, server.processor = [], 0, 0
        for number in range(arguments.rounds):
            for server in servers:
                for error in dict.fromkeys(asyncio.run(drive(server, arguments, number))):
                    print(f"  {server.checkout.name}: {error}")
        load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
        print(f"{os.cpu_count()} cores; load of the machine {load} (1, 5, 15 minutes)")
        for server in servers:
            print(report(server, arguments.sessions))
    finally:
        for server in servers:
            stop(server)


if __name__ == "__main__":
    main()
