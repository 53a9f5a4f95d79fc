package dev.cove.state;

import dev.cove.state.sqlite.SqliteUnderTest;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class SqliteQueueTest extends QueueContract {
  @TempDir
  private Path folder;

  @Override
  protected StoreUnderTest create() {
    return new SqliteUnderTest(folder);
  }
}
