package dev.cove.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.config.ConfiguredDefaults;
import dev.cove.cli.config.Folders;
import dev.cove.cli.mount.MountStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * One short mount of a made-up bucket, for the launcher: the classes that are loaded at its end are
 * what later runs find loaded.
 */
@Command(name = "train", hidden = true)
final class TrainCommand implements Callable<Integer> {
  private static final long COMMAND_SECONDS = 10;
  // A machine that builds has other things to do.
  private static final long MOUNT_MILLIS = 60_000;
  private static final byte[] FILE = new byte[300_000];

  @Parameters(paramLabel = "DIR", description = "An empty directory.")
  private Path directory;

  @Override
  public Integer call() throws IOException, InterruptedException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", TrainCommand::answer);
    server.start();
    try {
      String endpoint = "http://127.0.0.1:" + server.getAddress().getPort();
      Thread mount = new Thread(
          () -> run(
              "mount",
              "--foreground",
              "--endpoint-url",
              endpoint,
              "s3://train",
              directory.toString()),
          "train-mount");
      mount.start();
      if (awaitMount(mount, directory)) {
        // Other processes look at it: one that serves a mount must not use it.
        program("ls", "-l", directory.toString());
        program("cat", directory.resolve("file").toString());
        run("mounts");
        run("mounts", "--json");
        run("refresh", directory.toString());
        run("unmount", directory.toString());
      }
      mount.join(MOUNT_MILLIS);
      run("doctor");
      run("version");
    } finally {
      server.stop(0);
    }
    return 0;
  }

  // A command line keeps the values of its last run, so each gets its own; what is said is of no
  // interest.
  private static void run(String... words) {
    PrintWriter log = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    Main.command(ConfiguredDefaults.current(), log, log).execute(words);
  }

  private static boolean awaitMount(Thread mount, Path directory)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MOUNT_MILLIS);
    while (mount.isAlive() && System.nanoTime() - end < 0) {
      try {
        MountStatus.of(Folders.current(), directory);
        return true;
      } catch (CommandFailure e) {
        // Not there yet.
        Thread.sleep(20);
      }
    }
    return false;
  }

  private static void program(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(List.of(command))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
    if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }

  private static void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      exchange.getResponseHeaders().add("Last-Modified", "Wed, 01 Jan 2025 00:00:00 GMT");
      if (exchange.getRequestURI().getPath().endsWith("/file")) {
        file(exchange);
      } else {
        byte[] list = list().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/xml");
        exchange.sendResponseHeaders(200, list.length);
        exchange.getResponseBody().write(list);
      }
    }
  }

  private static void file(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().add("ETag", "\"1\"");
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().add("Content-Length", Integer.toString(FILE.length));
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    String range = exchange.getRequestHeaders().getFirst("Range");
    int from = 0;
    int to = FILE.length - 1;
    if (range != null) {
      String[] ends = range.substring(range.indexOf('=') + 1).split("-", 2);
      from = Integer.parseInt(ends[0]);
      to = ends[1].isEmpty() ? to : Math.min(to, Integer.parseInt(ends[1]));
      exchange
          .getResponseHeaders()
          .add("Content-Range", "bytes " + from + "-" + to + "/" + FILE.length);
    }
    exchange.sendResponseHeaders(range == null ? 200 : 206, to - from + 1);
    exchange.getResponseBody().write(FILE, from, to - from + 1);
  }

  private static String list() {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
        + "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>train</Name><Prefix></Prefix>"
        + "<KeyCount>1</KeyCount><MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType>"
        + "<IsTruncated>false</IsTruncated><Contents><Key>file</Key>"
        + "<LastModified>2025-01-01T00:00:00.000Z</LastModified><ETag>&quot;1&quot;</ETag><Size>"
        + FILE.length
        + "</Size><StorageClass>STANDARD</StorageClass></Contents></ListBucketResult>";
  }
}
