package dev.cove.storage.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.ByteRange;
import dev.cove.storage.ContentHeaders;
import dev.cove.storage.CopyRequest;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.Part;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.Stored;
import dev.cove.storage.Upload;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What copies of objects and of parts promise. */
abstract class CopyContract extends MultipartContract {
  private static final String ODD = "odd ü+%20&<😀>?#;='\"";

  @Test
  void aCopyKeepsBytesHeadersMetadataTagsAndClass() throws IOException {
    Map<String, String> tags = putWithEverything("a");
    ObjectInfo source = store().head(key("a"));
    Stored stored = copy("a", "b");
    ObjectInfo target = store().head(key("b"));
    assertThat(target.version()).isEqualTo(stored.version());
    assertThat(target.attributes()).isEqualTo(source.attributes());
    assertThat(target.storageClass()).isEqualTo(source.storageClass());
    assertThat(store().tags(key("b"))).isEqualTo(tags);
    assertThat(read("b")).isEqualTo("all of it");
    assertThat(read("a")).isEqualTo("all of it");
  }

  @Test
  void aCopyThatReplacesAttributesReplacesAllOfThemAndKeepsTagsAndClass() throws IOException {
    Map<String, String> tags = putWithEverything("a");
    store()
        .copy(new CopyRequest(key("a"), null, key("b"), WriteCondition.none(), otherAttributes()));
    assertReplaced("b", tags);
    assertThat(attributesOf("a").headers()).isEqualTo(ALL_HEADERS);
  }

  @Test
  void anObjectIsCopiedOntoItselfWithOtherAttributes() throws IOException {
    Map<String, String> tags = putWithEverything("a");
    Stored stored = store()
        .copy(new CopyRequest(
            key("a"), version("a"), key("a"), WriteCondition.none(), otherAttributes()));
    assertReplaced("a", tags);
    assertThat(version("a")).isEqualTo(stored.version());
  }

  private Map<String, String> putWithEverything(String name) throws IOException {
    Map<String, String> tags = store().capabilities().tags() ? tags() : Map.of();
    ObjectAttributes attributes =
        new ObjectAttributes(ALL_HEADERS, Map.of("mode", "33188", "umlaut", "Grüße"), null);
    store()
        .put(
            key(name),
            text("all of it"),
            new WriteOptions(WriteCondition.none(), attributes, tags, otherStorageClass()));
    return tags;
  }

  private static ObjectAttributes otherAttributes() {
    return new ObjectAttributes(
        ContentHeaders.ofType("application/json"),
        Map.of("mtime", "1732376520", "emoji", "😀"),
        null);
  }

  private void assertReplaced(String name, Map<String, String> tags) throws IOException {
    ObjectAttributes attributes = attributesOf(name);
    assertThat(attributes.headers()).isEqualTo(otherAttributes().headers());
    assertThat(attributes.metadata()).isEqualTo(otherAttributes().metadata());
    assertThat(store().tags(key(name))).isEqualTo(tags);
    assertThat(read(name)).isEqualTo("all of it");
    if (otherStorageClass() != null) {
      assertThat(store().head(key(name)).storageClass()).isEqualTo(otherStorageClass());
    }
  }

  @Test
  void aCopyReplacesWhatIsAtItsTarget() throws IOException {
    put("a", "new");
    put("b", "former");
    copy("a", "b");
    assertThat(read("b")).isEqualTo("new");
  }

  @Test
  void oddKeysAreCopied() throws IOException {
    put(ODD, "content");
    copy(ODD, ODD + "/copy");
    assertThat(read(ODD + "/copy")).isEqualTo("content");
  }

  @Test
  void anEmptyObjectIsCopied() throws IOException {
    put("a", "");
    copy("a", "b");
    assertThat(store().head(key("b")).size()).isZero();
  }

  @Test
  void aCopyOfAMissingSourceIsNotFound() throws IOException {
    put("b", "kept");
    assertFails(Kind.NOT_FOUND, () -> copy("none", "b"));
    assertThat(read("b")).isEqualTo("kept");
  }

