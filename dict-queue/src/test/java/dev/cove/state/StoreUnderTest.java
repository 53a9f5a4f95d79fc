package dev.cove.state;

import java.time.Duration;

/** A store whose clock a test moves. Handles opened from it are as far apart as two processes are. */
public interface StoreUnderTest extends AutoCloseable {
  /** A new opening of the same store. */
  StateStore open(Limits limits);

  /** Makes that much time pass for everything that expires. */
  void advance(Duration duration);

  @Override
  void close() throws Exception;
}
