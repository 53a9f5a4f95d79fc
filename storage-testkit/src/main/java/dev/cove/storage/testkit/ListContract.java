package dev.cove.storage.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.KeyOrder;
import dev.cove.storage.ListPage;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.StorageException;
import dev.cove.storage.WriteOptions;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What lists promise. */
abstract class ListContract extends WriteContract {

  @Test
  void keysComeInOrderOfTheirUtf8Bytes() throws IOException {
    // U+FFEE is a BMP character above the surrogates: by UTF-16 it would come after the emoji.
    putEach("b", "a", "Z", "ü", "\uffee", "😀", "\ue000", "~", "c/b", "c-b", "c0b", "10", "9");
    List<ObjectInfo> objects = store().list(ListRequest.all(key(""))).objects();
    assertThat(names(objects))
        .containsExactly(
            "10", "9", "Z", "a", "b", "c-b", "c/b", "c0b", "~", "ü", "\ue000", "\uffee", "😀");
  }

  @Test
  void aListDescribesItsObjectsAsHeadDoes() throws IOException {
    put("a", "12345");
    put("b", "");
    for (ObjectInfo listed : store().list(ListRequest.all(key(""))).objects()) {
      ObjectInfo head = store().head(listed.key());
      assertThat(listed.size()).isEqualTo(head.size());
      assertThat(listed.version()).isEqualTo(head.version());
      assertThat(listed.archived()).isEqualTo(head.archived());
      // HTTP dates of a head end at the second, those of a list at the millisecond.
      assertThat(listed.lastModified().truncatedTo(ChronoUnit.SECONDS))
          .isEqualTo(head.lastModified().truncatedTo(ChronoUnit.SECONDS));
    }
  }

  @Test
  void listsCarryMetadataWhereTheBackendSaysSo() throws IOException {
    ObjectAttributes attributes = new ObjectAttributes(ALL_HEADERS, Map.of("mode", "33188"), null);
    store().put(key("a"), text("x"), WriteOptions.DEFAULT.with(attributes));
    ObjectAttributes listed =
        store().list(ListRequest.all(key(""))).objects().get(0).attributes();
    if (store().capabilities().metadataInLists()) {
      assertThat(listed).isEqualTo(attributes);
    } else {
      assertThat(listed).isNull();
    }
  }

  @Test
  void aDelimiterRollsUpWhatLiesDeeper() throws IOException {
    putEach("a/1", "a/2/3", "a-b", "a0", "b/", "c/d/e", "z");
    ListPage page = store().list(ListRequest.children(key("")));
    assertThat(names(page.objects())).containsExactly("a-b", "a0", "z");
    assertThat(page.prefixes()).containsExactly(key("a/"), key("b/"), key("c/"));
    assertThat(page.nextToken()).isNull();
  }

  @Test
  void anObjectMayLieBesideAPrefixOfItsName() throws IOException {
    putEach("a", "a/1", "a/2/3", "b");
    ListPage page = store().list(ListRequest.children(key("")));
    assertThat(names(page.objects())).containsExactly("a", "b");
    assertThat(page.prefixes()).containsExactly(key("a/"));
    assertThat(names(store().list(ListRequest.all(key(""))).objects()))
        .containsExactly("a", "a/1", "a/2/3", "b");
    assertThat(names(store().list(ListRequest.children(key("a/"))).objects()))
        .containsExactly("a/1");
  }

  @Test
  void aKeyThatEqualsThePrefixIsAnObjectOfTheList() throws IOException {
    putEach("dir/", "dir/a", "dir/b/c");
    ListPage page = store().list(ListRequest.children(key("dir/")));
    assertThat(names(page.objects())).containsExactly("dir/", "dir/a");
    assertThat(page.prefixes()).containsExactly(key("dir/b/"));
  }

  @Test
  void aPrefixNeedNotEndAtADelimiter() throws IOException {
    putEach("ab", "abc", "abd/e", "b", "AB");
    ListPage page = store().list(ListRequest.children(key("ab")));
    assertThat(names(page.objects())).containsExactly("ab", "abc");
    assertThat(page.prefixes()).containsExactly(key("abd/"));
  }

  @Test
  void prefixesWithOddCharactersAreMatchedAndRolledUpAsTheyAre() throws IOException {
    putEach("a b+c%20/ü&<😀>/1", "a b+c%20/ü&<😀>/2", "a b c/x", "a%20b/x");
    assertThat(store().list(ListRequest.children(key("a b+c%20/"))).prefixes())
        .containsExactly(key("a b+c%20/ü&<😀>/"));
    assertThat(names(store().list(ListRequest.children(key("a b+c%20/ü&<😀>/"))).objects()))
        .containsExactly("a b+c%20/ü&<😀>/1", "a b+c%20/ü&<😀>/2");
    assertThat(store().list(ListRequest.children(key(""))).prefixes())
        .containsExactly(key("a b c/"), key("a b+c%20/"), key("a%20b/"));
  }

  @Test
  void aPrefixThatNoKeyHasIsAnEmptyList() throws IOException {
    put("a", "");
    ListPage page = store().list(ListRequest.children(key("none/")));
    assertThat(page.objects()).isEmpty();
    assertThat(page.prefixes()).isEmpty();
    assertThat(page.nextToken()).isNull();
  }

  @Test
  void theEmptyPrefixListsTheWholeBucket() throws IOException {
    putEach("a", "b");
    ListPage page = store().list(ListRequest.all("").after(key("")));
    assertThat(page.objects().stream().map(ObjectInfo::key)).contains(key("a"), key("b"));
    String top = key("").substring(0, key("").indexOf('/') + 1);
    List<String> roots = pages(ListRequest.children("")).stream()
        .flatMap(each -> each.prefixes().stream())
        .toList();
    assertThat(roots).contains(top);
  }

