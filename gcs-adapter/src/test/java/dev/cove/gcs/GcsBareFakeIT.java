package dev.cove.gcs;

import static java.util.Map.entry;

import dev.cove.storage.ObjectStore;
import dev.cove.storage.testkit.ObjectStoreContract;
import dev.cove.storage.testkit.server.FakeGcsServer;
import dev.cove.storage.testkit.server.GcsFront;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/**
 * The storage contract on fake-gcs-server as it is, and where that differs from the service. {@link
 * GcsFront} makes up for it, so that {@link GcsObjectStoreIT} has no deviations.
 */
@Tag("soak")
final class GcsBareFakeIT extends ObjectStoreContract {
  private static final String CONDITIONS =
      "copies, compositions and deletes are made whatever the condition on their object";
  private static final String ATTRIBUTES =
      "what is composed or copied keeps not all of the attributes that were asked for";

  private static ObjectStore store;

  @BeforeAll
  static void open() {
    store = GcsObjectStores.open(TestBuckets.create(FakeGcsServer.sharedEndpoint()));
  }

  @AfterAll
  static void close() {
    store.close();
  }

  @Override
  protected ObjectStore store() {
    return store;
  }

  /** A read from a bucket that is not there is answered as one of a missing object. */
  @Override
  protected @Nullable ObjectStore missingBucket() {
    return null;
  }

  @Override
  protected Map<String, String> deviations() {
    return Map.ofEntries(
        entry("aCopyIfAbsentNeverReplaces", CONDITIONS),
        entry("aCopyIfVersionReplacesThatVersionOnly", CONDITIONS),
        entry("ofManyThatCopyIfAbsentExactlyOneWins", CONDITIONS),
        entry("aDeleteIfVersionTakesThatVersionOnly", CONDITIONS),
        entry("completeIfAbsentCreatesAndElseKeepsTheUpload", CONDITIONS),
        entry("completeIfVersionOfAMissingObjectFailsForTheConditionAndKeepsTheUpload", CONDITIONS),
        entry("completeIfVersionReplacesThatVersionOnlyAndElseKeepsTheUpload", CONDITIONS),
        entry("ofManyThatCompleteIfAbsentExactlyOneWins", CONDITIONS),
        entry("aCopyThatReplacesAttributesReplacesAllOfThemAndKeepsTagsAndClass", ATTRIBUTES),
        entry("anObjectIsCopiedOntoItselfWithOtherAttributes", ATTRIBUTES),
        entry("theObjectHasWhatTheUploadWasBegunWith", ATTRIBUTES),
        entry("aTokenOfAnotherStoreIsInvalid", "any text is taken as the name to go on from"),
        entry(
            "pagesWithADelimiterGiveEveryEntryOnceAndCoverOneStretchEach",
            "prefixes are not counted among the entries of a page"));
  }
}
