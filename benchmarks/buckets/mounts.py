"""The tools that are compared, each mounted with the options that its users would take."""

import abc
import contextlib
import os
import shutil
import subprocess
import time

from . import lab, s3

CREDENTIALS = {"AWS_ACCESS_KEY_ID": s3.KEY, "AWS_SECRET_ACCESS_KEY": s3.SECRET, "AWS_REGION": s3.REGION,
               "AWS_EC2_METADATA_DISABLED": "true"}
PEERS = ("rclone", "s3fs")


def _fusermount():
    return shutil.which("fusermount3") or shutil.which("fusermount") or "fusermount"


class Mount(abc.ABC):
    """One fresh mount; every file that the tool keeps goes when it does."""

    def __init__(self, lab_, endpoint, bucket, options=()):
        self._lab, self._endpoint, self._bucket, self._options = lab_, endpoint, bucket, list(options)
        self._home = lab_.disk / f"{self.name}-home"
        self._log = lab_.disk / f"{self.name}.log"
        self.directory = lab_.disk / f"{self.name}-mount"
        self.pid = 0
        self.ready_seconds = 0.0
        self._cpu_when_ready = 0.0

    def __enter__(self):
        shutil.rmtree(self._home, ignore_errors=True)
        self._home.mkdir()
        self.directory.mkdir(exist_ok=True)
        self._log.unlink(missing_ok=True)
        start = time.perf_counter()
        try:
            self._start()
            self._wait_until_listed()
            self.ready_seconds = time.perf_counter() - start
            self._cpu_when_ready = lab.cpu_seconds(self.pid)
        except BaseException:
            with lab.deaf_to_interrupts():
                self._end()
            raise
        return self

    def __exit__(self, *error):
        with lab.deaf_to_interrupts():
            self._end()

    def _last_words(self):
        lines = self._log.read_text().strip().splitlines()
        return " / ".join(line.strip() for line in lines[-2:])[:300]

    def cpu(self):
        """Processor seconds of the tool since its start, and those of them that came after it was ready."""
        total = lab.cpu_seconds(self.pid)
        return total, total - self._cpu_when_ready

    def peak(self):
        return lab.peak_megabytes(self.pid)

    @abc.abstractmethod
    def _start(self):
        ...

    @abc.abstractmethod
    def _ended(self):
        ...

    def _end(self):
        with contextlib.suppress(lab.Failed):
            # Busy while a program that was interrupted waits for its last answer.
            lab.wait_for("the mount to be let go", self._unmount, 10, 0.1)
        if not self._mounted():
            with contextlib.suppress(lab.Failed):
                lab.wait_for(f"the end of {self.name}", self._ended, 30, 0.02)
        self._kill()
        if self._mounted():
            subprocess.run([_fusermount(), "-u", "-z", self.directory], capture_output=True)
        shutil.rmtree(self._home, ignore_errors=True)
        with contextlib.suppress(OSError):
            self.directory.rmdir()

    def _unmount(self):
        if self._mounted():
            subprocess.run([_fusermount(), "-u", self.directory], capture_output=True)
        return not self._mounted()

    def _mounted(self):
        # The table also has mounts whose process is gone, where looking at the directory only fails.
        with open("/proc/self/mountinfo") as table:
            return any(line.split()[4] == str(self.directory) for line in table)

    @abc.abstractmethod
    def _kill(self):
        ...

    def _wait_until_listed(self):
        def mounted():
            if self._ended():
                raise lab.Failed(f"{self.name} did not mount: {self._last_words()}")
            return self._mounted()

        lab.wait_for(f"{self.name} to mount", mounted, 60, 0.001)
        os.listdir(self.directory)


class Foreground(Mount, abc.ABC):
    """A tool that stays a child of this process."""

    _process = None

    def _start(self):
        self._process = lab.spawn(self._command(), self._log, self._environment())
        self.pid = self._process.pid

    @abc.abstractmethod
    def _command(self):
        ...

    def _environment(self):
        return {"HOME": str(self._home)}

    def _ended(self):
        return self._process is None or self._process.poll() is not None

    def _kill(self):
        if self._process is not None:
            lab.stop(self._process)


class Rclone(Foreground):
    name = "rclone"

    def _command(self):
        return ["rclone", "mount", f"bench:{self._bucket}", self.directory, "--vfs-cache-mode", "writes",
                "--cache-dir", self._home / "cache", *self._options]

    def _environment(self):
        settings = {"TYPE": "s3", "PROVIDER": "Minio", "ENDPOINT": self._endpoint, "REGION": s3.REGION,
                    "ACCESS_KEY_ID": s3.KEY, "SECRET_ACCESS_KEY": s3.SECRET}
        return {**super()._environment(), "RCLONE_CONFIG": str(self._home / "rclone.conf"),
                **{f"RCLONE_CONFIG_BENCH_{name}": value for name, value in settings.items()}}


class S3fs(Foreground):
    name = "s3fs"

    def _command(self):
        passwords = self._home / "passwd-s3fs"
        passwords.write_text(f"{s3.KEY}:{s3.SECRET}\n")
        passwords.chmod(0o600)
        return ["s3fs", self._bucket, self.directory, "-f", "-o", f"passwd_file={passwords}",
                "-o", f"url={self._endpoint}", "-o", "use_path_request_style",
                "-o", f"use_cache={self._home / 'cache'}", *self._options]


class Cove(Mount):
    name = "cove"
    scheme = "s3"

    def _url(self):
        return f"{self.scheme}://{self._bucket}"

    def _environment(self):
        return {**os.environ, **CREDENTIALS, "COVE_HOME": str(self._home)}

    def _start(self):
        command = [lab.ROOT / "cove", "mount", self._url(), self.directory,
                   "--endpoint-url", self._endpoint, *self._options]
        # The mount outlives the command that starts it, so the command's end is waited for and not the mount's.
        with open(self._log, "ab") as output:
            done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output,
                                  stderr=output, env=self._environment(), start_new_session=True)
        if done.returncode != 0:
            raise lab.Failed(f"cove did not mount: {self._last_words()}")
        self.pid = lab.process_with_argument("mount", self._url(), self.directory)
        if self.pid is None:
            raise lab.Failed("cove mounted, but its process was not found")

    def _ended(self):
        return not self.pid or not os.path.exists(f"/proc/{self.pid}")

    def _kill(self):
        self.pid = self.pid or lab.process_with_argument("mount", self._url(), self.directory) or 0
        if not self._ended():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, 9)


TOOLS = {tool.name: tool for tool in (Cove, Rclone, S3fs)}
