package dev.cove.it.mount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a mount keeps on disk, and what it tells of its work. */
@Timeout(300)
final class DiskCacheIT {
  private static final Pattern FETCHES = Pattern.compile("\"store_requests.GET\":(\\d+)");

  private static final Pattern PID = Pattern.compile("\"pid\":(\\d+)");

  @TempDir
  private Path temp;

  @Test
  void whatAKilledMountKeptTheNextReads() throws Exception {
    byte[] bytes = new byte[5_000_000];
    new Random(1).nextBytes(bytes);
    String cache = temp.resolve("cache").toString();
    try (BucketMount bucket = new BucketMount(temp)) {
      bucket.put("file", bytes);
      bucket.mount("--cache-dir", cache);
      assertThat(Files.readAllBytes(bucket.directory.resolve("file"))).isEqualTo(bytes);
      awaitWritten(bucket, bytes.length);
      Matcher pid = PID.matcher(bucket.cove("mounts", "--json").output());
      assertThat(pid.find()).isTrue();
      ProcessHandle mount = ProcessHandle.of(Long.parseLong(pid.group(1))).orElseThrow();
      assertThat(mount.destroyForcibly()).isTrue();
      mount.onExit().get();
      BucketMount.Result again = bucket.cove(
          "mount",
          "s3://" + bucket.sh("echo $B"),
          bucket.directory.toString(),
          "--cache-dir",
          cache);
      assertThat(again.exit()).as(again.output()).isZero();
      assertThat(Files.readAllBytes(bucket.directory.resolve("file"))).isEqualTo(bytes);
      assertThat(stats(bucket)).contains("\"disk_cache_hit_bytes\":" + bytes.length);
      assertThat(FETCHES.matcher(stats(bucket)).find()).isFalse();
    }
  }

  private static void awaitWritten(BucketMount bucket, long bytes) throws Exception {
    while (!stats(bucket).contains("\"disk_cache_written_bytes\":" + bytes)) {
      Thread.sleep(20);
    }
  }

  private static String stats(BucketMount bucket) throws Exception {
    BucketMount.Result result = bucket.cove("stats", bucket.directory.toString(), "--json");
    assertThat(result.exit()).as(result.output()).isZero();
    return result.output();
  }

  @Test
  void aMountTellsWhatItHasDoneToPeopleAndToPrometheus() throws Exception {
    byte[] bytes = "some text".getBytes(UTF_8);
    int port = freePort();
    try (BucketMount bucket = new BucketMount(temp)) {
      bucket.put("file", bytes);
      bucket.mount("--metrics", Integer.toString(port));
      assertThat(Files.readAllBytes(bucket.directory.resolve("file"))).isEqualTo(bytes);

      String json = stats(bucket);
      assertThat(json)
          .startsWith("[{\"mountPoint\":")
          .contains("\"read_bytes\":" + bytes.length, "\"memory_limit_bytes\":");
      Matcher fetches = FETCHES.matcher(json);
      assertThat(fetches.find()).isTrue();
      assertThat(fetches.group(1)).isEqualTo("1");

      BucketMount.Result shown = bucket.cove("stats", bucket.directory.toString());
      assertThat(shown.output())
          .contains("read", "GET", "1 requests, 0 failed", "memory", "kernel");

      HttpResponse<String> scraped = HttpClient.newHttpClient()
          .send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(scraped.statusCode()).isEqualTo(200);
      String mount = "mount=\"" + bucket.directory.toRealPath() + "\"";
      assertThat(Arrays.asList(scraped.body().split("\n")))
          .contains(
              "cove_read_bytes_total{" + mount + "} " + bytes.length + ".0",
              "cove_store_requests_total{kind=\"GET\"," + mount + "} 1.0",
              "# TYPE cove_memory_bytes gauge");
    }
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
