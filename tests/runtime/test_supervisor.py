"""The supervisor: real processes, real signals."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.runtime.conftest import PROJECT
from wenyuan.runtime.home import Home
from wenyuan.runtime.locks import LockTaken, held, holder_of
from wenyuan.runtime.postgres import Answer, EmbeddedPostgres, answer
from wenyuan.runtime.processes import server_in
from wenyuan.runtime.supervisor import wait_for_leftovers

# A part that writes its number, says that it is ready, and leaves a line when it is asked to stop.
PART = """
import os, signal, subprocess, sys, time
folder, name = sys.argv[1:3]
def stop(number, frame):
    with open(folder + "/order", "a") as file:
        file.write(name + " stopped\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, signal.SIG_IGN if "deaf" in sys.argv else stop)
if "family" in sys.argv:
    grandchild = subprocess.Popen(
        [sys.executable, "-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"]
    )
    with open(folder + "/grandchild", "w") as file:
        file.write(str(grandchild.pid))
with open(folder + "/order", "a") as file:
    file.write(name + " started\\n")
if "brief" in sys.argv:
    sys.exit(7)
print("signed in with password=hush from 13800138000", flush=True)
with open(folder + "/" + name + ".new", "w") as file:
    file.write(str(os.getpid()))
os.replace(folder + "/" + name + ".new", folder + "/" + name)
time.sleep(600)
"""

UP = """
import json, os, sys
from pathlib import Path
from wenyuan.runtime.home import Home
from wenyuan.runtime.keeper import keeper_part
from wenyuan.runtime.logs import configure_logging
from wenyuan.runtime.problem import Problem
from wenyuan.runtime.probes import file_probe
from wenyuan.runtime.supervisor import Part, Supervisor, exit_with
folder = Path(sys.argv[1])
home = Home(folder / "home")
home.prepare()
configure_logging(file=home.logs / "up.log")
parts = []
for name, *options in json.loads(sys.argv[2]):
    if name == "database":
        parts.append(keeper_part(home=home, environ=os.environ))
        continue
    parts.append(Part(
        name=name,
        argv=(sys.executable, sys.argv[3], str(folder), name, *options),
        env={**os.environ, "PART_PASSWORD": "hush-in-the-environment"},
        ready=file_probe(folder / name),
        grace_s=0.5 if "deaf" in options else 10,
        start_timeout_s=1 if "brief" in options else 30,
    ))
try:
    sys.exit(Supervisor(parts, home=home, on_ready=(folder / "ready").touch).run())
except Problem as problem:
    sys.exit(exit_with(problem))
"""


class Up:
    """A supervisor in a process of its own, over a folder in which its parts leave their numbers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = Home(folder / "home")
        self._started: list[subprocess.Popen[str]] = []
        (folder / "part.py").write_text(PART)
        (folder / "up.py").write_text(UP)

    def start(self, *parts: list[str], wait: bool = True) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, self.folder / "up.py", self.folder, json.dumps(parts), self.folder / "part.py"],
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            stderr=subprocess.PIPE,
            text=True,
        )
        self._started.append(process)
        if wait:
            eventually((self.folder / "ready").exists, "all parts are ready")
        return process

    def pid(self, name: str) -> int:
        return int((self.folder / name).read_text())

    def order(self) -> list[str]:
        return (self.folder / "order").read_text().splitlines()

    def close(self) -> None:
        for process in self._started:
            if process.poll() is None:
                process.kill()
            process.communicate()
        left = [self.pid(name) for name in ("web", "worker", "grandchild") if (self.folder / name).exists()]
        eventually(lambda: not any(is_running(pid) for pid in left), "all parts ended")


@pytest.fixture
def up(open_folder: Path) -> Iterator[Up]:
    supervisor = Up(open_folder)
    yield supervisor
    supervisor.close()


