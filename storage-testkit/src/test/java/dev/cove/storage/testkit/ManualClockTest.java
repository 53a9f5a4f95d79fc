package dev.cove.storage.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

final class ManualClockTest {
  private final Instant start = Instant.parse("2026-02-03T04:05:06.7Z");
  private final ManualClock clock = new ManualClock(start);
  private final LongSupplier ticker = clock.ticker();

  @Test
  void timeStandsStillUntilItIsAdvanced() {
    assertThat(clock.instant()).isEqualTo(start);
    assertThat(ticker.getAsLong()).isZero();
    clock.advance(Duration.ofMillis(1_500));
    assertThat(clock.instant()).isEqualTo(start.plusMillis(1_500));
    assertThat(ticker.getAsLong()).isEqualTo(1_500_000_000L);
  }

  @Test
  void anAdjustedClockLeavesTheTickerAlone() {
    clock.set(start.minusSeconds(60));
    assertThat(clock.instant()).isEqualTo(start.minusSeconds(60));
    assertThat(ticker.getAsLong()).isZero();
  }

  @Test
  void timeDoesNotRunBackwards() {
    assertThatIllegalArgumentException().isThrownBy(() -> clock.advance(Duration.ofNanos(-1)));
  }
}
