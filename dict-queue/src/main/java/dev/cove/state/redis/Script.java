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
  CREATE("create"),
  DICT_GET("dict", "dict-get"),
  DICT_CONTAINS("dict", "dict-contains"),
  DICT_PUT("dict", "dict-put"),
  DICT_COMPARE("dict", "dict-compare"),
  DICT_INCREMENT("dict", "dict-increment"),
  DICT_TAKE("dict", "dict-take"),
  DICT_PUT_ALL("dict", "dict-putall"),
  DICT_PAGE("dict", "dict-page"),
  DICT_SIZE("dict", "dict-size"),
  DICT_CLEAR("dict", "dict-clear"),
  QUEUE_OFFER("queue", "queue-offer"),
  QUEUE_TAKE("queue", "queue-take"),
  QUEUE_LEASE("queue", "queue-lease"),
  QUEUE_LEASED("queue", "queue-leased"),
  QUEUE_PEEK("queue", "queue-peek"),
  QUEUE_SIZE("queue", "queue-size"),
  QUEUE_TOTAL("queue", "queue-total"),
  QUEUE_PARTITIONS("queue", "queue-partitions"),
  QUEUE_CAPACITY("queue", "queue-capacity"),
  QUEUE_CLEAR("queue", "queue-clear");

  final byte[] text;
  /** What the server calls it once it has seen it. */
  final String digest;

  Script(String... parts) {
    StringBuilder whole = new StringBuilder(resource("common"));
    for (String part : parts) {
      whole.append(resource(part));
    }
    text = whole.toString().getBytes(StandardCharsets.UTF_8);
    try {
      digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(text));
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
