package dev.cove.storage.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.LoggingObjectStore;
import dev.cove.storage.MeteredObjectStore;
import dev.cove.storage.ObjectStore;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** Decorators change nothing but what they are for. */
final class DecoratedObjectStoreContractTest extends ObjectStoreContract {
  private final CapturingLogger log = new CapturingLogger();
  private final CollectingMetrics metrics = new CollectingMetrics();
  private final RecordingObjectStore recording =
      new RecordingObjectStore(new FaultyObjectStore(new MemoryObjectStore()));
  private final ObjectStore store = new LoggingObjectStore(
      new MeteredObjectStore(recording, metrics, new ManualClock().ticker()),
      log,
      new ManualClock().ticker());

  @Override
  protected ObjectStore store() {
    return store;
  }

  @AfterEach
  void eachCallWasLoggedCountedAndRecordedOnce() {
    List<String> requests = recording.requests();
    assertThat(log.lines()).hasSameSizeAs(requests);
    assertThat(metrics.calls()).isEqualTo(requests.size());
  }
}