  @Test
  void aCopyPinnedToAnotherVersionOfItsSourceFails() throws IOException {
    Version former = formerVersion("a");
    put("b", "kept");
    assertFails(
        Kind.PRECONDITION_FAILED,
        () ->
            store().copy(new CopyRequest(key("a"), former, key("b"), WriteCondition.none(), null)));
    assertThat(read("b")).isEqualTo("kept");
    store().copy(new CopyRequest(key("a"), version("a"), key("b"), WriteCondition.none(), null));
    assertThat(read("b")).isEqualTo("present state of a");
  }

  @Test
  void aCopyIfAbsentNeverReplaces() throws IOException {
    put("a", "new");
    if (refusedWithoutConditionalCopy(WriteCondition.ifAbsent())) {
      return;
    }
    copy("a", "b", null, WriteCondition.ifAbsent());
    put("a", "newer");
    assertFails(Kind.PRECONDITION_FAILED, () -> copy("a", "b", null, WriteCondition.ifAbsent()));
    assertThat(read("b")).isEqualTo("new");
  }

  @Test
  void aCopyIfVersionReplacesThatVersionOnly() throws IOException {
    put("a", "new");
    Version former = formerVersion("b");
    if (refusedWithoutConditionalCopy(WriteCondition.ifVersion(former))) {
      return;
    }
    assertFails(
        Kind.PRECONDITION_FAILED, () -> copy("a", "b", null, WriteCondition.ifVersion(former)));
    assertThat(read("b")).isEqualTo("present state of b");
    copy("a", "b", version("a"), WriteCondition.ifVersion(version("b")));
    assertThat(read("b")).isEqualTo("new");
  }

  @Test
  void ofManyThatCopyIfAbsentExactlyOneWins() throws IOException {
    put("a", "x");
    if (refusedWithoutConditionalCopy(WriteCondition.ifAbsent())) {
      return;
    }
    for (int i = 0; i < WRITERS; i++) {
      put("source-" + i, "writer " + i);
    }
    List<Boolean> won = Together.run(
        WRITERS,
        thread -> applied(() -> copy("source-" + thread, "b", null, WriteCondition.ifAbsent())));
    assertThat(won).containsOnlyOnce(true);
    assertThat(read("b")).isEqualTo("writer " + won.indexOf(true));
  }

  @Test
  void aPartIsCopiedFromARangeOfAnotherObject() throws IOException {
    byte[] source = sourceOfTwoParts(ODD);
    int half = source.length / 2;
    Upload upload = begin("target");
    if (refusedWithoutPartCopy(upload, ODD)) {
      return;
    }
    Part copied = store().copyPart(upload, 1, key(ODD), version(ODD), ByteRange.of(100, half));
    Part sent = last(upload, 2);
    assertThat(copied.number()).isEqualTo(1);
    assertThat(copied.size()).isEqualTo(half);
    assertThat(store().listParts(upload)).containsExactly(copied, sent);
    store().complete(upload, List.of(copied, sent), WriteCondition.none());
    byte[] got = readBytes(GetRequest.whole(key("target")));
    assertThat(Arrays.copyOf(got, half)).isEqualTo(Arrays.copyOfRange(source, 100, 100 + half));
    assertThat(Arrays.copyOfRange(got, half, got.length)).isEqualTo(expected(-2));
  }

