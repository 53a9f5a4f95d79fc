package dev.cove.storage.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.Content;
import dev.cove.storage.ContentHeaders;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What put promises of bytes, keys and attributes. */
abstract class WriteContract extends ConditionContract {
  static final ContentHeaders ALL_HEADERS = new ContentHeaders(
      "text/plain; charset=utf-8",
      "gzip",
      "attachment; filename=\"report.txt\"",
      "de-CH",
      "max-age=60, must-revalidate");

  @Test
  void aPutShowsInEveryLaterHeadGetAndList() throws IOException {
    for (int round = 0; round < 5; round++) {
      String text = "x".repeat(round + 1);
      put("a", text);
      assertThat(store().head(key("a")).size()).isEqualTo(text.length());
      assertThat(read("a")).isEqualTo(text);
      assertThat(store().list(ListRequest.all(key(""))).objects())
          .singleElement()
          .satisfies(listed -> assertThat(listed.size()).isEqualTo(text.length()));
    }
  }

  @Test
  void statesWithDifferentBytesNeverShareAVersion() throws IOException {
    List<Object> versions = new ArrayList<>();
    for (int round = 0; round < 10; round++) {
      versions.add(put("a", "state " + round).version());
    }
    assertThat(versions).doesNotHaveDuplicates();
  }

  @Test
  void contentMayBeAnArrayOrAPartOfAHeapOrDirectBuffer() throws IOException {
    byte[] bytes = bytes(70_000, 6);
    ByteBuffer direct = ByteBuffer.allocateDirect(80_000).position(5_000);
    direct.put(bytes).flip().position(5_000);
    ByteBuffer heap = ByteBuffer.allocate(80_000).position(7);
    heap.put(bytes).flip().position(7);
    for (Content content : List.of(Content.of(bytes), Content.of(direct), Content.of(heap))) {
      store().put(key("a"), content, WriteOptions.DEFAULT);
      assertThat(readBytes(GetRequest.whole(key("a")))).isEqualTo(bytes);
    }
    assertThat(direct.position()).isEqualTo(5_000);
  }

  @Test
  void anObjectOfManyMegabytesArrivesAsItWasSent() throws IOException {
    byte[] bytes = bytes(20 << 20, 7);
    put("a", bytes);
    assertThat(readBytes(GetRequest.whole(key("a")))).isEqualTo(bytes);
  }

  @Test
  void oddKeysAreStoredListedReadAndDeletedAsTheyAre() throws IOException {
    List<String> taken = new ArrayList<>();
    for (String name : OddKeys.ALL) {
      if (whyRefused(key(name)) == null) {
        put(name, "content of " + name);
        taken.add(key(name));
      } else {
        assertFails(Kind.INVALID, () -> put(name, "refused"));
      }
    }
    assertThat(keysBelow(key(""))).containsExactlyInAnyOrderElementsOf(taken);
    for (String key : taken) {
      assertThat(store().head(key).key()).isEqualTo(key);
      assertThat(read(name(key))).isEqualTo("content of " + name(key));
      assertThat(keysBelow(key)).as("prefix %s", key).contains(key);
      store().delete(key, WriteCondition.none());
      assertThat(exists(name(key))).as(key).isFalse();
    }
    assertThat(keysBelow(key(""))).isEmpty();
  }

  @Test
  void aKeyMayBeginWithASlash() throws IOException {
    String key = "/" + key("a");
    if (whyRefused(key) != null) {
      assertFails(Kind.INVALID, () -> store().put(key, text("refused"), WriteOptions.DEFAULT));
      return;
    }
    put("a", "without");
    store().put(key, text("with"), WriteOptions.DEFAULT);
    try {
      assertThat(new String(readBytes(GetRequest.whole(key)), UTF_8)).isEqualTo("with");
      assertThat(read("a")).isEqualTo("without");
      assertThat(keysBelow("/" + key(""))).containsExactly(key);
    } finally {
      store().delete(key, WriteCondition.none());
    }
  }

  @Test
  void keysHaveOneTo1024BytesOfUtf8() throws IOException {
    String start = key("");
    String longest = start
        + "ü/".repeat((1_024 - start.length()) / 3)
        + "x".repeat((1_024 - start.length()) % 3);
    assertThat(longest.getBytes(UTF_8)).hasSize(1_024);
    store().put(longest, text("fits"), WriteOptions.DEFAULT);
    assertThat(keysBelow(start)).containsExactly(longest);
    assertFails(
        Kind.INVALID, () -> store().put(longest + "x", text("too long"), WriteOptions.DEFAULT));
    assertFails(Kind.INVALID, () -> store().put("", text("no key"), WriteOptions.DEFAULT));
  }

  @Test
  void metadataKeepsAnyText() throws IOException {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("plain", "0100644");
    metadata.put("with-dash", "1732376520.123456789");
    metadata.put("umlaut", "Grüße");
    metadata.put("japanese", "日本語");
    metadata.put("emoji", "😀");
    metadata.put("spaces", " leading, two  inside, trailing ");
    metadata.put("lines", "one\ntwo\r\nthree\ttab");
    metadata.put("signs", "100% \"quoted\" \\ a=b&c;d,e%20f+g");
    metadata.put("encoded-word", "=?UTF-8?Q?looks_encoded?=");
    metadata.put("base64", "w7w=");
    metadata.put("empty", "");
    ObjectAttributes attributes = ObjectAttributes.NONE.withMetadata(metadata);
    store().put(key("a"), text("x"), WriteOptions.DEFAULT.with(attributes));
    assertThat(attributesOf("a").metadata()).isEqualTo(metadata);
    try (ObjectBody body = store().get(GetRequest.whole(key("a")))) {
      assertThat(attributesOf(body.info()).metadata()).isEqualTo(metadata);
    }
  }

