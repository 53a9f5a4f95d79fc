package dev.cove.gcs;

import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.client.http.AbstractInputStreamContent;
import com.google.api.client.http.ByteArrayContent;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpContent;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.json.JsonParser;
import com.google.api.client.json.JsonToken;
import com.google.api.services.storage.model.StorageObject;
import com.google.cloud.storage.spi.v1.StorageRpc.Option;
import dev.cove.gcs.DirectRequests.Parameters;
import dev.cove.gcs.GcsConnection.Pace;
import dev.cove.gcs.GcsErrors.Attempt;
import dev.cove.http.Crc32c;
import dev.cove.http.SentEntity;
import dev.cove.storage.Content;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.WriteCondition;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Sends whole objects, with their checksum: in one request, or when they are large in a session of the
 * server's that goes on where a connection was cut.
 */
final class GcsInserts {

  // 16 MiB: below, to send all of it again costs less than the session's request before it.
  static final long SESSION_FROM = 16L << 20;

  private static final String ANSWER = "name,generation,metageneration,size,crc32c";
  private static final int GO_ON = 308;

  private final GcsConnection gcs;

  GcsInserts(GcsConnection gcs) {
    this.gcs = gcs;
  }

  /**
   * Stores the object.
   *
   * @param object its name, headers and metadata
   */
  StorageObject insert(
      String verb,
      StorageObject object,
      Content content,
      WriteCondition condition,
      @Nullable String kmsKey)
      throws StorageException {
    Attempt attempt = new Attempt(verb, object.getName());
    object.setCrc32c(checksum(content, attempt));
    object.setBucket(gcs.bucket());
    GcsConnection.Call<StorageObject> call = content.size() < SESSION_FROM
        ? () -> inOneRequest(object, content, condition, kmsKey)
        : new Session(object, content, condition, kmsKey);
    StorageObject stored;
    try {
      stored = gcs.change(verb, object.getName(), content.size(), call);
    } catch (StorageException e) {
      if (call instanceof Session session) {
        session.drop();
      }
      if (e.kind() == Kind.NOT_FOUND) {
        // There is nothing else that could be missing.
        throw new StorageException(Kind.NO_SUCH_BUCKET, String.valueOf(e.getMessage()), e);
      }
      throw e;
    }
    if (stored.getCrc32c() != null && !stored.getCrc32c().equals(object.getCrc32c())) {
      throw gcs.errors()
          .error(Kind.CORRUPT, attempt, "the server stored other bytes than were sent");
    }
    return stored;
  }

  private String checksum(Content content, Attempt attempt) throws StorageException {
    try {
      return Crc32c.of(content);
    } catch (IOException e) {
      throw gcs.errors().error(Kind.INVALID, attempt, "the bytes to store cannot be read", e);
    }
  }

  private StorageObject inOneRequest(
      StorageObject object, Content content, WriteCondition condition, @Nullable String kmsKey)
      throws IOException {
    Parameters parameters = new Parameters()
        .with("uploadType", "multipart")
        .with("ifGenerationMatch", GcsValues.generation(condition))
        .with("ifMetagenerationMatch", GcsValues.metageneration(condition))
        .with("kmsKeyName", kmsKey)
        .with("userProject", gcs.config().billedProject())
        .with("fields", ANSWER);
    return parsed(gcs.direct().upload(parameters, Described.of(object, content)).body());
  }

  private static StorageObject parsed(HttpResponse response) throws IOException {
    try {
      return parsed(response.getContent());
    } finally {
      response.disconnect();
    }
  }

