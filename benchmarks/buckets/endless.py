"""An S3 server that lists more objects than anyone would store for a measurement: python3 -m buckets.endless COUNT."""

import http.server
import sys
import urllib.parse

PREFIX = "million/"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
_OBJECT = ("<Contents><Key>{}file-{:07}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
           "<ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><Size>17</Size>"
           "<StorageClass>STANDARD</StorageClass></Contents>")


def page(query, count):
    """One page of a list, as S3 answers it."""
    prefix, most = query.get("prefix", ""), int(query.get("max-keys", "1000"))
    if not (PREFIX.startswith(prefix) or prefix.startswith(PREFIX)):
        return _HEAD + "<IsTruncated>false</IsTruncated></ListBucketResult>"
    if "delimiter" in query and len(prefix) < len(PREFIX):
        return (_HEAD + f"<IsTruncated>false</IsTruncated><CommonPrefixes><Prefix>{PREFIX}</Prefix></CommonPrefixes>"
                "</ListBucketResult>")
    first = int(query.get("continuation-token", "0"))
    last = min(count, first + most)
    objects = "".join(_OBJECT.format(PREFIX, number) for number in range(first, last))
    more = (f"<IsTruncated>true</IsTruncated><NextContinuationToken>{last}</NextContinuationToken>" if last < count
            else "<IsTruncated>false</IsTruncated>")
    return _HEAD + more + objects + "</ListBucketResult>"


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # A small write that waits for the acknowledgement of the one before takes 40 ms.
    disable_nagle_algorithm = True
    wbufsize = -1
    count = 0

    def do_GET(self):
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        body = page(query, self.count).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    _Handler.count = int(sys.argv[1])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
