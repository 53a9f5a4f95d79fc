package dev.cove.storage.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.cove.storage.CopyRequest;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every promise of {@link ObjectStore}, as tests. A backend extends it, hands its store over in
 * {@link #store()}, and says through the other hooks what its server refuses; where it cannot keep
 * a promise at all, {@link #deviations()} names the test and the reason.
 */
public abstract class ObjectStoreContract extends DeleteContract {

  @Test
  void theAddressHasASchemeAndNoTrailingSlash() {
    assertThat(store().uri()).matches("[a-z0-9]+://.*[^/]");
  }

  @Test
  void capabilitiesStayTheSame() {
    assertThat(store().capabilities()).isEqualTo(store().capabilities());
  }

  @TestFactory
  Stream<DynamicTest> aBucketThatDoesNotExistIsSaidSo() {
    ObjectStore missing = missingBucket();
    if (missing == null) {
      return Stream.empty();
    }
    String key = key("a");
    return Stream.of(
        dynamicTest(
            "list",
            () -> assertFails(Kind.NO_SUCH_BUCKET, () -> missing.list(ListRequest.all("")))),
        dynamicTest(
            "get",
            () -> assertFails(Kind.NO_SUCH_BUCKET, () -> missing.get(GetRequest.whole(key)))),
        dynamicTest(
            "put",
            () -> assertFails(
                Kind.NO_SUCH_BUCKET, () -> missing.put(key, text("x"), WriteOptions.DEFAULT))),
        dynamicTest(
            "createUpload",
            () -> assertFails(
                Kind.NO_SUCH_BUCKET, () -> missing.createUpload(key, WriteOptions.DEFAULT))),
        // The answer to a HEAD has no body that could tell a missing bucket from a missing object.
        dynamicTest(
            "head",
            () -> assertThat(kindOf(() -> missing.head(key)))
                .isIn(Kind.NO_SUCH_BUCKET, Kind.NOT_FOUND)));
  }

  @TestFactory
  Stream<DynamicTest> credentialsTheServerDoesNotKnowAreSaidSo() {
    ObjectStore stranger = wrongCredentials();
    if (stranger == null) {
      return Stream.empty();
    }
    String key = key("a");
    return Stream.of(
        dynamicTest(
            "list",
            () -> assertFails(Kind.UNAUTHENTICATED, () -> stranger.list(ListRequest.all("")))),
        dynamicTest(
            "get",
            () -> assertFails(Kind.UNAUTHENTICATED, () -> stranger.get(GetRequest.whole(key)))),
        dynamicTest(
            "put",
            () -> assertFails(
                Kind.UNAUTHENTICATED, () -> stranger.put(key, text("x"), WriteOptions.DEFAULT))),
        // Again: no body, so the two reasons for a 403 look the same.
        dynamicTest(
            "head",
            () -> assertThat(kindOf(() -> stranger.head(key)))
                .isIn(Kind.UNAUTHENTICATED, Kind.ACCESS_DENIED)));
  }

  @TestFactory
  Stream<DynamicTest> anArchivedObjectIsSeenButNotRead() {
    Archiving archiving = archiving();
    if (archiving == null) {
      return Stream.empty();
    }
    return Stream.of(dynamicTest("archived", () -> {
      put("a", "cold");
      archiving.archive(key("a"));
      assertThat(store().head(key("a")).archived()).isTrue();
      assertThat(store().list(ListRequest.all(key(""))).objects())
          .singleElement()
          .satisfies(listed -> assertThat(listed.archived()).isTrue());
      assertFails(Kind.ARCHIVED, () -> read("a"));
      assertFails(Kind.ARCHIVED, () -> read("a", 0, 2));
      assertFails(
          Kind.ARCHIVED,
          () ->
              store().copy(new CopyRequest(key("a"), null, key("b"), WriteCondition.none(), null)));
      store().deleteAll(List.of(key("a")));
      assertThat(exists("a")).isFalse();
    }));
  }

  private static Kind kindOf(ThrowingCallable call) {
    StorageException failure = catchThrowableOfType(StorageException.class, call);
    assertThat(failure).isNotNull();
    return failure.kind();
  }
}
