package dev.cove.storage.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.Content;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.Part;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.Stored;
import dev.cove.storage.Upload;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What multipart uploads promise. */
abstract class MultipartContract extends ListContract {

  @Test
  void partsBecomeOneObjectInAscendingOrder() throws IOException {
    Upload upload = begin("a");
    List<Part> parts = new ArrayList<>(List.of(part(upload, 1), part(upload, 2), last(upload, 3)));
    Collections.reverse(parts);
    Stored stored = store().complete(upload, parts, WriteCondition.none());
    assertThat(readBytes(GetRequest.whole(key("a")))).isEqualTo(expected(1, 2, -3));
    assertThat(store().head(key("a")).version()).isEqualTo(stored.version());
  }

  @Test
  void nothingIsVisibleBeforeCompletion() throws IOException {
    put("kept", "former");
    Upload fresh = begin("fresh");
    Upload replacing = begin("kept");
    last(fresh, 1);
    Part part = last(replacing, 1);
    assertThat(exists("fresh")).isFalse();
    assertThat(keysBelow(key(""))).containsExactly(key("kept"));
    assertThat(read("kept")).isEqualTo("former");
    store().complete(replacing, List.of(part), WriteCondition.none());
    assertThat(readBytes(GetRequest.whole(key("kept")))).isEqualTo(expected(-1));
    assertThat(store().list(ListRequest.all(key(""))).objects())
        .singleElement()
        .satisfies(listed -> assertThat(listed.size()).isEqualTo(expected(-1).length));
  }

  @Test
  void partsArriveInAnyOrderWithGapsAndInParallelWhereTheyMay() throws IOException {
    Upload upload = begin("a");
    if (store().capabilities().orderedParts()) {
      List<Part> parts = List.of(part(upload, 1), last(upload, 2));
      store().complete(upload, parts, WriteCondition.none());
      assertThat(readBytes(GetRequest.whole(key("a")))).isEqualTo(expected(1, -2));
      return;
    }
    int[] numbers = {40, 7, 1, 20};
    List<Part> parts = Together.run(
        numbers.length, i -> numbers[i] == 40 ? last(upload, 40) : part(upload, numbers[i]));
    store().complete(upload, parts, WriteCondition.none());
    assertThat(readBytes(GetRequest.whole(key("a")))).isEqualTo(expected(1, 7, 20, -40));
  }

  @Test
  void aPartSentAgainReplacesTheFormer() throws IOException {
    Upload upload = begin("a");
    part(upload, 1);
    Part again = store().uploadPart(upload, 1, Content.of(partBytes(9)));
    Part second = last(upload, 2);
    assertThat(store().listParts(upload)).containsExactly(again, second);
    store().complete(upload, List.of(again, second), WriteCondition.none());
    assertThat(readBytes(GetRequest.whole(key("a")))).isEqualTo(expected(9, -2));
  }

  @Test
  void theObjectHasWhatTheUploadWasBegunWith() throws IOException {
    Map<String, String> tags = store().capabilities().tags() ? tags() : Map.of();
    ObjectAttributes attributes =
        new ObjectAttributes(ALL_HEADERS, Map.of("mode", "33188", "umlaut", "Grüße"), null);
    // A condition given at the beginning is ignored: the key may well exist by then.
    put("a", "former");
    Upload upload = begin(
        "a", new WriteOptions(WriteCondition.ifAbsent(), attributes, tags, otherStorageClass()));
    store().complete(upload, List.of(last(upload, 1)), WriteCondition.none());
    assertThat(attributesOf("a").headers()).isEqualTo(ALL_HEADERS);
    assertThat(attributesOf("a").metadata()).isEqualTo(attributes.metadata());
    assertThat(store().tags(key("a"))).isEqualTo(tags);
    if (otherStorageClass() != null) {
      assertThat(store().head(key("a")).storageClass()).isEqualTo(otherStorageClass());
    }
  }

  @Test
  void listPartsTellsWhatHasArrivedInAscendingOrder() throws IOException {
    Upload upload = begin("a");
    assertThat(store().listParts(upload)).isEmpty();
    List<Part> sent = new ArrayList<>();
    for (int number = 1; number <= 3; number++) {
      sent.add(part(upload, number));
    }
    assertThat(store().listParts(upload)).isEqualTo(sent);
    assertThat(sent).extracting(Part::size).containsOnly((long) partBytes(1).length);
  }

