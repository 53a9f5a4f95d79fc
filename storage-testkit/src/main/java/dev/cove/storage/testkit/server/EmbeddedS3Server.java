package dev.cove.storage.testkit.server;

import dev.cove.embedded.EmbeddedS3;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The embedded S3 server: for keys that MinIO refuses, such as {@code a//b} and {@code a/../b}. */
public final class EmbeddedS3Server implements S3Server {
  private static @Nullable EmbeddedS3Server shared;

  private final EmbeddedS3 server;

  private EmbeddedS3Server(EmbeddedS3 server) {
    this.server = server;
  }

  public static synchronized EmbeddedS3Server shared() {
    EmbeddedS3Server chosen = shared;
    if (chosen == null) {
      try {
        EmbeddedS3 started = EmbeddedS3.start(
            Scratch.directory("embedded-s3"), 0, List.of(), EmbeddedS3.Lifetime.OF_THIS_PROCESS);
        AtExit.run(started::close);
        chosen = new EmbeddedS3Server(started);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      shared = chosen;
    }
    return chosen;
  }

  @Override
  public URI endpoint() {
    return server.endpoint();
  }

  @Override
  public String accessKey() {
    return "any";
  }

  @Override
  public String secretKey() {
    return "any";
  }

  @Override
  public String region() {
    return "us-east-1";
  }

  @Override
  public boolean isReal() {
    return false;
  }
}