  /** Not by the client's way, which looks each field up among all that an object can have. */
  private static StorageObject parsed(InputStream answer) throws IOException {
    StorageObject object = new StorageObject();
    try (answer;
        JsonParser json = GcsConnection.JSON.createJsonParser(answer)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.getText();
        json.nextToken();
        switch (field) {
          case "name" -> object.setName(json.getText());
          case "generation" -> object.setGeneration(Long.valueOf(json.getText()));
          case "metageneration" -> object.setMetageneration(Long.valueOf(json.getText()));
          case "crc32c" -> object.setCrc32c(json.getText());
          default -> json.skipChildren();
        }
      }
      return object;
    }
  }

  /** An object's description and its bytes, in two parts of one body. */
  private static final class Described extends WrittenEntity {
    private final byte[] before;
    private final byte[] after;
    private final Content content;

    private Described(String boundary, byte[] before, byte[] after, Content content) {
      super(
          "multipart/related; boundary=" + boundary,
          null,
          before.length + content.size() + after.length);
      this.before = before;
      this.after = after;
      this.content = content;
    }

    static Described of(StorageObject object, Content content) throws IOException {
      // A boundary is drawn for each, so that no object can hold it.
      String boundary = UUID.randomUUID().toString();
      byte[] start =
          text("--" + boundary + "\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n");
      byte[] description = GcsValues.json(object);
      byte[] between =
          text("\r\n--" + boundary + "\r\nContent-Type: " + typeOf(object) + "\r\n\r\n");
      byte[] before = ByteBuffer.allocate(start.length + description.length + between.length)
          .put(start)
          .put(description)
          .put(between)
          .array();
      return new Described(boundary, before, text("\r\n--" + boundary + "--\r\n"), content);
    }

    private static String typeOf(StorageObject object) {
      String named = object.getContentType();
      return named == null ? GcsValues.UNTYPED : named.replaceAll("[\\r\\n]", " ");
    }

    private static byte[] text(String text) {
      return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      out.write(before);
      new SentEntity(content::open, content.size()).writeTo(out);
      out.write(after);
    }
  }

  /** The bytes from an offset on; opened anew each time they are sent. */
  private static final class Sent extends AbstractInputStreamContent {
    private final Content content;
    private final long from;

    Sent(Content content, long from, @Nullable String type) {
      super(type);
      this.content = content;
      this.from = from;
    }

    @Override
    public long getLength() {
      return content.size() - from;
    }

    @Override
    public boolean retrySupported() {
      return true;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      new SentEntity(this::getInputStream, getLength()).writeTo(out);
    }

    @Override
    public InputStream getInputStream() throws IOException {
      InputStream in = content.open();
      in.skipNBytes(from);
      return in;
    }
  }

  /** An upload that remembers on the server how far it has come; each call goes on with it. */
  private final class Session implements GcsConnection.Call<StorageObject> {
    private final StorageObject object;
    private final Content content;
    private final Map<Option, @Nullable Object> options;
    private @Nullable String location;

    Session(
        StorageObject object, Content content, WriteCondition condition, @Nullable String kmsKey) {
      this.object = object;
      this.content = content;
      options = gcs.options(condition);
      options.put(Option.KMS_KEY_NAME, kmsKey);
      options.put(Option.X_UPLOAD_CONTENT_LENGTH, content.size());
    }

    @Override
    public StorageObject run() throws IOException {
      long sent = 0;
      if (location == null) {
        location = gcs.client(Pace.PROMPT).open(object, options);
      } else {
        HttpResponse state = put(location, "bytes */" + content.size(), null);
        if (state.isSuccessStatusCode()) {
          return parsed(state);
        }
        sent = received(state);
      }
      while (true) {
        HttpResponse answer = put(
            location,
            "bytes " + sent + "-" + (content.size() - 1) + "/" + content.size(),
            new Sent(content, sent, object.getContentType()));
        if (answer.isSuccessStatusCode()) {
          return parsed(answer);
        }
        long before = sent;
        sent = received(answer);
        if (sent <= before) {
          throw new IOException("the server does not take the bytes");
        }
      }
    }

    private HttpResponse put(String where, String range, @Nullable HttpContent bytes)
        throws IOException {
      HttpRequest request = gcs.request(
          "PUT",
          new GenericUrl(where, true),
          bytes == null ? new ByteArrayContent(null, new byte[0]) : bytes);
      request.getHeaders().setContentRange(range);
      request.setThrowExceptionOnExecuteError(false);
      HttpResponse answer = request.execute();
      int status = answer.getStatusCode();
      if (status == GO_ON || answer.isSuccessStatusCode()) {
        return answer;
      }
      GoogleJsonResponseException failure =
          GoogleJsonResponseException.from(GcsConnection.JSON, answer);
      if (status == 404 || status == 410) {
        // The session is gone: begin anew.
        location = null;
        throw new IOException("the server has forgotten the upload", failure.getCause());
      }
      throw failure;
    }

    /** How many bytes the server has. */
    private static long received(HttpResponse answer) throws IOException {
      String range = answer.getHeaders().getRange();
      answer.disconnect();
      int dash = range == null ? -1 : range.lastIndexOf('-');
      return dash < 0 || range == null
          ? 0
          : Long.parseLong(range.substring(dash + 1).strip()) + 1;
    }

    /** The server would drop it after a week. */
    void drop() {
      if (location == null) {
        return;
      }
      try {
        HttpRequest request = gcs.request("DELETE", new GenericUrl(location, true), null);
        request.setThrowExceptionOnExecuteError(false);
        request.execute().disconnect();
      } catch (IOException e) {
        // What is left of it is invisible, and free of charge.
        location = null;
      }
    }
  }
}
