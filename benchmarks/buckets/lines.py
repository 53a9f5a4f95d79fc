"""The lines: what is done, with which tools, and what Cove has to reach."""

import dataclasses
import shutil
import statistics
import time
from collections.abc import Callable

from . import endless, lab, mounts, s3, servers, work

MEGA = 1e6
DELAY = "30ms"
CURL, COVE = "curl", "cove"
SMALL_MEMORY, MEMORY_ABOVE = 256 * servers.MIB / MEGA, 200
SMALL_WRITES = 800
MILLION = 1_000_000
FIRST_BYTES = 40


@dataclasses.dataclass(frozen=True)
class Row:
    """One figure of the table."""

    title: str
    unit: str
    more_is_better: bool = True
    limits: tuple["Limit", ...] = ()


@dataclasses.dataclass(frozen=True)
class Limit:
    """What Cove has to reach: its figure over that of another row or tool in the same round, or by itself."""

    bound: float
    at_least: bool = True
    tool: str = COVE
    # None: the same row.
    row: str | None = None

    def measure(self, key, rounds):
        """The median over the rounds; None where nothing was measured."""
        values = []
        for figures in rounds:
            mine = figures.get((key, COVE))
            other = figures.get((self.row or key, self.tool))
            if mine is not None and other:
                values.append(mine if self.is_absolute() else mine / other)
        return statistics.median(values) if values else None

    def is_absolute(self):
        return self.tool == COVE and self.row is None

    def met_by(self, value):
        return value is not None and (value >= self.bound if self.at_least else value <= self.bound)

    def text(self, unit):
        sign = "≥" if self.at_least else "≤"
        if self.is_absolute():
            return f"{sign} {self.bound:,.4g} {unit}"
        other = f"“{ROWS[self.row].title}”" if self.row else self.tool
        return f"{sign} {self.bound:g} × {other}"


def at_least(bound, tool=COVE, row=None):
    return Limit(bound, True, tool, row)


def at_most(bound, tool=COVE, row=None):
    return Limit(bound, False, tool, row)


ROWS = {
    "sequential": Row("cold sequential read", "MB/s", limits=(
        at_least(0.75, CURL), at_least(1, "rclone"), at_least(1, "s3fs"))),
    "reread": Row("second read of an unchanged file", "MB/s", limits=(at_least(4, row="sequential"),)),
    "cpu": Row("processor time per GB read, start included", "s", False, (at_most(1.8),)),
    "cpu-after": Row("… of it after the mount was ready", "s", False),
    "disk-cache": Row("read from the disk cache after a restart", "MB/s", limits=(at_least(1, CURL),)),
    "four": Row("four files at once", "MB/s", limits=(at_least(0.5, CURL),)),
    "random": Row("random 128 KiB, 8 threads (curl: one whole read)", "MB/s", limits=(at_least(0.14, CURL),)),
    "small": Row("1,000 files of 16 KiB, 8 threads, warm process", "files/s", limits=(at_least(1000),)),
    "list-cold": Row("ls -l of 10,000, cold", "ms", False, (at_most(1.3, CURL),)),
    "list-warm": Row("ls -l of 10,000, again", "ms", False, (at_most(150),)),
    "list-posix": Row("ls -l of 10,000, cold, with modes and owners from metadata", "ms", False,
                      (at_most(0.5, "s3fs"),)),
    "million-first": Row("1,000,000 objects in a folder: first names", "s", False, (at_most(2),)),
    "million-all": Row("… all names", "s", False),
    "million-memory": Row("… peak memory, --memory 256m", "MB", False, (at_most(SMALL_MEMORY + MEMORY_ABOVE),)),
    "find": Row("find, 2,000 files in 220 prefixes", "ms", False, (at_most(0.9, "rclone"),)),
    "first-byte": Row("open and first byte of a small file", "ms", False),
    "ready": Row("mounted and listing", "ms", False),
    "memory": Row("peak memory of every line in one process, --memory 256m", "MB", False,
                  (at_most(SMALL_MEMORY + MEMORY_ABOVE),)),
    "write": Row("sequential write with close, until it is in the bucket", "MB/s", limits=(
        at_least(1, "rclone"), at_least(1, "s3fs"))),
    "write-four": Row("four files written at once", "MB/s"),
    "write-small": Row("800 files of 16 KiB written, 8 threads", "files/s"),
    "no-delay-sequential": Row("sequential read through the proxy without delay", "MB/s"),
    "delay-sequential": Row("… with 30 ms before each response", "MB/s", limits=(
        at_least(0.85, row="no-delay-sequential"),)),
    "delay-random": Row("30 ms: random 128 KiB, 8 threads", "reads/s", limits=(at_least(210),)),
    "delay-small": Row("30 ms: 1,000 files of 16 KiB, 8 threads", "files/s", limits=(at_least(220),)),
    "delay-first-byte": Row("30 ms: open and first byte", "ms", False, (at_most(1.2, CURL),)),
}