  @Test
  void anObjectIsRebuiltFromPartsOfItself() throws IOException {
    byte[] source = sourceOfTwoParts("a");
    int half = source.length / 2;
    Version version = version("a");
    Upload upload = begin("a");
    if (refusedWithoutPartCopy(upload, "a")) {
      return;
    }
    Part second = store().copyPart(upload, 1, key("a"), version, ByteRange.of(half, half));
    Part first = store().copyPart(upload, 2, key("a"), version, ByteRange.of(0, half));
    WriteCondition same = store().capabilities().conditionalPut()
        ? WriteCondition.ifVersion(version)
        : WriteCondition.none();
    store().complete(upload, List.of(second, first), same);
    byte[] got = readBytes(GetRequest.whole(key("a")));
    assertThat(Arrays.copyOf(got, half)).isEqualTo(Arrays.copyOfRange(source, half, source.length));
    assertThat(Arrays.copyOfRange(got, half, got.length)).isEqualTo(Arrays.copyOf(source, half));
  }

  @Test
  void aPartCopyOfAnotherVersionOfItsSourceFails() throws IOException {
    Version former = formerVersion("a");
    Upload upload = begin("target");
    if (refusedWithoutPartCopy(upload, "a")) {
      return;
    }
    assertFails(
        Kind.PRECONDITION_FAILED,
        () -> store().copyPart(upload, 1, key("a"), former, ByteRange.of(0, 6)));
    assertThat(store().listParts(upload)).isEmpty();
    Part part = store().copyPart(upload, 1, key("a"), version("a"), ByteRange.of(0, 7));
    store().complete(upload, List.of(part), WriteCondition.none());
    assertThat(read("target")).isEqualTo("present");
  }

  @Test
  void aPartCopyOfAMissingSourceOrIntoAGoneUploadIsNotFound() throws IOException {
    Version version = put("a", "0123456789").version();
    Upload upload = begin("target");
    if (refusedWithoutPartCopy(upload, "a")) {
      return;
    }
    assertFails(
        Kind.NOT_FOUND,
        () -> store().copyPart(upload, 1, key("none"), version, ByteRange.of(0, 5)));
    store().abort(upload);
    assertFails(
        Kind.NOT_FOUND, () -> store().copyPart(upload, 1, key("a"), version, ByteRange.of(0, 5)));
  }

  @Test
  void aWholeObjectBecomesAPartOfItsOwnSuccessorWhereObjectsAreComposed() throws IOException {
    if (!store().capabilities().compose()) {
      return;
    }
    byte[] source = sourceOfTwoParts("a");
    Version version = version("a");
    Upload upload = begin("a");
    Part kept = store().copyPart(upload, 1, key("a"), version, ByteRange.of(0, source.length));
    Part added = last(upload, 2);
    assertThat(kept.size()).isEqualTo(source.length);
    assertThat(store().listParts(upload)).containsExactly(kept, added);
    store().complete(upload, List.of(kept, added), WriteCondition.none());
    byte[] got = readBytes(GetRequest.whole(key("a")));
    assertThat(Arrays.copyOf(got, source.length)).isEqualTo(source);
    assertThat(Arrays.copyOfRange(got, source.length, got.length)).isEqualTo(expected(-2));
  }

  private byte[] sourceOfTwoParts(String name) throws IOException {
    byte[] source = bytes(2 * partBytes(1).length + 200, 11);
    put(name, source);
    return source;
  }

  private Stored copy(String source, String target) throws IOException {
    return copy(source, target, null, WriteCondition.none());
  }

  private Stored copy(
      String source, String target, @Nullable Version pinned, WriteCondition condition)
      throws IOException {
    return store().copy(new CopyRequest(key(source), pinned, key(target), condition, null));
  }

  private boolean refusedWithoutConditionalCopy(WriteCondition condition) throws IOException {
    if (store().capabilities().conditionalCopy()) {
      return false;
    }
    assertFails(Kind.UNSUPPORTED, () -> copy("a", "refused", null, condition));
    assertThat(exists("refused")).isFalse();
    return true;
  }

  private boolean refusedWithoutPartCopy(Upload upload, String source) throws IOException {
    if (store().capabilities().partCopy()) {
      return false;
    }
    assertFails(
        Kind.UNSUPPORTED,
        () -> store().copyPart(upload, 1, key(source), version(source), ByteRange.of(0, 5)));
    return true;
  }
}
