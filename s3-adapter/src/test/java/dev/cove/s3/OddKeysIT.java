package dev.cove.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.ByteRange;
import dev.cove.storage.Content;
import dev.cove.storage.CopyRequest;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ListPage;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.Part;
import dev.cove.storage.StorageException;
import dev.cove.storage.Stored;
import dev.cove.storage.Upload;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import dev.cove.storage.testkit.server.EmbeddedS3Server;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Keys that Amazon S3 takes and MinIO does not, on the embedded server. It does not stand in for the
 * whole contract: under concurrent writers it breaks promises that S3 keeps.
 */
final class OddKeysIT {

  private ObjectStore store;

  @BeforeEach
  void open() {
    store = S3ObjectStores.open(TestBuckets.create(EmbeddedS3Server.shared()));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a//b", "//a", "/a", "a/", "a//", "a/./b", "a/../b", "../a", "..", ".", "./", "a/..",
        "dir/.."
      })
  void aKeyIsTakenAsItIsByEveryCall(String key) throws IOException {
    Stored stored = store.put(key, text("0123456789"), WriteOptions.DEFAULT);
    assertThat(store.head(key).version()).isEqualTo(stored.version());
    assertThat(read(GetRequest.whole(key))).isEqualTo("0123456789");
    assertThat(read(GetRequest.range(key, stored.version(), ByteRange.of(2, 3))))
        .isEqualTo("234");
    assertThat(keys()).containsExactly(key);

    WriteCondition former =
        WriteCondition.ifVersion(new Version("0123456789abcdef0123456789abcdef"));
    assertPrecondition(() -> store.put(key, text("x"), WriteOptions.DEFAULT.with(former)));

    store.copy(new CopyRequest(key, null, "copy", WriteCondition.none(), null));
    assertThat(read(GetRequest.whole("copy"))).isEqualTo("0123456789");
    store.copy(new CopyRequest("copy", null, key, WriteCondition.none(), null));

    Upload upload = store.createUpload(key, WriteOptions.DEFAULT);
    Part part = store.uploadPart(upload, 1, text("uploaded"));
    store.complete(upload, List.of(part), WriteCondition.none());
    assertThat(read(GetRequest.whole(key))).isEqualTo("uploaded");

    assertThat(store.deleteAll(List.of(key))).isEmpty();
    assertThat(keys()).containsExactly("copy");
    store.put(key, text("again"), WriteOptions.DEFAULT);
    store.delete(key, WriteCondition.none());
    assertThat(keys()).containsExactly("copy");
  }

  @Test
  void anObjectBesideAPrefixOfItsNameIsListedWithIt() throws IOException {
    for (String key : List.of("a", "a/b", "a//c", "a-")) {
      store.put(key, text(key), WriteOptions.DEFAULT);
    }
    assertThat(keys()).containsExactly("a", "a-", "a//c", "a/b");
    ListPage top = store.list(ListRequest.children(""));
    assertThat(top.objects()).extracting(ObjectInfo::key).containsExactly("a", "a-");
    assertThat(top.prefixes()).containsExactly("a/");
    ListPage below = store.list(ListRequest.children("a/"));
    assertThat(below.objects()).extracting(ObjectInfo::key).containsExactly("a/b");
    assertThat(below.prefixes()).containsExactly("a//");
  }

  private interface Call {
    void run() throws IOException;
  }

  private static void assertPrecondition(Call call) throws IOException {
    try {
      call.run();
    } catch (StorageException e) {
      assertThat(e.kind()).isEqualTo(StorageException.Kind.PRECONDITION_FAILED);
      return;
    }
    throw new AssertionError("went ahead");
  }

  private static Content text(String text) {
    return Content.of(text.getBytes(UTF_8));
  }

  private List<String> keys() throws StorageException {
    return store.list(ListRequest.all("")).objects().stream()
        .map(ObjectInfo::key)
        .toList();
  }

  private String read(GetRequest request) throws IOException {
    try (ObjectBody body = store.get(request)) {
      ByteBuffer all = ByteBuffer.allocateDirect(100);
      while (body.read(all) >= 0) {}
      return UTF_8.decode(all.flip()).toString();
    }
  }
}