class Bench:
    """Where lines measure: one server, its data, and the figures of one round."""

    def __init__(self, lab_, endpoint, data, cove_options):
        self.lab, self.endpoint, self.data, self._cove_options = lab_, endpoint, data, cove_options
        self.figures, self.costs = {}, {}
        self._proxies, self._buckets = {}, 0
        self.dropped = True

    def put(self, row, tool, value):
        self.figures[row, tool] = value

    def proxied(self, delay):
        """An endpoint before which responses wait; the same one each time."""
        if delay not in self._proxies:
            self.data.need("big")
            proxy = self._proxies[delay] = servers.start_proxy(self.lab, self.endpoint, delay)
            # A proxy that was just started is slow, which would be taken for the tool's doing.
            for _ in range(2):
                s3.curl_read(f"{proxy}/{servers.BUCKET}/big")
        return self._proxies[delay]

    def mount(self, tool, options=(), endpoint=None, bucket=servers.BUCKET):
        self.drop()
        cove = self._cove_options if tool == COVE else []
        return mounts.TOOLS[tool](self.lab, endpoint or self.endpoint, bucket, [*cove, *options])

    def drop(self):
        self.dropped = lab.drop_page_cache() and self.dropped

    def cost(self, line, tool, mount):
        """Keeps what the work has cost so far."""
        self.costs[line, tool] = (mount.cpu()[0], mount.peak())

    def new_bucket(self):
        """An empty bucket, for one tool to write to."""
        self._buckets += 1
        name = f"written-{self._buckets}"
        with s3.Client(self.endpoint) as client:
            client.make_bucket(name)
        return name


def _rate(size, took):
    return size / MEGA / took


def _sequential(bench, tool):
    bench.data.need("big")
    size = bench.data.big_size
    if tool == CURL:
        return bench.put("sequential", tool, _rate(size, work.seconds(s3.curl_read, bench.data.url("big"))))
    with bench.mount(tool) as mount:
        file = mount.directory / "big"
        bench.put("sequential", tool, _rate(size, work.seconds(work.read_whole, file)))
        whole, after = mount.cpu()
        bench.put("cpu", tool, whole / (size / 1e9))
        bench.put("cpu-after", tool, after / (size / 1e9))
        bench.cost("sequential", tool, mount)
        bench.put("reread", tool, _rate(size, work.seconds(work.read_whole, file)))


def _four(bench, tool):
    bench.data.need("four")
    keys = [f"four/{number}" for number in range(4)]
    if tool == CURL:
        took = work.seconds(s3.curl_read, *map(bench.data.url, keys))
        return bench.put("four", tool, _rate(bench.data.big_size, took))
    with bench.mount(tool) as mount:
        took = work.seconds(work.read_whole, *[mount.directory / key for key in keys])
        bench.put("four", tool, _rate(bench.data.big_size, took))
        bench.cost("four", tool, mount)


