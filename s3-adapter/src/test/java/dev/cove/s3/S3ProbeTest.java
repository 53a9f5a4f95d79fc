package dev.cove.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cove.s3.CannedServer.Answer;
import dev.cove.s3.CannedServer.Asked;
import dev.cove.s3.S3Credentials.Keys;
import dev.cove.storage.StorageException;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** That the probe believes what a server does, not what it should. */
final class S3ProbeTest {

  private static S3Config config(CannedServer server) {
    Keys keys = new Keys("AKID", "secret", null);
    return S3Config.bucket("bucket")
        .endpoint(server.endpoint())
        .credentials(S3Credentials.of(() -> keys))
        .attempts(1)
        .build();
  }

  @Test
  void aServerThatIgnoresEveryConditionIsSeenThrough() throws IOException {
    try (CannedServer server = new CannedServer()) {
      server.answer(S3ProbeTest::obedient);
      assertThat(S3Probe.run(config(server), "")).isEqualTo(new S3Support(false, false, false));
    }
  }

  @Test
  void aServerThatHonoursEveryConditionIsBelieved() throws IOException {
    try (CannedServer server = new CannedServer()) {
      server.answer(
          asked -> asked.header("If-Match") != null || asked.header("If-None-Match") != null
              ? Answer.error(412, "PreconditionFailed", "No.")
              : obedient(asked));
      assertThat(S3Probe.run(config(server), "p/")).isEqualTo(new S3Support(true, true, true));
      assertThat(server.asked()).hasSizeLessThanOrEqualTo(8);
      assertThat(server.asked())
          .allMatch(asked -> asked.target().getPath().startsWith("/bucket/p/.cove-probe-"));
      assertThat(server.last().method()).isEqualTo("DELETE");
      assertThat(server.last().header("If-Match")).isNull();
    }
  }

  @Test
  void anAnswerThatIsLostOnTheWayChangesNothing() throws IOException {
    try (CannedServer server = new CannedServer()) {
      AtomicInteger conditional = new AtomicInteger();
      server.answer(asked -> {
        if (asked.header("If-Match") == null && asked.header("If-None-Match") == null) {
          return obedient(asked);
        }
        return conditional.incrementAndGet() % 2 == 1
            ? Answer.error(500, "InternalError", "Who knows.")
            : Answer.error(412, "PreconditionFailed", "No.");
      });
      S3Config retrying = config(server).toBuilder().attempts(2).build();
      assertThat(S3Probe.run(retrying, "")).isEqualTo(new S3Support(true, true, true));
    }
  }

  @Test
  void aServerThatRefusesTheHeadersIsTakenForOneWithoutConditions() throws IOException {
    try (CannedServer server = new CannedServer()) {
      server.answer(
          asked -> asked.header("If-Match") != null || asked.header("If-None-Match") != null
              ? Answer.error(501, "NotImplemented", "A header is not implemented.")
              : obedient(asked));
      assertThat(S3Probe.run(config(server), "")).isEqualTo(new S3Support(false, false, false));
    }
  }

  @Test
  void whereNothingMayBeWrittenTheProbeSaysSo() throws IOException {
    try (CannedServer server = new CannedServer()) {
      server.answer(asked -> Answer.error(403, "AccessDenied", "No."));
      assertThatThrownBy(() -> S3Probe.run(config(server), ""))
          .isInstanceOfSatisfying(
              StorageException.class,
              e -> assertThat(e.kind()).isEqualTo(StorageException.Kind.ACCESS_DENIED));
    }
  }

  private static Answer obedient(Asked asked) {
    return asked.header("x-amz-copy-source") != null
        ? Answer.xml(200, "<CopyObjectResult><ETag>\"e\"</ETag></CopyObjectResult>")
        : Answer.ok();
  }
}
