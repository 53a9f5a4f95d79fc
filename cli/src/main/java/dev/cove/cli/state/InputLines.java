package dev.cove.cli.state;

import dev.cove.cli.command.CommandFailure;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Lines as bytes, without their ends, none longer than a limit. */
final class InputLines {
  private final InputStream in;
  private final int limit;

  InputLines(InputStream in, int limit) {
    this.in = new BufferedInputStream(in, 1 << 16);
    this.limit = limit;
  }

  /** The next line; null at the end. What follows the last line end counts if there is anything. */
  byte @Nullable [] next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        return line.size() == 0 ? null : line.toByteArray();
      }
      if (line.size() == limit) {
        throw CommandFailure.usage("a line of standard input has more than the limit of " + limit
            + " bytes; what came before it was added");
      }
      line.write(b);
    }
    return line.toByteArray();
  }
}
