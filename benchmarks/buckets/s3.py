"""Signed S3 requests, by a small client on one connection and by curl."""

import contextlib
import hashlib
import hmac
import http.client
import re
import subprocess
import time
import urllib.parse

from . import lab

KEY, SECRET, REGION = "minioadmin", "minioadmin", "us-east-1"
UNSIGNED = "UNSIGNED-PAYLOAD"


def _hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signed_headers(method, host, path, query, extra):
    """Headers with an AWS signature of version 4; the payload is not part of it."""
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    headers = {"host": host, "x-amz-content-sha256": UNSIGNED, "x-amz-date": moment, **extra}
    names = sorted(headers)
    canonical = [method, path, query]
    canonical += [f"{name}:{headers[name]}" for name in names] + ["", ";".join(names), UNSIGNED]
    scope = f"{moment[:8]}/{REGION}/s3/aws4_request"
    digest = hashlib.sha256("\n".join(canonical).encode()).hexdigest()
    key = ("AWS4" + SECRET).encode()
    for part in (moment[:8], REGION, "s3", "aws4_request"):
        key = _hmac(key, part)
    signature = _hmac(key, "\n".join(["AWS4-HMAC-SHA256", moment, scope, digest])).hex()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={KEY}/{scope}, SignedHeaders={';'.join(names)}, Signature={signature}"
    )
    return headers


class Client:
    """One kept connection; for one thread."""

    def __init__(self, endpoint):
        self._host = urllib.parse.urlsplit(endpoint).netloc
        self._connection = http.client.HTTPConnection(self._host, timeout=120)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._connection.close()

    def request(self, method, path, query=None, body=None, headers=None, accept=(200, 204, 206)):
        path = urllib.parse.quote(path)
        pairs = sorted((query or {}).items())
        search = "&".join(f"{name}={urllib.parse.quote(value, safe='')}" for name, value in pairs)
        signed = signed_headers(method, self._host, path, search, headers or {})
        self._connection.request(method, path + ("?" + search if search else ""), body, signed)
        response = self._connection.getresponse()
        content = response.read()
        if response.status not in accept:
            raise lab.Failed(f"{method} {path}: {response.status} {content[:200]!r}")
        return response, content

    def make_bucket(self, name):
        self.request("PUT", f"/{name}")

    def drop_bucket(self, name):
        """Removes a MinIO bucket with all that is in it."""
        self.request("DELETE", f"/{name}", headers={"x-minio-force-delete": "true"}, accept=(204, 404))

    def first_byte(self, path):
        self.request("GET", path, headers={"range": "bytes=0-0"})

    def list(self, bucket, prefix=""):
        """Sizes by key, one page after the other as every lister must."""
        query = {"list-type": "2", "prefix": prefix, "max-keys": "1000"}
        sizes = {}
        while True:
            _, page = self.request("GET", f"/{bucket}", query)
            for key, size in re.findall(rb"<Key>(.*?)</Key>.*?<Size>(\d+)</Size>", page, re.S):
                sizes[key.decode()] = int(size)
            token = re.search(rb"<NextContinuationToken>(.*?)</NextContinuationToken>", page)
            if not token:
                return sizes
            query["continuation-token"] = token[1].decode()


CURL = ["curl", "-q", "--silent", "--show-error", "--fail", "--aws-sigv4", f"aws:amz:{REGION}:s3",
        "--user", f"{KEY}:{SECRET}"]


def curl_each(commands):
    """Runs curl with each list of arguments, all at once."""
    with contextlib.ExitStack() as stack:
        running = [stack.enter_context(subprocess.Popen(CURL + words, stderr=subprocess.PIPE, text=True))
                   for words in commands]
        for process in running:
            _, complaint = process.communicate()
            if process.returncode != 0:
                raise lab.Failed(f"curl: {complaint.strip()[:200]}")


def curl_read(*urls):
    curl_each([["--output", "/dev/null", url] for url in urls])


def curl_write(pairs):
    curl_each([["--header", f"x-amz-content-sha256: {UNSIGNED}", "--upload-file", str(path), url]
               for path, url in pairs])


def curl_many(entries, config, connections=8):
    """One curl with several connections; each entry is lines of its configuration that end with a URL."""
    lines = [f'header = "x-amz-content-sha256: {UNSIGNED}"']
    lines += [f'{option} = "{value}"' for entry in entries for option, value in entry]
    config.write_text("\n".join(lines) + "\n")
    curl_each([["--parallel", "--parallel-immediate", "--parallel-max", str(connections), "--config", str(config)]])


def curl_read_many(urls, config):
    curl_many([[("output", "/dev/null"), ("url", url)] for url in urls], config)


def curl_write_many(pairs, config):
    curl_many([[("upload-file", path), ("url", url)] for path, url in pairs], config)