def _random(bench, tool):
    bench.data.need("big")
    size = bench.data.big_size
    if tool == CURL:
        took = work.seconds(s3.curl_read, bench.data.url("big"))
        return bench.put("random", tool, _rate(size, took))
    with bench.mount(tool) as mount:
        reads = work.random_reads(mount.directory / "big", size)
        bench.put("random", tool, reads * work.BLOCK / MEGA)
        bench.cost("random", tool, mount)


def _small(bench, tool):
    bench.data.need("small", "warm_up")
    if tool == CURL:
        urls = [bench.data.url(key) for key in servers.small_keys("small")]
        took = work.seconds(s3.curl_read_many, urls, bench.lab.disk / "curl.config")
        return bench.put("small", tool, len(urls) / took)
    with bench.mount(tool) as mount:
        work.read_small(mount.directory / "warm-up", servers.SMALL_SIZE)
        bench.put("small", tool, work.read_small(mount.directory / "small", servers.SMALL_SIZE))
        bench.cost("small", tool, mount)


def _list(bench, tool):
    bench.data.need("listed")
    _forget_first_listing(bench)
    if tool == CURL:
        return bench.put("list-cold", tool, _plain_list(bench) * 1000)
    with bench.mount(tool) as mount:
        folder = mount.directory / "listed"
        bench.put("list-cold", tool, work.seconds(work.list_long, folder) * 1000)
        bench.put("list-warm", tool, work.seconds(work.list_long, folder) * 1000)
        bench.cost("list", tool, mount)


def _forget_first_listing(bench):
    # MinIO answers a listing that it has given lately faster, so everybody's comes after another.
    _plain_list(bench)


def _plain_list(bench):
    with s3.Client(bench.endpoint) as client:
        return work.seconds(client.list, servers.BUCKET, "listed/")


def _list_posix(bench, tool):
    bench.data.need("listed")
    _forget_first_listing(bench)
    with bench.mount(tool, ["--attrs", "posix"] if tool == COVE else []) as mount:
        bench.put("list-posix", tool, work.seconds(work.list_long, mount.directory / "listed") * 1000)
        bench.cost("list-posix", tool, mount)


def _million(bench, tool):
    endpoint = servers.start_endless(bench.lab, MILLION)
    with bench.mount(tool, ["--memory", "256m"], endpoint=endpoint) as mount:
        first, whole, count = work.list_names(mount.directory / endless.PREFIX)
        if count != MILLION:
            raise lab.Failed(f"{count} of {MILLION} names were listed")
        bench.put("million-first", tool, first)
        bench.put("million-all", tool, whole)
        bench.put("million-memory", tool, mount.peak())
        bench.cost("million", tool, mount)


def _find(bench, tool):
    bench.data.need("tree")
    with bench.mount(tool) as mount:
        bench.put("find", tool, work.seconds(work.find, mount.directory / "tree") * 1000)
        bench.cost("find", tool, mount)


def _first_byte(bench, tool, endpoint=None, row="first-byte"):
    bench.data.need("small")
    if tool == CURL:
        return bench.put(row, tool, _round_trip(endpoint or bench.endpoint))
    with bench.mount(tool, endpoint=endpoint) as mount:
        bench.put(row, tool, work.first_bytes(mount.directory / "small", FIRST_BYTES))
        bench.cost(row, tool, mount)


def _round_trip(endpoint):
    """Milliseconds of a request for one byte on a connection that stands: the reference, where curl must connect."""
    with s3.Client(endpoint) as client:
        paths = [f"/{servers.BUCKET}/{key}" for key in servers.small_keys("small")[:FIRST_BYTES]]
        return statistics.median(work.seconds(client.first_byte, path) for path in paths) * 1000


def _ready(bench, tool):
    # Once before, so that it is the tool that is measured and not the disk that its program lies on.
    with bench.mount(tool):
        pass
    with mounts.TOOLS[tool](bench.lab, bench.endpoint, servers.BUCKET) as mount:
        bench.put("ready", tool, mount.ready_seconds * 1000)
        bench.cost("ready", tool, mount)


