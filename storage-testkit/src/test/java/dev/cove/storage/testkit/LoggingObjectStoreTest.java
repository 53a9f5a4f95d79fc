package dev.cove.storage.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cove.storage.ByteRange;
import dev.cove.storage.Content;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ListRequest;
import dev.cove.storage.LoggingObjectStore;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

final class LoggingObjectStoreTest {
  private final ManualClock clock = new ManualClock();
  private final CapturingLogger log = new CapturingLogger();
  private final FaultyObjectStore faulty = new FaultyObjectStore(new MemoryObjectStore());
  private final SlowStore slow = new SlowStore(faulty, () -> clock.advance(Duration.ofMillis(12)));
  private final LoggingObjectStore store = new LoggingObjectStore(slow, log, clock.ticker());

  @Test
  void aCallIsOneLineWithWhatHowLongAndHowItEnded() throws StorageException {
    store.put("a", Content.EMPTY, WriteOptions.DEFAULT);
    store.list(ListRequest.children(""));
    assertThat(catchThrowable(() -> store.get(new GetRequest("a", ByteRange.of(0, 1024), null))))
        .isInstanceOf(StorageException.class);
    assertThat(log.lines())
        .containsExactly(
            "DEBUG PUT a: ok, 12.0 ms",
            "DEBUG LIST \"\" /: ok, 12.0 ms",
            "DEBUG GET a 0-1023: INVALID_RANGE, 12.0 ms");
  }

  @Test
  void aKeyCannotForgeALineOrDriveATerminal() throws StorageException {
    store.delete("a\nDEBUG PUT b: ok\u001b[2J\u202e ü😀", WriteCondition.none());
    assertThat(log.lines())
        .containsExactly("DEBUG DELETE a\\u{a}DEBUG PUT b: ok\\u{1b}[2J\\u{202e} ü😀: ok, 12.0 ms");
  }

  @Test
  void contentMetadataTagsAndMessagesAreNotLogged() throws StorageException {
    String marker = "hunter2";
    WriteOptions options = new WriteOptions(
        WriteCondition.none(),
        ObjectAttributes.NONE.withMetadata(Map.of("token", marker)),
        Map.of("key", marker),
        null);
    store.put("a", Content.of(marker.getBytes(StandardCharsets.UTF_8)), options);
    slow.failWith(new StorageException(Kind.UNAUTHENTICATED, "signed with " + marker));
    assertThat(catchThrowable(() -> store.head("a"))).hasMessageContaining(marker);
    assertThat(log.lines())
        .hasSize(2)
        .noneMatch(line -> line.contains(marker))
        .contains("DEBUG HEAD a: UNAUTHENTICATED, 12.0 ms");
  }

  @Test
  void nothingIsWrittenWhileDebugIsOff() throws StorageException {
    CapturingLogger quiet = new CapturingLogger(Level.INFO);
    new LoggingObjectStore(faulty, quiet, clock.ticker()).list(ListRequest.all(""));
    assertThat(quiet.lines()).isEmpty();
  }

  @Test
  void anUnexpectedFailureIsLoggedAndPassedOn() {
    slow.failWith(new IllegalStateException("defect"));
    assertThat(catchThrowable(() -> store.head("a"))).isInstanceOf(IllegalStateException.class);
    assertThat(log.lines()).containsExactly("DEBUG HEAD a: failed unexpectedly, 12.0 ms");
  }
}
