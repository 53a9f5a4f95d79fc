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
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

final class BucketNamespaceTest {
  private static final Duration TTL = NamespaceOptions.DEFAULT.positiveTtl();

  private final ManualClock clock = new ManualClock();
  private final FaultyObjectStore faulty = new FaultyObjectStore(new MemoryObjectStore());
  private final RecordingObjectStore store = new RecordingObjectStore(faulty);
  private final Executor nobody = task -> {
    throw new RejectedExecutionException();
  };
  private final BucketNamespace namespace =
      new BucketNamespace(store, NamespaceOptions.DEFAULT, nobody, clock.ticker());

  private void put(String... keys) throws StorageException {
    for (String key : keys) {
      store.put(key, Content.of(new byte[] {1}), WriteOptions.DEFAULT);
    }
    store.take();
  }

  /** {@code d/00000} and so on. */
  private void putNumbers(int count) throws StorageException {
    String[] keys = new String[count];
    Arrays.setAll(keys, number -> "d/%05d".formatted(number));
    put(keys);
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
  void neighboursInALargeDirectoryCostAListOfTheThousandsFromThereOn() throws Exception {
    putNumbers(20_000);
    for (int i = 8_000; i < 16_000; i++) {
      // As several threads ask: not quite in order.
      assertThat(namespace.find("d/", "%05d".formatted(i ^ 3))).isNotNull();
    }
    assertThat(store.take())
        .contains("LIST d/ / after d/08000", "LIST d/ / after d/12000")
        .hasSizeLessThan(25);
  }

  @Test
  void namesAllOverALargeDirectoryAreWorthAListOfItsBeginning() throws Exception {
    putNumbers(20_000);
    for (int i = 0; i < 200; i++) {
      assertThat(namespace.find("d/", "%05d".formatted(i * 7_919 % 20_000))).isNotNull();
    }
    assertThat(store.take())
        .filteredOn(request -> !request.contains("limit"))
        .hasSize(1 + 4 + 16 + 20);
  }

  @Test
  void ownChangesWinOverAPageListedForTheNamesBeforeIt() throws Exception {
    putNumbers(2_000);
    namespace.changed("d/", "01500", null);
    for (int i = 1_400; i < 1_408; i++) {
      assertThat(namespace.find("d/", "%05d".formatted(i))).isNotNull();
    }
    assertThat(store.take()).contains("LIST d/ / after d/01400");
    assertThat(namespace.find("d/", "01500")).isNull();
    assertThat(namespace.find("d/", "01501")).isNotNull();
    assertThat(store.take()).isEmpty();
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
        new BucketNamespace(store, new NamespaceOptions(TTL, TTL, 5000), nobody, clock.ticker());
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

  @Test
  void aWalkThroughATreeListsWhatFollowsTogether() throws Exception {
    put("t/0/x", "t/1/deep/y", "t/1/z", "t/2/", "t/3/x", "u/x");
    assertThat(names("t/")).containsExactly("0/", "1/", "2/", "3/");
    assertThat(names("t/0/")).containsExactly("x");
    assertThat(store.take()).containsExactly("LIST t/ /", "LIST t/0/ /");
    assertThat(names("t/1/")).containsExactly("z", "deep/");
    assertThat(names("t/1/deep/")).containsExactly("y");
    assertThat(names("t/2/")).isEmpty();
    assertThat(names("t/3/")).containsExactly("x");
    assertThat(store.take()).containsExactly("LIST t/ after t/1");
  }

  @Test
  void directoriesTooLargeToBeListedTogetherCostAtMostHalfMore() throws Exception {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 8 * 1100; i++) {
      keys.add("t/%d/%04d".formatted(i / 1100, i % 1100));
    }
    put(keys.toArray(String[]::new));
    for (int directory = 0; directory < 8; directory++) {
      assertThat(names("t/" + directory + "/")).hasSize(1100);
    }
    // Two pages each, and each second time one that holds no directory whole.
    assertThat(store.take()).hasSize(8 * 2 + 4);
  }

  @Test
  void whatIsListedTogetherIsWhatEachListSays() throws Exception {
    Random random = new Random(6);
    String[] parts = {"a", "a-", "a.b", "a0", "b", "ü", "x", "\uD83D\uDE00", ".."};
    Set<String> keys = new TreeSet<>();
    while (keys.size() < 3000) {
      StringBuilder key = new StringBuilder("t/");
      for (int depth = random.nextInt(5); depth >= 0; depth--) {
        key.append(parts[random.nextInt(parts.length)]).append(random.nextInt(4));
        key.append(depth > 0 || random.nextInt(9) == 0 ? "/" : "");
      }
      keys.add(key.toString());
    }
    put(keys.toArray(String[]::new));
    List<String> together = walk(namespace, "t/");
    int requests = store.take().size();
    List<String> oneByOne = new ArrayList<>();
    for (String directory : together) {
      if (directory.endsWith("/")) {
        // Nothing was listed beside it: by a request of its own.
        oneByOne.add(directory);
        BucketNamespace fresh =
            new BucketNamespace(store, NamespaceOptions.DEFAULT, nobody, clock.ticker());
        oneByOne.addAll(below(fresh, directory));
      }
    }
    List<String> walked = new ArrayList<>();
    for (String directory : together) {
      if (directory.endsWith("/")) {
        walked.add(directory);
        walked.addAll(below(namespace, directory));
      }
    }
    assertThat(walked).isEqualTo(oneByOne);
    long directories = together.stream().filter(name -> name.endsWith("/")).count();
    assertThat(requests).isLessThan((int) directories / 4);
  }

  private static List<String> below(BucketNamespace namespace, String prefix)
      throws StorageException {
    List<String> all = new ArrayList<>();
    DirectoryCursor cursor = namespace.list(prefix);
    DirectoryCursor.Named named;
    while ((named = cursor.at(all.size())) != null) {
      all.add(prefix + named.name() + (named.child() instanceof Child.Directory ? "/" : ""));
    }
    return all;
  }

  private static List<String> walk(BucketNamespace namespace, String prefix)
      throws StorageException {
    List<String> all = new ArrayList<>(List.of(prefix));
    for (String name : below(namespace, prefix)) {
      if (name.endsWith("/")) {
        all.addAll(walk(namespace, name));
      } else {
        all.add(name);
      }
    }
    return all;
  }
}
