package dev.cove.gcs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.Content;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.Part;
import dev.cove.storage.Upload;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import dev.cove.storage.testkit.server.FakeGcsServer;
import dev.cove.storage.testkit.server.GcsFront;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Parts that are objects of their own leave nothing behind. */
final class GcsUploadsIT {
  private GcsConfig config;
  private ObjectStore store;

  @BeforeEach
  void open() {
    config = TestBuckets.create(GcsFront.sharedEndpoint());
    store = GcsObjectStores.open(config);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void moreThan32PartsAreComposedInSteps() throws IOException {
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    Upload upload = store.createUpload("a", WriteOptions.DEFAULT);
    List<Part> parts = new ArrayList<>();
    for (int number = 1; number <= 70; number++) {
      byte[] bytes = ("part " + number + ";").getBytes(UTF_8);
      expected.writeBytes(bytes);
      parts.add(store.uploadPart(upload, number, Content.of(bytes)));
    }
    assertThat(everyKey()).hasSize(71).noneMatch("a"::equals);
    assertThat(store.list(ListRequest.all("")).objects()).isEmpty();
    store.complete(upload, parts, WriteCondition.ifAbsent());
    assertThat(read("a")).isEqualTo(expected.toByteArray());
    assertThat(everyKey()).containsExactly("a");
  }

  @Test
  void anAbortedUploadLeavesNoObject() throws IOException {
    Upload upload = store.createUpload("a", WriteOptions.DEFAULT);
    store.uploadPart(upload, 3, Content.of(new byte[100]));
    store.abort(upload);
    assertThat(everyKey()).isEmpty();
  }

  @Test
  void anotherProcessGoesOnWithAnUploadAndWithWhatItWasBegunWith() throws IOException {
    Upload upload = store.createUpload(
        "a",
        new WriteOptions(
            WriteCondition.none(),
            WriteOptions.DEFAULT.attributes(),
            java.util.Map.of(),
            "NEARLINE"));
    store.uploadPart(upload, 1, Content.of(new byte[100]));
    try (ObjectStore other = GcsObjectStores.open(config)) {
      Upload found = other.listUploads("").get(0);
      other.complete(found, other.listParts(found), WriteCondition.none());
    }
    ObjectInfo info = store.head("a");
    assertThat(info.size()).isEqualTo(100);
    assertThat(info.storageClass()).isEqualTo("NEARLINE");
    assertThat(everyKey()).containsExactly("a");
  }

  @Test
  void whatACrashLeftIsRemovedAWeekLater() throws IOException {
    Upload upload = store.createUpload("a", WriteOptions.DEFAULT);
    store.uploadPart(upload, 1, Content.of(new byte[100]));
    try (ObjectStore nextDay = at(Duration.ofDays(1))) {
      nextDay.abort(nextDay.createUpload("b", WriteOptions.DEFAULT));
    }
    assertThat(everyKey()).hasSize(2);
    try (ObjectStore later = at(Duration.ofDays(8))) {
      later.abort(later.createUpload("b", WriteOptions.DEFAULT));
    }
    assertThat(everyKey()).isEmpty();
  }

  private ObjectStore at(Duration later) {
    return new GcsObjectStore(config, Clock.offset(Clock.systemUTC(), later));
  }

  private byte[] read(String key) throws IOException {
    try (ObjectBody body = store.get(GetRequest.whole(key))) {
      ByteBuffer all = ByteBuffer.allocate((int) body.length());
      while (all.hasRemaining() && body.read(all) >= 0) {}
      return all.array();
    }
  }

  /** What the server has, hidden or not. */
  private List<String> everyKey() throws IOException {
    try {
      String json = HttpClient.newHttpClient()
          .send(
              HttpRequest.newBuilder(URI.create(
                      FakeGcsServer.sharedEndpoint() + "/storage/v1/b/" + config.bucket() + "/o"))
                  .build(),
              BodyHandlers.ofString())
          .body();
      return com.google.gson.JsonParser.parseString(json).getAsJsonObject().has("items")
          ? com.google.gson.JsonParser.parseString(json)
              .getAsJsonObject()
              .getAsJsonArray("items")
              .asList()
              .stream()
              .map(item -> item.getAsJsonObject().get("name").getAsString())
              .toList()
          : List.of();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
