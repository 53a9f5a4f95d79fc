package dev.cove.namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cove.storage.Content;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.StoreOperation;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import dev.cove.storage.testkit.FaultyObjectStore;
import dev.cove.storage.testkit.ManualClock;
import dev.cove.storage.testkit.MemoryObjectStore;
import dev.cove.storage.testkit.RecordingObjectStore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A page is asked for while the one before it is read, and is as true as one asked for in its turn. */
final class ListedAheadTest {
  private static final int FILES = 2_500;
  private static final int PAGE = 1_000;
  // The last name of a page may turn out to be a directory's, and comes with the next one.
  private static final int FIRST_PAGE = PAGE - 1;

  private final ManualClock clock = new ManualClock();
  private final FaultyObjectStore faulty = new FaultyObjectStore(new MemoryObjectStore());
  private final RecordingObjectStore store = new RecordingObjectStore(faulty);
  private final Queue<Runnable> ahead = new ArrayDeque<>();
  private final BucketNamespace namespace =
      new BucketNamespace(store, NamespaceOptions.DEFAULT, ahead::add, clock.ticker());

  @BeforeEach
  void fill() throws StorageException {
    for (int i = 0; i < FILES; i++) {
      store.put(name(i), Content.of(new byte[] {1}), WriteOptions.DEFAULT);
    }
    store.take();
  }

  private static String name(int number) {
    return String.format("%05d", number);
  }

  private void runAhead() {
    while (!ahead.isEmpty()) {
      ahead.remove().run();
    }
  }

  private static List<String> rest(DirectoryCursor cursor, long from) throws StorageException {
    List<String> names = new ArrayList<>();
    for (long index = from; ; index++) {
      DirectoryCursor.Named named = cursor.at(index);
      if (named == null) {
        return names;
      }
      names.add(named.name());
    }
  }

  @Test
  void onePageIsOnItsWayWhileOneIsRead() throws Exception {
    DirectoryCursor cursor = namespace.list("");
    cursor.at(0);
    runAhead();
    assertThat(store.take()).hasSize(2);
    cursor.at(FIRST_PAGE - 1);
    assertThat(ahead).isEmpty();
    assertThat(rest(cursor, 0)).hasSize(FILES).isSorted().doesNotHaveDuplicates();
    assertThat(store.take()).hasSize(1);
  }

  @Test
  void aPageNoThreadHasComeToIsFetchedByItsReader() throws Exception {
    assertThat(rest(namespace.list(""), 0)).hasSize(FILES);
    runAhead();
    assertThat(store.take()).hasSize(3);
  }

  @Test
  void ownChangesWinOverAPageFromBeforeThem() throws Exception {
    DirectoryCursor cursor = namespace.list("");
    cursor.at(0);
    runAhead();
    namespace.changed("", name(PAGE + 10), null);
    assertThat(rest(cursor, FIRST_PAGE))
        .hasSize(FILES - FIRST_PAGE - 1)
        .doesNotContain(name(PAGE + 10));
    assertThat(namespace.find("", name(PAGE + 10))).isNull();
  }

  @Test
  void namesSayWhenTheirPageWasAskedForAndNotWhenItWasRead() throws Exception {
    DirectoryCursor cursor = namespace.list("");
    cursor.at(0);
    long before = clock.ticker().getAsLong();
    runAhead();
    clock.advance(NamespaceOptions.DEFAULT.positiveTtl().dividedBy(2));
    DirectoryCursor.Named named = cursor.at(FIRST_PAGE);
    assertThat(named).isNotNull();
    assertThat(named.askedNanos()).isEqualTo(before);
  }

  @Test
  void aPageThatLayTooLongIsAskedForAgain() throws Exception {
    DirectoryCursor cursor = namespace.list("");
    cursor.at(0);
    runAhead();
    store.delete(name(PAGE), WriteCondition.none());
    store.take();
    clock.advance(NamespaceOptions.DEFAULT.positiveTtl());
    assertThat(rest(cursor, FIRST_PAGE)).doesNotContain(name(PAGE));
  }

  @Test
  void aFailureAheadIsToldToWhoWantsThePageAndNotBefore() throws Exception {
    DirectoryCursor cursor = namespace.list("");
    cursor.at(0);
    faulty.on(StoreOperation.LIST).once().fail(Kind.UNAVAILABLE);
    runAhead();
    assertThat(cursor.at(FIRST_PAGE - 1)).isNotNull();
    assertThatThrownBy(() -> cursor.at(FIRST_PAGE)).isInstanceOf(StorageException.class);
    assertThat(cursor.at(FIRST_PAGE)).isNotNull();
  }
}
