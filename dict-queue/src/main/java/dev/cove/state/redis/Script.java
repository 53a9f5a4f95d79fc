package dev.cove.state.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A step that the server takes whole. */
enum Script {
  CREATE("common", "create"),
  DICT_GET("dict-get-fast", "common", "dict", "dict-get"),
  DICT_CONTAINS("common", "dict", "dict-contains"),
  DICT_PUT("dict-put-fast", "common", "dict", "dict-put"),
  DICT_PUT_ANY("common", "dict", "dict-put-any", "dict-put"),
  DICT_COMPARE("common", "dict", "dict-compare"),
  DICT_INCREMENT("dict-increment-fast", "common", "dict", "dict-increment"),
  DICT_TAKE("common", "dict", "dict-take"),
  DICT_PUT_ALL("common", "dict", "dict-putall"),
  DICT_PAGE("common", "dict", "dict-page"),
  DICT_SIZE("common", "dict", "dict-size"),
  DICT_CLEAR("common", "dict", "dict-clear"),
  QUEUE_PUT("queue-put-fast", "common", "queue", "queue-offer"),
  QUEUE_PUT_ANY("common", "queue", "queue-put-any", "queue-offer"),
  QUEUE_POLL("queue-poll-fast", "common", "queue", "queue-take"),
  QUEUE_TAKE_ANY("common", "queue", "queue-take-any", "queue-take"),
  QUEUE_LEASE("common", "queue", "queue-lease"),
  QUEUE_LEASED("common", "queue", "queue-leased"),
  QUEUE_PEEK("common", "queue", "queue-peek"),
  QUEUE_SIZE("common", "queue", "queue-size"),
  QUEUE_TOTAL("common", "queue", "queue-total"),
  QUEUE_PARTITIONS("common", "queue", "queue-partitions"),
  QUEUE_CAPACITY("common", "queue", "queue-capacity"),
  QUEUE_CLEAR("common", "queue", "queue-clear");

  final byte[] text;
  /** What the server calls it once it has seen it. */
  final byte[] digest;

  Script(String... parts) {
    StringBuilder whole = new StringBuilder();
    for (String part : parts) {
      whole.append(resource(part));
    }
    text = whole.toString().getBytes(StandardCharsets.UTF_8);
    try {
      digest = HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-1").digest(text))
          .getBytes(StandardCharsets.US_ASCII);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java runtime has SHA-1", e);
    }
  }

  private static String resource(String name) {
    try (InputStream in = Script.class.getResourceAsStream(name + ".lua")) {
      if (in == null) {
        throw new AssertionError(name + ".lua is not beside its class");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