def is_running(pid: int) -> bool:
    """Whether a process is there and not a zombie, which a machine without an init leaves."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return False
    return subprocess.run(["ps", "-p", str(pid)], capture_output=True).returncode == 0


def eventually(is_so: Callable[[], bool], what: str, *, within_s: float = 20) -> float:
    """Wait until something holds, and give the seconds that took."""
    start = time.monotonic()
    while not is_so():
        assert time.monotonic() - start < within_s, f"{what}: not within {within_s} s"
        time.sleep(0.02)
    return time.monotonic() - start


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_parts_start_in_order_and_stop_in_reverse(up: Up, number: signal.Signals) -> None:
    process = up.start(["web"], ["worker"])

    process.send_signal(number)
    code = process.wait(timeout=20)

    assert code == 0
    assert up.order() == ["web started", "worker started", "worker stopped", "web stopped"]
    assert not is_running(up.pid("web"))


def test_a_killed_part_comes_back(up: Up) -> None:
    process = up.start(["web"], ["worker"])
    first, other = up.pid("web"), up.pid("worker")

    os.kill(first, signal.SIGKILL)
    seconds = eventually(lambda: up.pid("web") != first, "web came back")

    assert seconds < 5
    assert is_running(up.pid("web"))
    assert up.pid("worker") == other
    assert process.poll() is None


def test_a_part_whose_guard_is_killed_does_not_run_twice(up: Up) -> None:
    up.start(["web", "family"])
    first, grandchild = up.pid("web"), up.pid("grandchild")
    guard = os.getpgid(first)

    os.kill(guard, signal.SIGKILL)
    eventually(lambda: up.pid("web") != first, "web came back")

    assert not is_running(first)
    assert not is_running(grandchild)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux kills a program with its guard")
def test_a_part_outlives_neither_its_guard_nor_the_supervisor_when_both_are_killed_at_once(up: Up) -> None:
    process = up.start(["web"])
    web = up.pid("web")

    process.send_signal(signal.SIGSTOP)  # so that it cannot see what happens to the guard
    os.kill(os.getpgid(web), signal.SIGKILL)
    process.kill()

    eventually(lambda: not is_running(web), "the part ended", within_s=5)


def test_kill_9_of_the_supervisor_ends_children_and_grandchildren_within_five_seconds(up: Up) -> None:
    process = up.start(["web", "family"], ["worker", "deaf"])
    family = [up.pid("web"), up.pid("grandchild"), up.pid("worker")]
    assert all(is_running(pid) for pid in family)

    process.kill()
    seconds = eventually(lambda: not any(is_running(pid) for pid in family), "all ended")

    assert seconds < 5
    assert "web stopped" in up.order()


def test_who_comes_after_a_killed_supervisor_waits_until_its_parts_have_ended(up: Up) -> None:
    process = up.start(["web"], ["worker", "deaf"])
    deaf = up.pid("worker")
    wait_for_leftovers(up.home)
    assert is_running(deaf), "of a supervisor that runs nothing is left over"

    process.kill()
    process.wait()
    wait_for_leftovers(up.home)

    # The lock is free when the guard is gone, and it goes in the moment in which it kills its group.
    eventually(lambda: not is_running(deaf), "the deaf part ended", within_s=0.5)


def test_a_part_that_does_not_hear_is_killed_after_its_grace(up: Up) -> None:
    process = up.start(["web"], ["worker", "deaf"])
    deaf = up.pid("worker")

    process.terminate()
    code = process.wait(timeout=10)

    assert code == 0
    assert not is_running(deaf)
    assert up.order()[-1] == "web stopped"


def test_a_part_that_never_gets_ready_stops_the_start_with_an_error(up: Up) -> None:
    process = up.start(["web"], ["brief", "brief"], ["worker"], wait=False)

    code = process.wait(timeout=20)

    assert code == 1
    assert up.order()[:3] == ["web started", "brief started", "brief started"]
    assert up.order()[-1] == "web stopped"
    assert not (up.folder / "worker").exists()
    assert not (up.folder / "ready").exists()


def test_a_second_up_on_the_same_home_says_so(up: Up) -> None:
    first = up.start(["web"])

    second = up.start(["web"], wait=False)
    _, said = second.communicate(timeout=20)

    assert second.returncode == 3
    assert said == f"Wenyuan is already running on {up.home.path} (process {first.pid}).\n  kill {first.pid}\n"
    assert first.poll() is None


def test_nothing_secret_is_in_the_logs_or_on_the_terminal(up: Up) -> None:
    process = up.start(["web"])
    os.kill(up.pid("web"), signal.SIGKILL)
    eventually(lambda: len(up.order()) == 2, "web came back")

    process.terminate()
    _, terminal = process.communicate(timeout=20)

    logs = {path.name: path.read_text() for path in up.home.logs.iterdir()}
    assert logs["web.log"].splitlines()[0] == "signed in with password=[redacted] from [redacted]"
    events = [json.loads(line)["event"] for line in logs["up.log"].splitlines()]
    assert events[:3] == ["part started", "part ready", "all parts ready"]
    assert "part ended" in events
    assert "hush" not in terminal + "".join(logs.values())


def test_the_database_is_kept_and_outlives_every_kill(up: Up) -> None:
    process = up.start(["database"], ["web"])
    server = EmbeddedPostgres(up.home)
    cluster = up.home.database / "cluster"
    urls = server.urls()
    assert urls is not None
    first = server_in(cluster)
    assert first is not None

    os.kill(first, signal.SIGKILL)
    eventually(lambda: server_in(cluster) not in (None, first) and answer(urls.app_url) is Answer.YES, "database back")
    process.kill()
    eventually(lambda: not is_running(up.pid("web")), "web ended")
    (up.folder / "ready").unlink()
    again = up.start(["database"], ["web"])
    answered = answer(urls.app_url)
    again.terminate()
    code = again.wait(timeout=30)

    assert answered is Answer.YES
    assert code == 0
    assert server.status().pid is None


def test_a_lock_is_told_from_a_free_one_and_names_its_holder(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"

    before = holder_of(path)
    with held(path, wait_s=0):
        during = holder_of(path)
        with pytest.raises(LockTaken) as refused, held(path, wait_s=0.1):
            pass
    after = holder_of(path)

    assert (before, during, after) == (None, os.getpid(), None)
    assert refused.value.holder == os.getpid()


LISTENED_ON = """
import json, os, sys
from pathlib import Path
from wenyuan.runtime.address import Address
from wenyuan.runtime.home import Home
from wenyuan.runtime.listening import listening, told_of
from wenyuan.runtime.probes import file_probe
from wenyuan.runtime.supervisor import Part, Supervisor
folder = Path(sys.argv[1])
home = Home(folder / "home")
home.prepare()
SERVES = '''
import os, sys
from pathlib import Path
from wenyuan.runtime.listening import handed_down
told, folder = os.environ.get("HANDED_DOWN_LISTENERS", ""), Path(sys.argv[1])
held = [name for name in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{name}")
        and os.readlink(f"/proc/self/fd/{name}").startswith("socket:")] if sys.platform == "linux" else []
(folder / sys.argv[2]).write_text(f"{len(held)}")
for listener in handed_down(os.environ):
    while True:
        listener.accept()[0].sendall(b"here")
import time; time.sleep(600)
'''
with listening(Address("127.0.0.1", int(sys.argv[2])), setting="HERE") as machines:
    parts = [
        Part(name=name, argv=(sys.executable, "-c", SERVES, str(folder), name), env={**os.environ, **told_of(given)},
             ready=file_probe(folder / name), handed_down=given)
        for name, given in (("keeper", ()), ("machines", machines.descriptors))
    ]
    supervisor = Supervisor(parts, home=home, on_ready=(folder / "ready").touch, on_stopping=machines.close)
    sys.exit(supervisor.run())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_a_part_serves_the_socket_that_it_got_and_no_other_part_has_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        place = server.getsockname()
    up = subprocess.Popen([sys.executable, "-c", LISTENED_ON, str(tmp_path), str(place[1])], cwd=PROJECT)
    try:
        eventually((tmp_path / "ready").exists, "all parts are ready")

        with socket.create_connection(place, timeout=5) as client:
            assert client.recv(4) == b"here"
        assert (tmp_path / "keeper").read_text() == "0"
        assert (tmp_path / "machines").read_text() == "1"

        up.send_signal(signal.SIGKILL)
        up.wait()
        wait_for_leftovers(Home(tmp_path / "home"))
        with socket.create_server(place):
            pass  # the port is free
    finally:
        up.kill()
        up.wait()
