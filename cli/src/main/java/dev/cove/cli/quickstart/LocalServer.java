package dev.cove.cli.quickstart;

import dev.cove.cli.command.CommandFailure;
import dev.cove.embedded.EmbeddedS3;
import dev.cove.gcs.GcsConfig;
import dev.cove.gcs.GcsCredentials;
import dev.cove.gcs.GcsObjectStores;
import dev.cove.s3.S3Config;
import dev.cove.s3.S3Credentials;
import dev.cove.s3.S3ObjectStores;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The kinds of server that a quickstart can run on. Each listens on the loopback interface alone. */
enum LocalServer {
  S3("an S3 server", "s3://" + Playground.BUCKET) {
    @Override
    Running start(Path folder) throws IOException {
      EmbeddedS3 server = EmbeddedS3.start(
          folder, 0, List.of(Playground.BUCKET), EmbeddedS3.Lifetime.UNTIL_STOPPED);
      return new Running(server.pid(), server.endpoint());
    }

    @Override
    ObjectStore open(URI endpoint) {
      S3Credentials.Keys keys = new S3Credentials.Keys(ACCESS_KEY, SECRET_KEY, null);
      return S3ObjectStores.open(S3Config.bucket(Playground.BUCKET)
          .endpoint(endpoint)
          .region(REGION)
          .credentials(S3Credentials.of(() -> keys))
          .build());
    }

    @Override
    String before() {
      return "AWS_ACCESS_KEY_ID=" + ACCESS_KEY + " AWS_SECRET_ACCESS_KEY=" + SECRET_KEY + " ";
    }

    @Override
    List<String> options(URI endpoint) {
      return List.of("--endpoint-url", endpoint.toString());
    }

    @Override
    List<String> ofYours(String launcher) {
      return List.of(
          "To mount a bucket of yours, with the credentials the AWS tools use:",
          "  mkdir -p ~/s3 && " + launcher + " mount s3://MY-BUCKET ~/s3        # --rw to write");
    }
  },

  GCS("fake-gcs-server", "gs://" + Playground.BUCKET) {
    @Override
    Running start(Path folder) throws IOException {
      Path program = program()
          .orElseThrow(() -> CommandFailure.notSo(
              "fake-gcs-server is not on PATH; it stands in for Google Cloud Storage here"
                  + " (go install github.com/fsouza/fake-gcs-server@latest)"));
      Path objects = Files.createDirectories(folder.resolve("objects"));
      // Each folder in it becomes a bucket.
      Files.createDirectories(objects.resolve(Playground.BUCKET));
      String address = "127.0.0.1:" + freePort();
      URI endpoint = URI.create("http://" + address);
      File log = folder.resolve("server.log").toFile();
      // In a session of its own: a Ctrl-C at this terminal is not meant for it.
      Process process = new ProcessBuilder(
              "setsid",
              program.toString(),
              "-backend",
              "memory",
              "-data",
              objects.toString(),
              "-scheme",
              "http",
              "-host",
              "127.0.0.1",
              "-port",
              Integer.toString(endpoint.getPort()),
              "-public-host",
              address,
              "-external-url",
              endpoint.toString())
          .redirectInput(new File("/dev/null"))
          .redirectOutput(log)
          .redirectErrorStream(true)
          .start();
      awaitAnswer(process, endpoint, log);
      return new Running(process.pid(), endpoint);
    }

    @Override
    ObjectStore open(URI endpoint) {
      return GcsObjectStores.open(GcsConfig.bucket(Playground.BUCKET)
          .endpoint(endpoint)
          .credentials(GcsCredentials.anonymous())
          .build());
    }

    @Override
    String before() {
      return "";
    }

    @Override
    List<String> options(URI endpoint) {
      return List.of("--anonymous", "--endpoint-url", endpoint.toString());
    }

    @Override
    List<String> ofYours(String launcher) {
      return List.of(
          "To mount a bucket of yours, with the credentials that gcloud uses:",
          "  mkdir -p ~/gcs && " + launcher + " mount gs://MY-BUCKET ~/gcs      # --rw to write");
    }

    private void awaitAnswer(Process process, URI endpoint, File log) throws IOException {
      long end = System.nanoTime() + START_LIMIT.toNanos();
      try (ObjectStore store = open(endpoint)) {
        while (true) {
          try {
            store.list(ListRequest.all(""));
            return;
          } catch (StorageException e) {
            if (!process.isAlive() || System.nanoTime() > end) {
              process.destroyForcibly();
              throw CommandFailure.failed("fake-gcs-server does not answer; see " + log, e);
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
          }
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
        throw new IOException(e);
      }
    }
  };

  /** A server that outlives this process. */
  record Running(long pid, URI endpoint) {}

  // The S3 server takes any; these are plainly no one's.
  static final String ACCESS_KEY = "quickstart";
  static final String SECRET_KEY = "quickstart";
  static final String REGION = "us-east-1";

  private static final Duration START_LIMIT = Duration.ofSeconds(30);
  private static final long POLL_MILLIS = 50;

  private final String title;
  private final String source;

  LocalServer(String title, String source) {
    this.title = title;
    this.source = source;
  }

  /** What it is called. */
  String title() {
    return title;
  }

  /** The bucket's URL. */
  String source() {
    return source;
  }

  /** Whether a later start in the same folder has the objects of an earlier one. */
  boolean keepsObjects() {
    return this == S3;
  }

  /** Starts it with all its files in the folder; the bucket is made when it is not there. */
  abstract Running start(Path folder) throws IOException;

  /** The bucket. */
  abstract ObjectStore open(URI endpoint);

  /** What stands before a command that uses the bucket. */
  abstract String before();

  /** The options of a command that uses the bucket. */
  abstract List<String> options(URI endpoint);

  /** How to go on with a bucket of the real thing. */
  abstract List<String> ofYours(String launcher);

  private static Optional<Path> program() {
    String path = System.getenv("PATH");
    return Stream.of((path == null ? "" : path).split(File.pathSeparator, -1))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, "fake-gcs-server"))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
