"""benchmarks/run gcs [LINE…]: buckets of Google Cloud Storage beside gcsfuse, and beside the S3 adapter; exits 1 if a limit is missed."""

import argparse
import dataclasses
import http.client
import signal
import sys
import urllib.parse
import urllib.request
from pathlib import Path

from . import gcs_report, lab, mounts, report, s3, servers, work
from .__main__ import forget_settings, provide

GCS, GCSFUSE, S3, CURL = "cove on GCS", "gcsfuse", "cove on S3", "curl"
# As in the lines on S3: what a process learns while it starts is a small part of what it does then.
BIG, QUICK = 1024 * servers.MIB, 256 * servers.MIB
# fake-gcs-server copies what it is sent several times, and what it composes: large ones say more of it than of a mount.
PIECE = 64 * servers.MIB
WRITTEN_SMALL, WARM_UP, WARM_UPS = 400, 100, 15
DELAY = "30ms"


@dataclasses.dataclass(frozen=True)
class Line:
    """What is compared, with whom, and how the figures of the two must stand to each other."""

    title: str
    unit: str
    peer: str
    # At least this many times as good; or, of what it costs, at most this many times as much.
    at_least: float | None = None
    at_most: float | None = None
    more_is_better: bool = True
    # Whether curl is measured, too: no mount can be faster than what the server gives.
    ceiling: bool = False

    def tools(self):
        return [GCS, self.peer, *([CURL] if self.ceiling else [])]

    def ratio(self, mine, other):
        return mine / other if self.more_is_better or self.at_most else other / mine

    def met_by(self, ratio):
        return ratio >= self.at_least if self.at_least else ratio <= self.at_most

    def limit(self):
        return f"≥ {self.at_least:g} × {self.peer}" if self.at_least else f"≤ {self.at_most:g} × {self.peer}"


LINES = {
    "sequential": Line("cold sequential read", "MB/s", GCSFUSE, at_least=1.5, ceiling=True),
    "small": Line("1,000 files of 16 KiB, 8 threads, warm process", "files/s", GCSFUSE, at_least=1),
    "write-small": Line("400 files of 16 KiB written, 8 threads, after 1,500", "files/s", GCSFUSE, at_least=5,
                        ceiling=True),
    "write-small-fresh": Line("… after 100", "files/s", GCSFUSE, at_least=5, ceiling=True),
    "delay-write-small": Line(f"… with {DELAY} before each response", "files/s", GCSFUSE, at_least=5, ceiling=True),
    "list": Line("ls -l of 10,000, cold", "ms", GCSFUSE, at_least=2, more_is_better=False),
    "cpu-read": Line("processor time per GB read", "s", S3, at_most=1.2, more_is_better=False),
    "cpu-write": Line("processor time per GB written", "s", S3, at_most=1.2, more_is_better=False),
}


class GcsCove(mounts.Cove):
    name = "cove-gcs"
    scheme = "gs"

    def __init__(self, lab_, endpoint, bucket, options=()):
        super().__init__(lab_, endpoint, bucket, ["--anonymous", *options])


class Gcsfuse(mounts.Foreground):
    name = "gcsfuse"

    def _command(self):
        # Its defaults but for what the fake has not: credentials, and the question how a bucket is laid out.
        return [lab.CACHE / "bin" / "gcsfuse", "--foreground", "--anonymous-access", "--enable-hns=false",
                f"--custom-endpoint={self._endpoint}/storage/v1/", self._bucket, self.directory]


