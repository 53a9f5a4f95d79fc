"""Processes, folders and the page cache: whatever must be put back in order when a run ends."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("COVE_CACHE") or Path.home() / ".cache" / "cove-test")
TICKS = os.sysconf("SC_CLK_TCK")


class Failed(Exception):
    """The run cannot go on; the message is for the user."""


class Lab:
    """Owns what a run starts and makes; leaving it stops and removes all of that, the newest first."""

    def __init__(self):
        self._stack = contextlib.ExitStack()

    def __enter__(self):
        # Both stay in memory: the bytes served, so that no disk is measured, and nothing else.
        self.memory = self._folder("/dev/shm")
        self.disk = self._folder(None)
        return self

    def __exit__(self, *error):
        # A second Ctrl-C must not cut the tidying short.
        with deaf_to_interrupts():
            self._stack.close()

    def _folder(self, parent):
        path = Path(tempfile.mkdtemp(prefix="cove-buckets-", dir=parent))
        self._stack.callback(shutil.rmtree, path, ignore_errors=True)
        return path

    def finally_do(self, action, *arguments):
        self._stack.callback(action, *arguments)

    def start(self, command, log, **options):
        """Starts a server that ends with the run; a Ctrl-C at the terminal does not reach it before its turn."""
        process = spawn(command, log, **options)
        self.finally_do(stop, process)
        return process


def spawn(command, log, environment=None, **options):
    with open(log, "ab") as output:
        return subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=options.pop("stdout", output),
            stderr=output,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
            **options,
        )


def stop(process, patience=20):
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def deaf_to_interrupts():
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run(*command, **options):
    """Runs a command to its end and returns what it printed; a command that fails ends the run."""
    words = [str(word) for word in command]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, **options)
    if done.returncode != 0:
        tail = (done.stderr or done.stdout).strip().splitlines()[-3:]
        raise Failed(f"{' '.join(words)[:200]}: exit {done.returncode}: {' / '.join(tail)}")
    return done.stdout


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(what, condition, seconds, pause=0.005):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise Failed(f"waited {seconds} s for {what}")
        time.sleep(pause)
    return found


def drop_page_cache():
    """Empties the kernel's page cache; False where this user may not."""
    os.sync()
    try:
        Path("/proc/sys/vm/drop_caches").write_text("3\n")
        return True
    except PermissionError:
        command = ["sudo", "-n", "sh", "-c", "echo 3 > /proc/sys/vm/drop_caches"]
        return bool(shutil.which("sudo")) and subprocess.run(command, capture_output=True).returncode == 0


def _stat(pid):
    # The name in parentheses may hold blanks.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _processes():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def family(pid):
    """The process and all that descend from it."""
    parents = {}
    for other in _processes():
        with contextlib.suppress(OSError):
            parents[other] = int(_stat(other)[1])
    found = [pid]
    for parent in found:
        found += [child for child, its_parent in parents.items() if its_parent == parent]
    return found


def cpu_seconds(pid):
    """User and system time of the process, its children and those that it has waited for."""
    total = 0
    for member in family(pid):
        with contextlib.suppress(OSError):
            total += sum(int(ticks) for ticks in _stat(member)[11:15])
    return total / TICKS


def peak_megabytes(pid):
    """The most memory that was resident, of the process and its children together."""
    total = 0
    for member in family(pid):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{member}/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    total += int(line.split()[1]) * 1024
    return total / 1e6


def process_with_argument(*arguments):
    """The process whose command line holds all of the arguments."""
    wanted = {str(argument).encode() for argument in arguments}
    for pid in _processes():
        with contextlib.suppress(OSError):
            if wanted <= set(Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")):
                return pid
    return None