  @Test
  void pagesOfAnySizeGiveEveryKeyOnceInOrder() throws IOException {
    List<String> names = IntStream.range(0, 23).mapToObj(i -> "k" + i).toList();
    putEach(names.toArray(String[]::new));
    List<String> expected = names.stream().sorted(KeyOrder.UTF_8).toList();
    for (int size : List.of(1, 2, 5, 22, 23, 24)) {
      List<ListPage> pages = pages(ListRequest.all(key("")).limit(size));
      assertThat(pages)
          .allSatisfy(page -> assertThat(page.objects()).hasSizeLessThanOrEqualTo(size));
      List<String> listed =
          pages.stream().flatMap(page -> names(page.objects()).stream()).toList();
      assertThat(listed).as("pages of %s", size).isEqualTo(expected);
    }
  }

  @Test
  void pagesWithADelimiterGiveEveryEntryOnceAndCoverOneStretchEach() throws IOException {
    putEach(
        "a-", "a/1", "a/2", "a/3/4", "a0", "b/1", "b/2", "c", "d/1", "d/2", "d0", "e/1", "😀/1",
        "😀0");
    List<String> expected = List.of("a-", "a/", "a0", "b/", "c", "d/", "d0", "e/", "😀/", "😀0");
    for (int size = 1; size <= expected.size() + 1; size++) {
      List<String> entries = new ArrayList<>();
      String last = "";
      for (ListPage page : pages(ListRequest.children(key("")).limit(size))) {
        List<String> both = new ArrayList<>(names(page.objects()));
        page.prefixes().forEach(prefix -> both.add(name(prefix)));
        both.sort(KeyOrder.UTF_8);
        assertThat(both).hasSizeLessThanOrEqualTo(size);
        if (!both.isEmpty()) {
          assertThat(both.get(0))
              .as("follows the page before")
              .usingComparator(KeyOrder.UTF_8)
              .isGreaterThan(last);
          last = both.get(both.size() - 1);
        }
        entries.addAll(both);
      }
      assertThat(entries).as("pages of %s", size).isEqualTo(expected);
    }
  }

  @Test
  void aListBeginsAfterTheKeyItNames() throws IOException {
    putEach("a", "b", "c", "d/1", "e");
    ListRequest all = ListRequest.all(key(""));
    assertThat(names(store().list(all.after(key("b"))).objects())).containsExactly("c", "d/1", "e");
    assertThat(names(store().list(all.after(key("bb"))).objects()))
        .containsExactly("c", "d/1", "e");
    assertThat(names(store().list(all.after(key(""))).objects()))
        .containsExactly("a", "b", "c", "d/1", "e");
    assertThat(names(store().list(all.after("!")).objects()))
        .containsExactly("a", "b", "c", "d/1", "e");
    assertThat(store().list(all.after(key("e"))).objects()).isEmpty();
    ListPage page = store().list(ListRequest.children(key("")).after(key("c")));
    assertThat(names(page.objects())).containsExactly("e");
    assertThat(page.prefixes()).containsExactly(key("d/"));
  }

  @Test
  void pagesGoOnFromWhereAListBeganAfter() throws IOException {
    putEach("a", "b", "c", "d", "e", "f");
    List<String> listed = pages(ListRequest.all(key("")).after(key("b")).limit(2)).stream()
        .flatMap(page -> names(page.objects()).stream())
        .toList();
    assertThat(listed).containsExactly("c", "d", "e", "f");
  }

  @Test
  void pagesHoldWhileKeysComeAndGo() throws IOException {
    putEach("a", "b", "c", "d", "e", "f");
    ListRequest request = ListRequest.all(key("")).limit(2);
    ListPage first = store().list(request);
    store().deleteAll(List.of(key("b"), key("c")));
    put("a0", "");
    put("d0", "");
    List<String> rest = new ArrayList<>();
    for (String token = first.nextToken(); token != null; ) {
      ListPage page = store().list(request.page(token));
      rest.addAll(names(page.objects()));
      token = page.nextToken();
    }
    assertThat(names(first.objects())).containsExactly("a", "b");
    assertThat(rest)
        .as("what was there all the time, once; and no key twice")
        .containsSubsequence("d", "e", "f");
    assertThat(rest).doesNotHaveDuplicates().doesNotContain("a", "a0", "b");
  }

  @Test
  void thousandsOfKeysComeInPagesOfAThousand() throws IOException {
    int count = 2_500;
    int threads = 16;
    Together.run(threads, thread -> {
      for (int i = thread; i < count; i += threads) {
        put("many/" + i, "");
      }
      return done();
    });
    put("many.txt", "beside");
    List<String> expected = IntStream.range(0, count)
        .mapToObj(i -> key("many/" + i))
        .sorted(KeyOrder.UTF_8)
        .toList();
    List<ListPage> pages = pages(ListRequest.all(key("many/")));
    assertThat(pages)
        .allSatisfy(
            page -> assertThat(page.objects()).hasSizeLessThanOrEqualTo(ListRequest.MAX_KEYS));
    assertThat(pages.stream().flatMap(page -> page.objects().stream()).map(ObjectInfo::key))
        .containsExactlyElementsOf(expected);
    ListPage above = store().list(ListRequest.children(key("")));
    assertThat(names(above.objects())).containsExactly("many.txt");
    assertThat(above.prefixes()).containsExactly(key("many/"));
  }

  @Test
  void aTokenOfAnotherStoreIsInvalid() throws IOException {
    put("a", "");
    assertFails(
        StorageException.Kind.INVALID,
        () -> store().list(ListRequest.all(key("")).page("*no token*")));
  }
}