class Fake:
    """fake-gcs-server and what is put into it."""

    def __init__(self, lab_):
        for program in ("fake-gcs-server", "gcsfuse"):
            if not (lab.CACHE / "bin" / program).exists():
                lab.run(lab.ROOT / "it-tests" / "provision", "servers", program)
        host = f"127.0.0.1:{lab.free_port()}"
        self.endpoint = f"http://{host}"
        lab_.start([lab.CACHE / "bin" / "fake-gcs-server", "-scheme", "http", "-host", "127.0.0.1",
                    "-port", host.rpartition(":")[2], "-public-host", host, "-external-url", self.endpoint,
                    "-backend", "memory", "-log-level", "error"], lab_.disk / "fake-gcs-server.log")
        lab.wait_for("fake-gcs-server", self._answers, 30, 0.05)

    def _answers(self):
        try:
            return urllib.request.urlopen(f"{self.endpoint}/_internal/healthcheck").status == 200
        except OSError:
            return False

    def make_bucket(self, name):
        urllib.request.urlopen(urllib.request.Request(
            f"{self.endpoint}/storage/v1/b?project=bench", f'{{"name":"{name}"}}'.encode(),
            {"Content-Type": "application/json"})).read()

    def put(self, bucket, files):
        """Stores each file under its key."""
        connection = http.client.HTTPConnection(self.endpoint.removeprefix("http://"), timeout=60)
        for file, key in files:
            path = f"/upload/storage/v1/b/{bucket}/o?uploadType=media&name={urllib.parse.quote(key, safe='')}"
            connection.request("POST", path, file.read_bytes(), {"Content-Type": "application/octet-stream"})
            answer = connection.getresponse()
            if answer.read() and answer.status != 200:
                raise lab.Failed(f"fake-gcs-server does not take {key}: {answer.status}")
        connection.close()


class Bench:
    """Two servers with the same objects, in memory."""

    def __init__(self, lab_, big):
        self.lab, self.big, self._buckets = lab_, big, 0
        self.fake = Fake(lab_)
        self.minio = servers.start_minio(lab_, lab_.memory / "minio")
        self.data = servers.Data(lab_, self.minio, big)
        self._made, self._delayed = set(), None

    def need(self, name):
        """Puts objects into both buckets when a line first asks for them."""
        if name in self._made:
            return
        if not self._made:
            self.fake.make_bucket(servers.BUCKET)
        self._made.add(name)
        if name == "big":
            self.data.need("big")
            files = [(self.data.source, "big/file")]
        elif name == "listed":
            dot = self.lab.memory / "one-byte"
            dot.write_bytes(b".")
            files = [(dot, f"listed/file-{number:05}") for number in range(servers.LISTED)]
        else:
            files = [(self.data.piece, key) for key in servers.small_keys(name)]
        empty = self.lab.memory / "empty"
        empty.touch()
        # Folders have an object each: without it, gcsfuse sees them with an option only.
        self.fake.put(servers.BUCKET, [(empty, f"{name}/"), *files])

    def delayed(self):
        """fake-gcs-server behind a line as long as one to a cloud."""
        if self._delayed is None:
            self._delayed = servers.start_proxy(self.lab, self.fake.endpoint, DELAY)
        return self._delayed

    def mount(self, tool, bucket=servers.BUCKET, options=(), endpoint=None):
        lab.drop_page_cache()
        if tool == GCSFUSE:
            return Gcsfuse(self.lab, endpoint or self.fake.endpoint, bucket)
        if tool == GCS:
            return GcsCove(self.lab, endpoint or self.fake.endpoint, bucket, options)
        return mounts.Cove(self.lab, self.minio, bucket, options)

    def new_bucket(self, tool):
        self._buckets += 1
        name = f"written-{self._buckets}"
        if tool == S3:
            with s3.Client(self.minio) as client:
                client.make_bucket(name)
        else:
            self.fake.make_bucket(name)
        return name

    def writable(self, tool, endpoint=None):
        return self.mount(tool, self.new_bucket(tool), () if tool == GCSFUSE else ("--rw",), endpoint)


def _rate(bench, took):
    return bench.big / 1e6 / took


def _sequential(bench, tool):
    bench.need("big")
    if tool == CURL:
        url = f"{bench.fake.endpoint}/storage/v1/b/{servers.BUCKET}/o/big%2Ffile?alt=media"
        return _rate(bench, work.seconds(s3.curl_read, url))
    with bench.mount(tool) as mount:
        return _rate(bench, work.seconds(work.read_whole, mount.directory / "big/file"))


def _small(bench, tool):
    bench.need("small")
    bench.need("warm-up")
    with bench.mount(tool) as mount:
        work.read_small(mount.directory / "warm-up", servers.SMALL_SIZE)
        return work.read_small(mount.directory / "small", servers.SMALL_SIZE)