  @Test
  void anUploadIsTakenUpAgainFromWhatTheStoreTells() throws IOException {
    Upload upload = begin("odd ü+%&😀");
    part(upload, 1);
    last(upload, 2);
    Upload found = store().listUploads(upload.key()).stream()
        .filter(each -> each.id().equals(upload.id()))
        .findFirst()
        .orElseThrow();
    assertThat(found.key()).isEqualTo(upload.key());
    store().complete(found, store().listParts(found), WriteCondition.none());
    assertThat(readBytes(GetRequest.whole(upload.key()))).isEqualTo(expected(1, -2));
  }

  @Test
  void listUploadsFindsEveryUploadOfAKey() throws IOException {
    Upload first = begin("a");
    Upload second = begin("a");
    assertThat(ids(key("a"))).containsExactlyInAnyOrder(first.id(), second.id());
    store().abort(first);
    assertThat(ids(key("a"))).containsExactly(second.id());
    store().complete(second, List.of(last(second, 1)), WriteCondition.none());
    assertThat(ids(key("a"))).isEmpty();
  }

  @Test
  void listUploadsFindsEveryUploadBelowAPrefix() throws IOException {
    Upload first = begin("dir/a");
    Upload second = begin("dir/sub/b");
    begin("elsewhere");
    assertThat(ids(key("dir/"))).containsExactlyInAnyOrder(first.id(), second.id());
    assertThat(ids(key("di"))).containsExactlyInAnyOrder(first.id(), second.id());
    assertThat(ids(key("none/"))).isEmpty();
  }

  @Test
  void anAbortedUploadIsGoneAndLeavesTheObjectAlone() throws IOException {
    put("a", "former");
    Upload upload = begin("a");
    Part part = last(upload, 1);
    store().abort(upload);
    assertFails(Kind.NOT_FOUND, () -> store().listParts(upload));
    assertFails(Kind.NOT_FOUND, () -> last(upload, 2));
    assertFails(
        Kind.NOT_FOUND, () -> store().complete(upload, List.of(part), WriteCondition.none()));
    assertThat(read("a")).isEqualTo("former");
  }

  @Test
  void droppingAnUploadThatIsGoneIsNoError() throws IOException {
    Upload aborted = begin("a");
    store().abort(aborted);
    store().abort(aborted);
    Upload completed = begin("b");
    store().complete(completed, List.of(last(completed, 1)), WriteCondition.none());
    store().abort(completed);
    assertThat(readBytes(GetRequest.whole(key("b")))).isEqualTo(expected(-1));
  }

  @Test
  void completingTwiceIsNotFoundTheSecondTime() throws IOException {
    Upload upload = begin("a");
    List<Part> parts = List.of(last(upload, 1));
    Stored stored = store().complete(upload, parts, WriteCondition.none());
    assertFails(Kind.NOT_FOUND, () -> store().complete(upload, parts, WriteCondition.none()));
    assertThat(version("a")).isEqualTo(stored.version());
  }

  @Test
  void completeIfAbsentCreatesAndElseKeepsTheUpload() throws IOException {
    Upload upload = begin("a");
    List<Part> parts = List.of(last(upload, 1));
    if (refusedWithoutConditions(upload, parts, WriteCondition.ifAbsent())) {
      return;
    }
    put("a", "in the way");
    assertFails(
        Kind.PRECONDITION_FAILED, () -> store().complete(upload, parts, WriteCondition.ifAbsent()));
    assertThat(read("a")).isEqualTo("in the way");
    assertThat(store().listParts(upload)).isEqualTo(parts);
    store().delete(key("a"), WriteCondition.none());
    store().complete(upload, parts, WriteCondition.ifAbsent());
    assertThat(readBytes(GetRequest.whole(key("a")))).isEqualTo(expected(-1));
  }

  @Test
  void completeIfVersionReplacesThatVersionOnlyAndElseKeepsTheUpload() throws IOException {
    Version former = formerVersion("a");
    Upload upload = begin("a");
    List<Part> parts = List.of(last(upload, 1));
    if (refusedWithoutConditions(upload, parts, WriteCondition.ifVersion(former))) {
      return;
    }
    assertFails(
        Kind.PRECONDITION_FAILED,
        () -> store().complete(upload, parts, WriteCondition.ifVersion(former)));
    assertThat(read("a")).isEqualTo("present state of a");
    assertThat(store().listParts(upload)).isEqualTo(parts);
    store().complete(upload, parts, WriteCondition.ifVersion(version("a")));
    assertThat(readBytes(GetRequest.whole(key("a")))).isEqualTo(expected(-1));
  }