  @Test
  void metadataThatIsTooLargeIsInvalidAndStoresNothing() throws IOException {
    ObjectAttributes attributes =
        ObjectAttributes.NONE.withMetadata(Map.of("large", "x".repeat(12_000)));
    assertFails(
        Kind.INVALID,
        () -> store().put(key("a"), text("x"), WriteOptions.DEFAULT.with(attributes)));
    assertThat(exists("a")).isFalse();
  }

  @Test
  void headersAreKept() throws IOException {
    ObjectAttributes attributes = new ObjectAttributes(ALL_HEADERS, Map.of(), null);
    store().put(key("a"), text("x"), WriteOptions.DEFAULT.with(attributes));
    assertThat(attributesOf("a").headers()).isEqualTo(ALL_HEADERS);
    try (ObjectBody body = store().get(GetRequest.whole(key("a")))) {
      assertThat(attributesOf(body.info()).headers()).isEqualTo(ALL_HEADERS);
    }
  }

  @Test
  void bytesThatClaimAnEncodingAreDeliveredAsStored() throws IOException {
    ContentHeaders gzip = new ContentHeaders("text/plain", "gzip", null, null, null);
    byte[] bytes = bytes(5_000, 8);
    store()
        .put(
            key("a"),
            Content.of(bytes),
            WriteOptions.DEFAULT.with(new ObjectAttributes(gzip, Map.of(), null)));
    assertThat(store().head(key("a")).size()).isEqualTo(bytes.length);
    assertThat(readBytes(GetRequest.whole(key("a")))).isEqualTo(bytes);
  }

  @Test
  void aPlainPutReplacesAttributesToo() throws IOException {
    ObjectAttributes attributes = new ObjectAttributes(ALL_HEADERS, Map.of("mode", "33188"), null);
    store().put(key("a"), text("x"), WriteOptions.DEFAULT.with(attributes));
    put("a", "y");
    ObjectAttributes left = attributesOf("a");
    assertThat(left.metadata()).isEmpty();
    assertThat(left.headers().contentEncoding()).isNull();
    assertThat(left.headers().contentDisposition()).isNull();
    assertThat(left.headers().contentLanguage()).isNull();
    assertThat(left.headers().cacheControl()).isNull();
  }

  @Test
  void tagsAreKeptWhereThereAreTags() throws IOException {
    put("plain", "x");
    assertThat(store().tags(key("plain"))).isEmpty();
    if (!store().capabilities().tags()) {
      return;
    }
    Map<String, String> tags = tags();
    store()
        .put(
            key("a"),
            text("x"),
            new WriteOptions(WriteCondition.none(), ObjectAttributes.NONE, tags, null));
    assertThat(store().tags(key("a"))).isEqualTo(tags);
    assertFails(Kind.NOT_FOUND, () -> store().tags(key("none")));
  }

  /** Tags the server takes; by default with the signs that have to be escaped on their way. */
  protected Map<String, String> tags() {
    // The signs S3 allows in tags; a backend that puts them in a header has to escape them there.
    return new HashMap<>(
        Map.of("team", "data/eng", "cost centre", "x + y = 1.5_@:-", "größe", "ü"));
  }

  @Test
  void theStorageClassIsKept() throws IOException {
    put("plain", "x");
    String other = otherStorageClass();
    if (other == null) {
      assertThat(store().head(key("plain")).archived()).isFalse();
      return;
    }
    store()
        .put(
            key("a"),
            text("x"),
            new WriteOptions(WriteCondition.none(), ObjectAttributes.NONE, Map.of(), other));
    assertThat(store().head(key("a")).storageClass()).isEqualTo(other);
    assertThat(store().head(key("plain")).storageClass()).isNotEqualTo(other);
    assertThat(store().list(ListRequest.all(key("a"))).objects())
        .singleElement()
        .satisfies(listed -> assertThat(listed.storageClass()).isEqualTo(other));
  }

  @Test
  void manyThreadsUseOneStore() throws IOException {
    Together.run(16, thread -> {
      for (int i = 0; i < 10; i++) {
        String name = "thread-" + thread + "/" + i;
        put(name, name);
        assertThat(read(name)).isEqualTo(name);
        assertThat(exists(name)).isTrue();
        if (i % 2 == 1) {
          store().delete(key(name), WriteCondition.none());
        }
      }
      assertThat(keysBelow(key("thread-" + thread + "/"))).hasSize(5);
      return done();
    });
    assertThat(keysBelow(key(""))).hasSize(16 * 5);
  }

  final ObjectAttributes attributesOf(String name) throws StorageException {
    return attributesOf(store().head(key(name)));
  }

  /** Those of a head or get, which always has them. */
  static ObjectAttributes attributesOf(ObjectInfo info) {
    return Objects.requireNonNull(info.attributes(), "only a list may lack attributes");
  }
}
