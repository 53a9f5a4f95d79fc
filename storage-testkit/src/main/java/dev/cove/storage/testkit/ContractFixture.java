package dev.cove.storage.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cove.storage.ByteRange;
import dev.cove.storage.Content;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ListPage;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import dev.cove.storage.Stored;
import dev.cove.storage.Upload;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What the parts of the contract share: the hooks a backend fills in, and words to write tests with.
 * The parts form one line of superclasses below {@link ObjectStoreContract}, a file for each subject.
 */
@ExtendWith(DeviationCheck.class)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
abstract class ContractFixture {

  // Every test has a stretch of the key space to itself, so that a bucket can be shared.
  private final String home = "contract/" + UUID.randomUUID() + "/";
  private final List<Upload> begun = new ArrayList<>();

  /**
   * The store under test. It may be the same for all tests, and hold other objects; the contract works
   * below a prefix of its own for each test, removes what it made and does not close the store.
   */
  protected abstract ObjectStore store();

  /**
   * Promises this backend cannot keep: the name of the test, and the reason. Such a test must fail, so
   * that a deviation that is gone does not stay on the list.
   */
  protected Map<String, String> deviations() {
    return Map.of();
  }

  /** Why the server does not take a key that others take, or null where it does. It must answer INVALID then. */
  protected @Nullable String whyRefused(String key) {
    return null;
  }

  /** A store of a bucket that does not exist; null only where a backend cannot have one. */
  protected @Nullable ObjectStore missingBucket() {
    return null;
  }

  /** The same bucket opened with credentials the server does not know; null where it checks none. */
  protected @Nullable ObjectStore wrongCredentials() {
    return null;
  }

  /** A storage class that is not the default one; null where there is only one. */
  protected @Nullable String otherStorageClass() {
    return null;
  }

  /** Archives objects as the backend's tiering would; null where a test cannot do that. */
  protected @Nullable Archiving archiving() {
    return null;
  }

  /** How a test brings an object into an archive. */
  protected interface Archiving {
    void archive(String key) throws StorageException;
  }

  @AfterEach
  final void removeWhatTheTestMade() throws StorageException {
    // Aborted by name: not every server lists uploads by prefix.
    for (Upload upload : begun) {
      store().abort(upload);
    }
    List<String> keys = keysBelow(home);
    if (!keys.isEmpty()) {
      store().deleteAll(keys);
    }
  }

  final Upload begin(String name) throws StorageException {
    return begin(name, WriteOptions.DEFAULT);
  }

  final Upload begin(String name, WriteOptions options) throws StorageException {
    Upload upload = store().createUpload(key(name), options);
    begun.add(upload);
    return upload;
  }

  /** This test's own key of that name; names without a leading slash sort and nest as they are. */
  protected final String key(String name) {
    return home + name;
  }

  final String name(String key) {
    assertThat(key).startsWith(home);
    return key.substring(home.length());
  }

  final List<String> names(List<ObjectInfo> objects) {
    return objects.stream().map(object -> name(object.key())).toList();
  }

  static byte[] bytes(int size, long seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  static Content text(String text) {
    return Content.of(text.getBytes(UTF_8));
  }

  static WriteOptions when(WriteCondition condition) {
    return WriteOptions.DEFAULT.with(condition);
  }

  final Stored put(String name, String text) throws StorageException {
    return store().put(key(name), text(text), WriteOptions.DEFAULT);
  }

  final Stored put(String name, byte[] bytes) throws StorageException {
    return store().put(key(name), Content.of(bytes), WriteOptions.DEFAULT);
  }

  final void putEach(String... names) throws StorageException {
    for (String name : names) {
      put(name, "");
    }
  }

  final String read(String name) throws IOException {
    return new String(readBytes(GetRequest.whole(key(name))), UTF_8);
  }

  final String read(String name, long offset, long length) throws IOException {
    return new String(
        readBytes(new GetRequest(key(name), ByteRange.of(offset, length), null)), UTF_8);
  }

  final byte[] readBytes(GetRequest request) throws IOException {
    try (ObjectBody body = store().get(request)) {
      return drain(body);
    }
  }

  static byte[] drain(ObjectBody body) throws IOException {
    ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(body.length()) + 1);
    int count = 0;
    while (count >= 0) {
      count = body.read(all);
    }
    byte[] bytes = new byte[all.flip().remaining()];
    all.get(bytes);
    assertThat(bytes).hasSize(Math.toIntExact(body.length()));
    return bytes;
  }

  final List<ListPage> pages(ListRequest first) throws StorageException {
    List<ListPage> pages = new ArrayList<>();
    ListPage page = store().list(first);
    pages.add(page);
    while (page.nextToken() != null) {
      page = store().list(first.page(page.nextToken()));
      pages.add(page);
      assertThat(pages).as("a list ends").hasSizeLessThan(10_000);
    }
    return pages;
  }

  final List<String> keysBelow(String prefix) throws StorageException {
    return pages(ListRequest.all(prefix)).stream()
        .flatMap(page -> page.objects().stream())
        .map(ObjectInfo::key)
        .toList();
  }

  final boolean exists(String name) throws StorageException {
    try {
      store().head(key(name));
      return true;
    } catch (StorageException e) {
      assertThat(e.kind()).isEqualTo(StorageException.Kind.NOT_FOUND);
      return false;
    }
  }

  final Version version(String name) throws StorageException {
    return store().head(key(name)).version();
  }

  /** A version the object had once and has no more, of a kind the backend understands. */
  final Version formerVersion(String name) throws StorageException {
    Version former = put(name, "former state of " + name).version();
    put(name, "present state of " + name);
    return former;
  }

  static void assertFails(StorageException.Kind kind, ThrowingCallable call) {
    Throwable thrown = catchThrowable(call);
    assertThat(thrown).isInstanceOf(StorageException.class);
    assertThat(((StorageException) thrown).kind()).as(thrown.toString()).isEqualTo(kind);
    assertThat(thrown.getMessage()).as("one line fit for a user").isNotBlank().doesNotContain("\n");
  }
}
