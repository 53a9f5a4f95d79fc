"""The server that is measured against, the data in it, and a slow line before it."""

import http.client
import os

from . import lab, s3

MIB = 1 << 20
BUCKET = "bench"
SMALL_FILES, SMALL_SIZE, LISTED, PREFIXES, FOUND = 1_000, 16_384, 10_000, 220, 2_000


def start_minio(lab_, folder):
    """Starts MinIO with its data in memory and an empty bucket, and returns its endpoint."""
    binary = lab.CACHE / "bin" / "minio"
    if not binary.exists():
        lab.run(lab.ROOT / "it-tests" / "provision", "servers", "minio")
    endpoint = f"http://127.0.0.1:{lab.free_port()}"
    settings = {"MINIO_ROOT_USER": s3.KEY, "MINIO_ROOT_PASSWORD": s3.SECRET, "MINIO_BROWSER": "off",
                "MINIO_UPDATE": "off", "MINIO_CONFIG_ENV_FILE": ""}
    command = [binary, "server", "--quiet", "--address", endpoint.removeprefix("http://"),
               "--console-address", f"127.0.0.1:{lab.free_port()}", folder]
    process = lab_.start(command, lab_.disk / "minio.log", environment=settings)

    def ready():
        if process.poll() is not None:
            raise lab.Failed("MinIO ended: " + (lab_.disk / "minio.log").read_text()[-300:])
        # Its own health check says yes before it serves.
        try:
            with s3.Client(endpoint) as client:
                return client.request("PUT", f"/{BUCKET}", accept=(200, 503))[0].status == 200
        except (OSError, http.client.HTTPException):
            return False

    lab.wait_for("MinIO", ready, 30, 0.05)
    return endpoint


def start_proxy(lab_, endpoint, delay):
    """Starts the testkit's proxy and returns the address before which each response waits for the delay."""
    process = lab_.start(
        ["java", "-XX:+UseSerialGC", "-cp", _proxy_classpath(lab_),
         "dev.cove.storage.testkit.proxy.HttpFaultProxyMain", endpoint, "--delay", delay],
        lab_.disk / "proxy.log", stdout=-1, text=True)
    address = process.stdout.readline().strip()
    if not address.startswith("http"):
        raise lab.Failed("the proxy did not start: " + (lab_.disk / "proxy.log").read_text()[-300:])
    return address.rstrip("/")


def start_endless(lab_, count):
    """Starts a server that only lists, and lists so many objects."""
    process = lab_.start(["python3", "-B", "-m", "buckets.endless", count], lab_.disk / "endless.log",
                         environment={"PYTHONPATH": str(lab.ROOT / "benchmarks")}, stdout=-1, text=True)
    address = process.stdout.readline().strip()
    if not address.startswith("http"):
        raise lab.Failed("the listing server did not start: " + (lab_.disk / "endless.log").read_text()[-300:])
    return address


def _proxy_classpath(lab_):
    found = lab_.disk / "proxy.classpath"
    if not found.exists():
        lab.run("mvn", "-q", "-f", lab.ROOT / "pom.xml", "-pl", "storage-testkit", "-am",
                "-Dmaven.test.skip=true", "compile", "dependency:build-classpath",
                f"-Dmdep.outputFile={found}", "-Dmdep.includeScope=runtime")
    return f"{lab.ROOT / 'storage-testkit' / 'target' / 'classes'}:{found.read_text().strip()}"


class Data:
    """Puts objects into the bucket when a line first asks for them."""

    def __init__(self, lab_, endpoint, big_size):
        self._config = lab_.disk / "curl.config"
        self._endpoint = endpoint
        self._made = set()
        self.big_size, self.part_size = big_size, big_size // 4
        self.source = lab_.memory / "source"
        self.parts = [lab_.memory / f"part-{number}" for number in range(4)]
        self.piece = lab_.memory / "piece"
        self.piece.write_bytes(os.urandom(SMALL_SIZE))
        self._dot = lab_.memory / "dot"
        self._dot.write_bytes(b"one small object\n")

    def sources(self):
        """Random bytes in memory, whole and in four parts, to be stored and to be written."""
        if self.source.exists():
            return
        with open(self.source, "wb") as whole:
            for part in self.parts:
                block = os.urandom(MIB)
                # Each block differs, so that no store or cache can fold them.
                with open(part, "wb") as file:
                    for number in range(self.part_size // MIB):
                        piece = number.to_bytes(8, "big") + block[8:]
                        file.write(piece)
                        whole.write(piece)

    def need(self, *names):
        for name in names:
            if name not in self._made:
                getattr(self, "_" + name)()
                self._made.add(name)

    def url(self, key):
        return f"{self._endpoint}/{BUCKET}/{key}"

    def _big(self):
        self.sources()
        s3.curl_write([(self.source, self.url("big"))])

    def _four(self):
        self.sources()
        for number, part in enumerate(self.parts):
            s3.curl_write([(part, self.url(f"four/{number}"))])

    def _put_all(self, file, keys):
        s3.curl_write_many([(file, self.url(key)) for key in keys], self._config)

    def _small(self):
        self._put_all(self.piece, small_keys("small"))

    def _warm_up(self):
        self._put_all(self.piece, small_keys("warm-up"))

    def _listed(self):
        self._put_all(self._dot, [f"listed/file-{number:05}" for number in range(LISTED)])

    def _tree(self):
        # 20 prefixes, 10 more in each: 220.
        wide, deep = 20, PREFIXES // 20 - 1
        folders = [f"tree/{outer:02}/{inner:02}" for outer in range(wide) for inner in range(deep)]
        each = FOUND // len(folders)
        self._put_all(self._dot, [f"{folder}/{number}" for folder in folders for number in range(each)])


def small_keys(folder):
    return [f"{folder}/{number:04}" for number in range(SMALL_FILES)]
