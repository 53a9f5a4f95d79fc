package dev.cove.storage.testkit.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

@Timeout(60)
final class HttpFaultProxyMainTest {

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      http://127.0.0.1:9 --delay 30 | --delay takes a time as 30ms or 1.5s, not 30
      http://127.0.0.1:9 --listen 127.0.0.1 | --listen takes HOST:PORT, not 127.0.0.1
      https://127.0.0.1:9 | the server behind the proxy is http://HOST:PORT, not https://127.0.0.1:9
      --delay 30ms | Missing required parameter: 'URL'
      """)
  void wrongArgumentsAreNamed(String arguments, String message) {
    StringWriter errors = new StringWriter();
    int status = new CommandLine(new HttpFaultProxyMain())
        .setErr(new PrintWriter(errors, true))
        .execute(arguments.split(" "));
    assertThat(status).isEqualTo(2);
    assertThat(errors.toString().lines().findFirst()).hasValue(message);
  }

  @Test
  void aPortThatIsTakenIsNamed() throws Exception {
    try (OriginServer origin = new OriginServer()) {
      StringWriter errors = new StringWriter();
      String taken = origin.endpoint().getAuthority();
      int status = new CommandLine(new HttpFaultProxyMain())
          .setErr(new PrintWriter(errors, true))
          .execute("--listen", taken, origin.endpoint().toString());
      assertThat(status).isEqualTo(2);
      assertThat(errors.toString())
          .startsWith("cannot listen on " + taken + ": is the port taken?");
    }
  }

  @Test
  void itPrintsItsAddressAndDelaysAnswersUntilItIsStopped() throws Exception {
    try (OriginServer origin = new OriginServer()) {
      CompletableFuture<String> address = new CompletableFuture<>();
      Thread program = new Thread(() -> new CommandLine(new HttpFaultProxyMain())
          .setOut(new PrintWriter(new FirstLine(address), true))
          .execute("--delay", "40ms", origin.endpoint().toString()));
      program.start();
      try {
        URI endpoint = URI.create(address.get(30, TimeUnit.SECONDS));
        long start = System.nanoTime();
        HttpResponse<byte[]> answer = HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(endpoint.resolve("/b/77")).build(),
                BodyHandlers.ofByteArray());
        assertThat(answer.body()).hasSize(77);
        assertThat(Duration.ofNanos(System.nanoTime() - start))
            .isGreaterThanOrEqualTo(Duration.ofMillis(40));
      } finally {
        program.interrupt();
        program.join();
      }
    }
  }

  /** Hands on the first line that is written. */
  private static final class FirstLine extends StringWriter {
    private final CompletableFuture<String> line;

    FirstLine(CompletableFuture<String> line) {
      this.line = line;
    }

    @Override
    public void flush() {
      String text = toString();
      if (text.contains("\n")) {
        line.complete(text.lines().findFirst().orElseThrow());
      }
    }
  }
}