def _memory(bench, tool):
    bench.data.need("big", "four", "small", "listed", "tree")
    options = ["--memory", "256m"]
    with bench.mount(tool, options) as mount:
        top = mount.directory
        work.read_whole(top / "big")
        work.read_whole(*[top / f"four/{number}" for number in range(4)])
        work.random_reads(top / "big", bench.data.big_size)
        work.read_small(top / "small", servers.SMALL_SIZE)
        work.list_long(top / "listed")
        work.find(top / "tree")
        reading = mount.peak()
    with _writable(bench, tool, options) as (mount, _):
        work.write_whole([(bench.data.source, mount.directory / "big")])
        work.write_whole(_four_pairs(bench, mount))
        bench.cost("memory", tool, mount)
        bench.put("memory", tool, max(reading, mount.peak()))


class _writable:
    """A mount of a bucket of its own, to be written to."""

    def __init__(self, bench, tool, options=()):
        self._bench = bench
        bench.data.sources()
        self._bucket = bench.new_bucket()
        self._mount = bench.mount(tool, [*(["--rw"] if tool == COVE else []), *options], bucket=self._bucket)

    def __enter__(self):
        return self._mount.__enter__(), self._bucket

    def __exit__(self, *error):
        self._mount.__exit__(*error)
        _drop_bucket(self._bench, self._bucket)


def _drop_bucket(bench, bucket):
    with s3.Client(bench.endpoint) as client:
        client.drop_bucket(bucket)


def _time_of_writing(bench, bucket, sizes, action, *arguments):
    """Seconds until the files are closed and their objects complete in the bucket."""
    start = time.perf_counter()
    action(*arguments)
    with s3.Client(bench.endpoint) as client:
        lab.wait_for("what was written to arrive in the bucket", lambda: client.list(bucket) == sizes, 300, 0.01)
    return time.perf_counter() - start


def _write(bench, tool):
    bench.data.sources()
    source, size = bench.data.source, bench.data.big_size
    if tool == CURL:
        return bench.put("write", tool, _rate(size, _curl_written(bench, [(source, "big")])))
    with _writable(bench, tool) as (mount, bucket):
        took = _time_of_writing(bench, bucket, {"big": size}, work.write_whole, [(source, mount.directory / "big")])
        bench.put("write", tool, _rate(size, took))
        bench.cost("write", tool, mount)


def _curl_written(bench, pairs):
    bucket = bench.new_bucket()
    try:
        return work.seconds(s3.curl_write, [(path, f"{bench.endpoint}/{bucket}/{key}") for path, key in pairs])
    finally:
        _drop_bucket(bench, bucket)


def _four_pairs(bench, mount):
    return [(part, mount.directory / part.name) for part in bench.data.parts]


def _write_four(bench, tool):
    bench.data.sources()
    parts, size = bench.data.parts, bench.data.big_size
    if tool == CURL:
        return bench.put("write-four", tool, _rate(size, _curl_written(bench, [(part, part.name) for part in parts])))
    with _writable(bench, tool) as (mount, bucket):
        sizes = {part.name: bench.data.part_size for part in parts}
        took = _time_of_writing(bench, bucket, sizes, work.write_whole, _four_pairs(bench, mount))
        bench.put("write-four", tool, _rate(size, took))
        bench.cost("write-four", tool, mount)


def _write_small(bench, tool):
    names = [f"{number:04}" for number in range(SMALL_WRITES)]
    if tool == CURL:
        bucket = bench.new_bucket()
        pairs = [(bench.data.piece, f"{bench.endpoint}/{bucket}/{name}") for name in names]
        took = work.seconds(s3.curl_write_many, pairs, bench.lab.disk / "curl.config")
        _drop_bucket(bench, bucket)
        return bench.put("write-small", tool, len(names) / took)
    content = bench.data.piece.read_bytes()
    with _writable(bench, tool) as (mount, bucket):
        sizes = dict.fromkeys(names, len(content))
        took = _time_of_writing(bench, bucket, sizes, work.write_small, mount.directory, names, content)
        bench.put("write-small", tool, len(names) / took)
        bench.cost("write-small", tool, mount)