  @Test
  void completeIfVersionOfAMissingObjectFailsForTheConditionAndKeepsTheUpload() throws IOException {
    Version former = put("a", "gone soon").version();
    store().delete(key("a"), WriteCondition.none());
    Upload upload = begin("a");
    List<Part> parts = List.of(last(upload, 1));
    if (refusedWithoutConditions(upload, parts, WriteCondition.ifVersion(former))) {
      return;
    }
    assertFails(
        Kind.PRECONDITION_FAILED,
        () -> store().complete(upload, parts, WriteCondition.ifVersion(former)));
    assertThat(exists("a")).isFalse();
    assertThat(store().listParts(upload)).isEqualTo(parts);
  }

  @Test
  void ofManyThatCompleteIfAbsentExactlyOneWins() throws IOException {
    Upload probe = begin("probe");
    if (refusedWithoutConditions(probe, List.of(last(probe, 1)), WriteCondition.ifAbsent())) {
      return;
    }
    List<Upload> uploads = new ArrayList<>();
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      uploads.add(begin("a"));
      parts.add(store().uploadPart(uploads.get(i), 1, text("writer " + i)));
    }
    List<Boolean> won = Together.run(
        WRITERS,
        thread -> applied(() -> store()
            .complete(uploads.get(thread), List.of(parts.get(thread)), WriteCondition.ifAbsent())));
    assertThat(won).containsOnlyOnce(true);
    assertThat(read("a")).isEqualTo("writer " + won.indexOf(true));
  }

  @Test
  void onlyPartsTheStoreReceivedCanBePublished() throws IOException {
    Upload upload = begin("a");
    Part part = last(upload, 1);
    Part unknown = new Part(1, part.size(), "0123456789abcdef0123456789abcdef");
    assertFails(
        Kind.INVALID, () -> store().complete(upload, List.of(unknown), WriteCondition.none()));
    Part missing = new Part(2, part.size(), part.tag());
    assertFails(
        Kind.INVALID,
        () -> store().complete(upload, List.of(part, missing), WriteCondition.none()));
    assertThat(exists("a")).isFalse();
  }

  @Test
  void everyPartButTheLastHasTheLeastSize() throws IOException {
    Upload small = begin("small");
    Part only = store().uploadPart(small, 1, text("x"));
    store().complete(small, List.of(only), WriteCondition.none());
    assertThat(read("small")).isEqualTo("x");
    if (store().capabilities().minPartSize() == 1) {
      return;
    }
    Upload upload = begin("a");
    List<Part> parts =
        List.of(store().uploadPart(upload, 1, text("x")), store().uploadPart(upload, 2, text("y")));
    assertFails(Kind.INVALID, () -> store().complete(upload, parts, WriteCondition.none()));
    assertThat(exists("a")).isFalse();
  }

  @Test
  void partNumbersEndAtTheLimit() throws IOException {
    Upload upload = begin("a");
    assertFails(Kind.INVALID, () -> store().uploadPart(upload, 0, text("x")));
    int most = store().capabilities().maxParts();
    if (most < Integer.MAX_VALUE) {
      assertFails(Kind.INVALID, () -> store().uploadPart(upload, most + 1, text("x")));
    }
    assertThat(store().listParts(upload)).isEmpty();
  }

  final Part part(Upload upload, int number) throws IOException {
    return store().uploadPart(upload, number, Content.of(partBytes(number)));
  }

  final Part last(Upload upload, int number) throws IOException {
    return store().uploadPart(upload, number, Content.of(partBytes(-number)));
  }

  /** What the part of that number holds; a negative one is short, as only a last part may be. */
  final byte[] partBytes(int number) {
    int least = Math.toIntExact(Math.max(1_000, store().capabilities().minPartSize()));
    return bytes(number < 0 ? 500 : least, number);
  }

  final byte[] expected(int... numbers) {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (int number : numbers) {
      whole.writeBytes(partBytes(number));
    }
    return whole.toByteArray();
  }

  private List<String> ids(String prefix) throws IOException {
    return store().listUploads(prefix).stream().map(Upload::id).toList();
  }

  private boolean refusedWithoutConditions(
      Upload upload, List<Part> parts, WriteCondition condition) throws IOException {
    if (store().capabilities().conditionalPut()) {
      return false;
    }
    boolean before = store().list(ListRequest.all(upload.key())).objects().isEmpty();
    assertFails(Kind.UNSUPPORTED, () -> store().complete(upload, parts, condition));
    assertThat(store().list(ListRequest.all(upload.key())).objects().isEmpty()).isEqualTo(before);
    return true;
  }
}
