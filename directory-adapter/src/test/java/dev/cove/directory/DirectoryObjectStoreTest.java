package dev.cove.directory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cove.storage.Content;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a folder does beyond the contract of every store. */
final class DirectoryObjectStoreTest {
  @TempDir
  Path folder;

  private DirectoryObjectStore store;

  @BeforeEach
  void open() {
    store = new DirectoryObjectStore(folder);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void put(String key, String text) throws StorageException {
    put(key, text, WriteCondition.none());
  }

  private void put(String key, String text, WriteCondition condition) throws StorageException {
    store.put(key, Content.of(text.getBytes(UTF_8)), WriteOptions.DEFAULT.with(condition));
  }

  private String read(String key) throws IOException {
    try (ObjectBody body = store.get(GetRequest.whole(key))) {
      ByteBuffer bytes = ByteBuffer.allocate((int) body.length());
      while (bytes.hasRemaining() && body.read(bytes) >= 0) {}
      return new String(bytes.array(), UTF_8);
    }
  }

  private List<String> keys() throws StorageException {
    return store.list(ListRequest.all("")).objects().stream()
        .map(ObjectInfo::key)
        .toList();
  }

  private List<String> files(String below) throws IOException {
    Path start = folder.resolve(below);
    try (Stream<Path> files = Files.walk(start)) {
      return files
          .filter(Files::isRegularFile)
          .map(f -> start.relativize(f).toString())
          .toList();
    }
  }

  private static void assertFails(Kind kind, ThrowingCallable call) {
    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(call)
        .satisfies(e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind));
  }

  @Test
  void aPageGoesOnWithoutReadingTheFolderAgain() throws IOException {
    for (String key : List.of("d/a", "d/b", "d/c", "d/e")) {
      put(key, key);
    }
    ListRequest request = ListRequest.all("d/").limit(2);
    String token = store.list(request).nextToken();
    // What is named later is seen only by who reads the folder again.
    put("d/d", "late");
    assertThat(keys(request.page(token))).containsExactly("d/c", "d/e");
    assertThat(keys(request.page(token))).as("asked for once more").containsExactly("d/c", "d/d");
    try (DirectoryObjectStore other = new DirectoryObjectStore(folder)) {
      assertThat(other.list(request.page(token)).objects()).hasSize(2);
    }
    assertThat(keys(ListRequest.all("d/")))
        .as("another list sees all")
        .containsExactly("d/a", "d/b", "d/c", "d/d", "d/e");
  }

  private List<String> keys(ListRequest request) throws StorageException {
    return store.list(request).objects().stream().map(ObjectInfo::key).toList();
  }

  @Test
  void whatADeadProcessWasWritingIsRemovedAndWhatALivingOneWritesIsLeft() throws IOException {
    Path temps = Files.createDirectory(folder.resolve(TempFiles.FOLDER));
    Files.createFile(temps.resolve("dead.lock"));
    Files.writeString(Files.createDirectory(temps.resolve("dead")).resolve("1"), "half");
    try (DirectoryObjectStore living = new DirectoryObjectStore(folder);
        TempFiles writing = new TempFiles(folder)) {
      Path half = Files.writeString(writing.next(), "half");
      living.put("a", Content.EMPTY, WriteOptions.DEFAULT);
      put("b", "");
      assertThat(half).exists();
      assertThat(temps.resolve("dead")).doesNotExist();
      assertThat(temps.resolve("dead.lock")).doesNotExist();
    }
    store.close();
    assertThat(files(TempFiles.FOLDER)).isEmpty();
    assertThat(keys()).containsExactly("a", "b");
  }

  @Test
  void aRefusedOrFailedPutLeavesNothing() throws IOException {
    put("a", "kept");
    assertFails(Kind.PRECONDITION_FAILED, () -> put("a", "refused", WriteCondition.ifAbsent()));
    Content breaking = new Content() {
      @Override
      public long size() {
        return 10;
      }

      @Override
      public java.io.InputStream open() {
        return new java.io.ByteArrayInputStream(new byte[7]);
      }
    };
    assertFails(Kind.INVALID, () -> store.put("b", breaking, WriteOptions.DEFAULT));
    assertThat(files(TempFiles.FOLDER)).singleElement().asString().endsWith(".lock");
    assertThat(keys()).containsExactly("a");
    assertThat(read("a")).isEqualTo("kept");
  }