def _write_small(bench, tool, endpoint=None, warm_ups=WARM_UPS):
    content = bench.data.piece.read_bytes()
    names = [f"{number:04}" for number in range(WRITTEN_SMALL)]
    if tool == CURL:
        url = f"{endpoint or bench.fake.endpoint}/upload/storage/v1/b/{bench.new_bucket(tool)}/o?uploadType=media&name="
        files = [[("upload-file", bench.data.piece), ("output", "/dev/null"), ("url", url + name)] for name in names]
        return len(names) / work.seconds(s3.curl_many, [[("request", "POST")], *files], bench.lab.disk / "curl.config")
    with bench.writable(tool, endpoint) as mount:
        # The same files again and again: fake-gcs-server looks at each object it has for each it is asked for.
        for _ in range(warm_ups):
            work.write_small(mount.directory, [f"warm-up-{name}" for name in names[:WARM_UP]], content)
        return len(names) / work.seconds(work.write_small, mount.directory, names, content)


def _delay_write_small(bench, tool):
    return _write_small(bench, tool, bench.delayed(), 1)


def _write_small_fresh(bench, tool):
    return _write_small(bench, tool, warm_ups=1)


def _list(bench, tool):
    bench.need("listed")
    with bench.mount(tool) as mount:
        return work.seconds(work.list_long, mount.directory / "listed") * 1000


def _cpu_read(bench, tool):
    bench.need("big")
    with bench.mount(tool) as mount:
        work.read_whole(mount.directory / ("big/file" if tool == GCS else "big"))
        return mount.cpu()[1] / (bench.big / 1e9)


def _cpu_write(bench, tool):
    bench.data.sources()
    piece = bench.lab.memory / "one-of-many"
    if not piece.exists():
        with open(bench.data.source, "rb") as whole:
            piece.write_bytes(whole.read(PIECE))
    with bench.writable(tool) as mount:
        for turn in range(bench.big // PIECE // 4):
            work.write_whole([(piece, mount.directory / f"{turn}-{number}") for number in range(4)])
        return mount.cpu()[1] / (bench.big / 1e9)


MEASURES = {"sequential": _sequential, "small": _small, "write-small": _write_small,
            "write-small-fresh": _write_small_fresh, "delay-write-small": _delay_write_small, "list": _list, "cpu-read": _cpu_read, "cpu-write": _cpu_write}


def run(lines, rounds, big):
    """The figures of each round, by line and tool; the tools take turns at being first."""
    results = []
    with lab.Lab() as lab_:
        bench = Bench(lab_, big)
        bench.need("small")
        # Builds Cove and its archive of loaded classes, which no line must pay for.
        with bench.mount(GCS):
            pass
        for number in range(rounds):
            figures = {}
            for line in lines:
                tools = LINES[line].tools()
                for tool in tools[number % 2:] + tools[:number % 2]:
                    figures[line, tool] = MEASURES[line](bench, tool)
                    print(f"  {number + 1} {line} {tool}: {report.number(figures[line, tool])}",
                          file=sys.stderr, flush=True)
            results.append(figures)
    return results


def arguments():
    parser = argparse.ArgumentParser(prog="benchmarks/run gcs", description=__doc__)
    parser.add_argument("line", nargs="*", metavar="LINE", help="one of: " + ", ".join(LINES))
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="how often each is measured (default: 3)")
    parser.add_argument("--quick", action="store_true", help="large files of 256 MiB instead of 1 GiB")
    parser.add_argument("--collect", type=Path, metavar="FILE", help="keep the figures of these lines in FILE")
    parser.add_argument("--collected", type=Path, metavar="FILE",
                        help="measure nothing: take the figures that were kept in FILE")
    parser.add_argument("--output", type=Path, metavar="PAGE", help="put the tables into this page of Markdown")
    chosen = parser.parse_args()
    if not set(chosen.line) <= set(LINES):
        parser.error("lines are " + ", ".join(LINES))
    return chosen


def main():
    chosen = arguments()
    lines = [line for line in LINES if not chosen.line or line in chosen.line]
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(3))
    try:
        provide()
        forget_settings()
        if chosen.collected:
            parts = gcs_report.collected(chosen.collected)
        else:
            big = QUICK if chosen.quick else BIG
            parts = [gcs_report.Part(big, gcs_report.build(), run(lines, max(1, chosen.rounds), big))]
    except lab.Failed as error:
        print(f"benchmarks/run gcs: {error}", file=sys.stderr)
        return 3
    if chosen.collect:
        gcs_report.collect(parts, chosen.collect)
    rows, missed = gcs_report.verdict(LINES, parts)
    print("\n".join(rows))
    print("\n".join([f"{len(missed)} fall short:", *missed]) if missed else "every limit is met")
    if chosen.output:
        gcs_report.write(rows, missed, parts, chosen.output)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