def _delay_sequential(bench, tool):
    bench.data.need("big")
    size = bench.data.big_size
    for delay, row in (("0ms", "no-delay-sequential"), (DELAY, "delay-sequential")):
        endpoint = bench.proxied(delay)
        if tool == CURL:
            url = bench.data.url("big").replace(bench.endpoint, endpoint)
            bench.put(row, tool, _rate(size, work.seconds(s3.curl_read, url)))
            continue
        with bench.mount(tool, endpoint=endpoint) as mount:
            bench.put(row, tool, _rate(size, work.seconds(work.read_whole, mount.directory / "big")))
            bench.cost(row, tool, mount)


def _delay_random(bench, tool):
    bench.data.need("big")
    with bench.mount(tool, endpoint=bench.proxied(DELAY)) as mount:
        bench.put("delay-random", tool, work.random_reads(mount.directory / "big", bench.data.big_size))
        bench.cost("delay-random", tool, mount)


def _delay_small(bench, tool):
    bench.data.need("small")
    with bench.mount(tool, endpoint=bench.proxied(DELAY)) as mount:
        bench.put("delay-small", tool, work.read_small(mount.directory / "small", servers.SMALL_SIZE))
        bench.cost("delay-small", tool, mount)


def _delay_first_byte(bench, tool):
    _first_byte(bench, tool, bench.proxied(DELAY), "delay-first-byte")


def _disk_cache(bench, tool):
    bench.data.need("big")
    size = bench.data.big_size
    if tool == CURL:
        return bench.put("disk-cache", tool, _rate(size, work.seconds(s3.curl_read, bench.data.url("big"))))
    # In memory like the server's data: it is the cache that is measured and not the machine's disk.
    kept = bench.lab.memory / "kept"
    shutil.rmtree(kept, ignore_errors=True)
    options = ["--cache-dir", str(kept), "--cache-size", "4g"]
    with bench.mount(tool, options) as mount:
        work.read_whole(mount.directory / "big")
    with bench.mount(tool, options) as mount:
        bench.put("disk-cache", tool, _rate(size, work.seconds(work.read_whole, mount.directory / "big")))
        bench.cost("disk-cache", tool, mount)
    shutil.rmtree(kept, ignore_errors=True)


@dataclasses.dataclass(frozen=True)
class Line:
    """One thing that is done, on a fresh mount for each tool, and the rows that come of it."""

    measure: Callable
    rows: tuple[str, ...]
    tools: tuple[str, ...] = (CURL, COVE, *mounts.PEERS)


MOUNTED = (COVE, *mounts.PEERS)
LINES = {
    "sequential": Line(_sequential, ("sequential", "reread", "cpu", "cpu-after")),
    "disk-cache": Line(_disk_cache, ("disk-cache",), (CURL, COVE)),
    "four": Line(_four, ("four",)),
    "random": Line(_random, ("random",)),
    "small": Line(_small, ("small",)),
    "list": Line(_list, ("list-cold", "list-warm")),
    "list-posix": Line(_list_posix, ("list-posix",), (COVE, "s3fs")),
    "million": Line(_million, ("million-first", "million-all", "million-memory"), (COVE,)),
    "find": Line(_find, ("find",), MOUNTED),
    "first-byte": Line(_first_byte, ("first-byte",)),
    "ready": Line(_ready, ("ready",), MOUNTED),
    "memory": Line(_memory, ("memory",), (COVE,)),
    "write": Line(_write, ("write",)),
    "write-four": Line(_write_four, ("write-four",)),
    "write-small": Line(_write_small, ("write-small",)),
    "delay-sequential": Line(_delay_sequential, ("no-delay-sequential", "delay-sequential")),
    "delay-random": Line(_delay_random, ("delay-random",), MOUNTED),
    "delay-small": Line(_delay_small, ("delay-small",), MOUNTED),
    "delay-first-byte": Line(_delay_first_byte, ("delay-first-byte",)),
}