  @Test
  void emptyFoldersGoWithTheirLastObjectWhileOthersAreCreatedInThem() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> all = IntStream.range(0, 4)
          .<Future<?>>mapToObj(thread -> threads.submit(() -> {
            for (int i = 0; i < 100; i++) {
              put("deep/er/" + thread, "x", WriteCondition.ifAbsent());
              store.delete("deep/er/" + thread, WriteCondition.none());
            }
            return null;
          }))
          .toList();
      for (Future<?> each : all) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(folder.resolve("deep+")).doesNotExist();
    assertThat(keys()).isEmpty();
  }

  @Test
  void aDamagedFileIsListedAndDeletedButNeverRead() throws IOException {
    put("dir/a", "content that is long enough");
    put("dir/b", "other");
    Path file = folder.resolve("dir+").resolve("a");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - 5);
    }
    assertThat(keys()).containsExactly("dir/a", "dir/b");
    assertFails(Kind.CORRUPT, () -> read("dir/a"));
    assertThat(read("dir/b")).isEqualTo("other");
    store.delete("dir/a", WriteCondition.none());
    assertThat(keys()).containsExactly("dir/b");
  }

  @Test
  void filesOfOtherToolsAreNoObjects() throws IOException {
    put("a", "x");
    Files.writeString(folder.resolve("read me"), "theirs");
    Files.createDirectories(folder.resolve("their folder").resolve("b"));
    Files.createDirectory(folder.resolve("c"));
    assertThat(keys()).containsExactly("a");
    assertFails(Kind.NOT_FOUND, () -> read("c"));
  }

  @Test
  void aFolderThatIsGoneIsSaidAndNotMadeAgain() throws IOException {
    put("dir/a", "x");
    store.close();
    TempFiles.removeAll(folder);
    assertFails(Kind.NO_SUCH_BUCKET, () -> read("dir/a"));
    assertFails(Kind.NO_SUCH_BUCKET, () -> put("dir/a", "x"));
    assertFails(Kind.NO_SUCH_BUCKET, () -> put("dir/a", "x", WriteCondition.ifAbsent()));
    assertFails(Kind.NO_SUCH_BUCKET, () -> store.delete("dir/a", WriteCondition.ifAbsent()));
    assertFails(Kind.NO_SUCH_BUCKET, this::keys);
    assertThat(folder).doesNotExist();
    Files.createDirectory(folder);
    put("dir/a", "again");
    assertThat(read("dir/a")).isEqualTo("again");
  }

  @Test
  void severalStoresOfOneFolderSeeEachOthersObjects() throws IOException {
    try (DirectoryObjectStore other = new DirectoryObjectStore(folder)) {
      put("a/b", "first");
      assertThat(other.head("a/b").size()).isEqualTo(5);
      other.delete("a/b", WriteCondition.ifVersion(store.head("a/b").version()));
      assertThat(keys()).isEmpty();
      put("a/b", "second", WriteCondition.ifAbsent());
      assertThat(other.list(ListRequest.all("a/")).objects()).hasSize(1);
    }
  }

  @Test
  void anAddressOpensItsFolderAndMakesItForItsOwnerAlone() throws IOException {
    Path deep = folder.resolve("with space/ü");
    DirectoryObjectStoreProvider provider = new DirectoryObjectStoreProvider();
    assertThat(provider.serves("file")).isTrue();
    try (ObjectStore opened = provider.open(deep.toUri().toString())) {
      opened.put("a", Content.EMPTY, WriteOptions.DEFAULT);
    }
    assertThat(deep.resolve("a")).exists();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(deep)))
        .isEqualTo("rwx------");
    assertFails(Kind.INVALID, () -> provider.open("file:"));
  }
}
