package dev.cove.namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cove.storage.Content;
import dev.cove.storage.StorageException;
import dev.cove.storage.StoreOperation;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import dev.cove.storage.testkit.FaultyObjectStore;
import dev.cove.storage.testkit.ManualClock;
import dev.cove.storage.testkit.MemoryObjectStore;
import dev.cove.storage.testkit.RecordingObjectStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BucketNamespaceTest {
  private static final Duration TTL = NamespaceOptions.DEFAULT.positiveTtl();

  private final ManualClock clock = new ManualClock();
  private final FaultyObjectStore faulty = new FaultyObjectStore(new MemoryObjectStore());
  private final RecordingObjectStore store = new RecordingObjectStore(faulty);
  private final BucketNamespace namespace =
      new BucketNamespace(store, NamespaceOptions.DEFAULT, clock.ticker());

  private void put(String... keys) throws StorageException {
    for (String key : keys) {
      store.put(key, Content.of(new byte[] {1}), WriteOptions.DEFAULT);
    }
    store.take();
  }

  private List<String> names(String prefix) throws StorageException {
    DirectoryCursor cursor = namespace.list(prefix);
    List<String> names = new ArrayList<>();
    for (long index = 0; ; index++) {
      DirectoryCursor.Named named = cursor.at(index);
      if (named == null) {
        return names;
      }
      names.add(named.name() + (named.child() instanceof Child.Directory ? "/" : ""));
    }
  }

  @Test
  void keyPrefixesAreDirectoriesAndObjectsAreFiles() throws Exception {
    put("a/b/c.txt", "top.txt");
    assertThat(names("")).containsExactlyInAnyOrder("a/", "top.txt");
    assertThat(names("a/")).containsExactly("b/");
    assertThat(namespace.find("", "a")).isEqualTo(Child.Directory.INSTANCE);
    assertThat(namespace.find("a/b/", "c.txt")).isInstanceOf(Child.File.class);
  }

  @Test
  void aMarkerObjectIsADirectoryAndNoEntryInIt() throws Exception {
    put("empty/");
    assertThat(names("")).containsExactly("empty/");
    assertThat(names("empty/")).isEmpty();
  }

  @Test
  void oneNameCostsOneList() throws Exception {
    put("d/file", "d/file-2", "d/file.txt");
    assertThat(namespace.find("d/", "file")).isNotNull();
    assertThat(store.take()).containsExactly("LIST d/file / limit 16");
  }

  @Test
  void aDirectoryWinsOverAFileOfTheSameNameEvenFarBehindIt() throws Exception {
    List<String> keys = new ArrayList<>(List.of("a", "a/below"));
    for (int i = 0; i < 1500; i++) {
      keys.add("a-" + i);
    }
    put(keys.toArray(String[]::new));
    assertThat(namespace.find("", "a")).isEqualTo(Child.Directory.INSTANCE);
    assertThat(names("")).contains("a/").doesNotContain("a").hasSize(1501);
    assertThat(namespace.unshowable().keys())
        .containsEntry("a", UnshowableKeys.Reason.HIDDEN_BY_DIRECTORY);
  }

  @Test
  void aFileBesideLongerNamesOverSeveralPagesIsShownOnce() throws Exception {
    List<String> keys = new ArrayList<>(List.of("a"));
    for (int i = 0; i < 2500; i++) {
      keys.add("a-" + i);
    }
    put(keys.toArray(String[]::new));
    assertThat(names("")).hasSize(2501).doesNotHaveDuplicates().contains("a");
  }

  @Test
  void keysThatNoPathShowsAreNotGuessedAtButCounted() throws Exception {
    String tooLong = "x".repeat(256);
    put("ok", "d//x", "d/../x", "d/./x", "d/" + tooLong, "d/fine", "d/nul\0");
    assertThat(names("d/")).containsExactly("fine");
    assertThat(namespace.unshowable().keys())
        .containsEntry("d//", UnshowableKeys.Reason.EMPTY_COMPONENT)
        .containsEntry("d/../", UnshowableKeys.Reason.DOT_COMPONENT)
        .containsEntry("d/./", UnshowableKeys.Reason.DOT_COMPONENT)
        .containsEntry("d/nul\0", UnshowableKeys.Reason.NUL)
        .containsEntry("d/" + tooLong, UnshowableKeys.Reason.TOO_LONG);
  }

  @Test
  void afterADirectoryWasListedItsNamesCostNoRequest() throws Exception {
    put("d/a", "d/b");
    names("d/");
    store.take();
    assertThat(namespace.find("d/", "a")).isNotNull();
    assertThat(namespace.find("d/", "absent")).isNull();
    assertThat(store.take()).isEmpty();
  }

  @Test
  void aScanOfManyNamesCostsAListForAThousandOfThem() throws Exception {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 900; i++) {
      keys.add("d/" + i);
    }
    put(keys.toArray(String[]::new));
    for (int i = 0; i < 900; i++) {
      assertThat(namespace.find("d/", Integer.toString(i))).isNotNull();
    }
    assertThat(store.take()).containsExactly("LIST d/0 / limit 16", "LIST d/ /");
  }

  @Test
  void whatIsRememberedIsAskedForAgainAfterItsTime() throws Exception {
    put("d/a");
    names("d/");
    put("d/new");
    assertThat(namespace.find("d/", "new")).isNull();
    clock.advance(TTL);
    assertThat(namespace.find("d/", "new")).isNotNull();
  }

  @Test
  void ownChangesAreSeenAtOnceAndWinOverAListUnderWay() throws Exception {
    put("d/gone", "d/kept");
    DirectoryCursor cursor = namespace.list("d/");
    namespace.changed("d/", "gone", null);
    assertThat(cursor.at(0)).extracting(DirectoryCursor.Named::name).isEqualTo("kept");
    assertThat(cursor.at(1)).isNull();
    assertThat(namespace.find("d/", "gone")).isNull();
  }

  @Test
  void oneMillionNamesWouldPassThroughAWindowOfOnePage() throws Exception {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      keys.add("d/" + i);
    }
    put(keys.toArray(String[]::new));
    BucketNamespace small =
        new BucketNamespace(store, new NamespaceOptions(TTL, TTL, 5000), clock.ticker());
    DirectoryCursor cursor = small.list("d/");
    long count = 0;
    while (cursor.at(count) != null) {
      assertThat(cursor.loaded(count))
          .as("a page and what was held back of the last")
          .hasSizeLessThanOrEqualTo(1001);
      count++;
    }
    assertThat(count).isEqualTo(3000);
    assertThat(cursor.at(5)).as("going back begins anew").isNotNull();
  }

  @Test
  void whetherADirectoryOutlivesItsLastNameIsKnownFromItsList() throws Exception {
    put("d/only", "m/", "m/only", "two/a", "two/b");
    assertThat(namespace.outlives("d/", "only")).isFalse();
    assertThat(namespace.outlives("m/", "only")).isTrue();
    assertThat(namespace.outlives("two/", "a")).isTrue();
    assertThat(store.take()).containsExactly("LIST d/ /", "LIST m/ /", "LIST two/ /");
    namespace.changed("two/", "a", null);
    assertThat(namespace.outlives("two/", "b")).isFalse();
    assertThat(store.take()).isEmpty();
  }

  @Test
  void aHiddenKeyIsNeitherFoundNorListedNorCounted() throws Exception {
    put("d/open", "d/other");
    namespace.hide("d/", "open");
    clock.advance(TTL);
    assertThat(namespace.find("d/", "open")).isNull();
    assertThat(names("d/")).containsExactly("other");
    store.delete("d/other", WriteCondition.none());
    assertThat(namespace.isEmpty("d/")).isTrue();
    namespace.unhide("d/open");
    clock.advance(TTL);
    assertThat(namespace.find("d/", "open")).isNotNull();
  }

  @Test
  void aFailedListFailsTheLookUpAndIsNotRemembered() throws Exception {
    put("d/a");
    faulty.on(StoreOperation.LIST).once().fail(StorageException.Kind.UNAVAILABLE);
    assertThatThrownBy(() -> namespace.find("d/", "a")).isInstanceOf(StorageException.class);
    assertThat(namespace.find("d/", "a")).isNotNull();
  }

  @Test
  void forgettingADirectoryAsksTheStoreAgain() throws Exception {
    put("d/a", "d/sub/b");
    names("d/");
    names("d/sub/");
    put("d/new", "d/sub/new");
    namespace.forget("d/");
    assertThat(namespace.find("d/", "new")).isNotNull();
    assertThat(namespace.find("d/sub/", "new")).isNotNull();
  }
}
