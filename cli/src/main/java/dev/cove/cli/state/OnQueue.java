package dev.cove.cli.state;

import dev.cove.state.IfMissing;
import dev.cove.state.NamedQueue;
import dev.cove.state.StateStore;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command on one queue, or one of its partitions. */
abstract class OnQueue extends StateAction {
  @Parameters(index = "0", paramLabel = "NAME", description = "The queue.")
  String name;

  abstract int run(NamedQueue queue) throws IOException, InterruptedException;

  @Override
  final int run(StateStore store) throws IOException, InterruptedException {
    return run(store.queue(name, ifMissing()));
  }

  IfMissing ifMissing() {
    return IfMissing.FAIL;
  }

  /** Names a partition. */
  static final class Partition {
    @Option(
        names = {"-p", "--partition"},
        paramLabel = "KEY",
        description = "The partition of this key, 1 to 64 bytes. Default: the main one.")
    private @Nullable String key;

    boolean given() {
      return key != null;
    }

    NamedQueue of(NamedQueue queue, Format format) {
      return key == null ? queue : queue.partition(format.key(key));
    }
  }
}
