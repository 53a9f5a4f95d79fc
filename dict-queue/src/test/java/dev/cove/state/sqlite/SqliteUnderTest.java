package dev.cove.state.sqlite;

import dev.cove.state.Limits;
import dev.cove.state.StateStore;
import dev.cove.state.StoreOptions;
import dev.cove.state.StoreUnderTest;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.atomic.AtomicReference;

/** An embedded store in a folder, with a clock that a test moves forward. */
public final class SqliteUnderTest implements StoreUnderTest {
  private final Path folder;
  private final ShiftedClock clock = new ShiftedClock();

  public SqliteUnderTest(Path folder) {
    this.folder = folder;
  }

  @Override
  public StateStore open(Limits limits) {
    return StateStore.over(
        SqliteBackend.open(StoreOptions.embedded(folder).withLimits(limits), clock), limits);
  }

  @Override
  public void advance(Duration duration) {
    clock.shift.updateAndGet(duration::plus);
  }

  @Override
  public void close() {
    // The folder is the test's.
  }

  private static final class ShiftedClock extends Clock {
    private final AtomicReference<Duration> shift = new AtomicReference<>(Duration.ZERO);

    @Override
    public ZoneId getZone() {
      return Clock.systemUTC().getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new AssertionError("nobody asks for this");
    }

    @Override
    public Instant instant() {
      return Instant.now().plus(shift.get());
    }
  }
}
