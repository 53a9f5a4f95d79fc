package dev.cove.gcs;

import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.client.http.ByteArrayContent;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpContent;
import com.google.api.client.http.HttpHeaders;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.MultipartContent;
import com.google.api.client.http.json.JsonHttpContent;
import com.google.api.services.storage.model.StorageObject;
import dev.cove.gcs.GcsConnection.Pace;
import dev.cove.gcs.GcsErrors.Attempt;
import dev.cove.http.Crc32c;
import dev.cove.http.SentEntity;
import dev.cove.storage.Content;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Sends whole objects, with their checksum: in one request, or when they are large in a session of the
 * server's that goes on where a connection was cut.
 */
final class GcsInserts {

  // 16 MiB: below, to send all of it again costs less than the session's request before it.
  static final long SESSION_FROM = 16L << 20;

  private static final String ANSWER = "name,generation,size,crc32c";
  private static final int GO_ON = 308;

  private final GcsConnection gcs;

  GcsInserts(GcsConnection gcs) {
    this.gcs = gcs;
  }

  /**
   * Stores the object.
   *
   * @param object its name, headers and metadata
   * @param generation it must have now; 0 for none, null for no condition
   */
  StorageObject insert(
      String verb,
      StorageObject object,
      Content content,
      @Nullable Long generation,
      @Nullable String kmsKey)
      throws StorageException {
    Attempt attempt = new Attempt(verb, object.getName());
    object.setCrc32c(checksum(content, attempt));
    GenericUrl url = gcs.uploadUrl();
    url.put("name", object.getName());
    url.put("fields", ANSWER);
    if (generation != null) {
      url.put("ifGenerationMatch", generation);
    }
    if (kmsKey != null) {
      url.put("kmsKeyName", kmsKey);
    }
    GcsConnection.Call<StorageObject> call = content.size() < SESSION_FROM
        ? () -> inOneRequest(url.clone(), object, content)
        : new Session(url, object, content);
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

  private StorageObject inOneRequest(GenericUrl url, StorageObject object, Content content)
      throws IOException {
    url.put("uploadType", "multipart");
    MultipartContent both = new MultipartContent();
    both.addPart(new MultipartContent.Part(
        new HttpHeaders().setAcceptEncoding(null),
        new JsonHttpContent(GcsConnection.JSON, object)));
    both.addPart(new MultipartContent.Part(
        new HttpHeaders().setAcceptEncoding(null),
        new Sent(content, 0, String.valueOf(object.getContentType()))));
    HttpRequest request = gcs.request("POST", url);
    request.setContent(both);
    return parsed(gcs.send(request, Pace.PROMPT, content.size()));
  }

  private static StorageObject parsed(HttpResponse response) throws IOException {
    try (InputStream in = response.getContent()) {
      return GcsConnection.JSON.createJsonParser(in).parseAndClose(StorageObject.class);
    } finally {
      response.disconnect();
    }
  }

  /** The bytes from an offset on; opened anew each time they are sent. */
  private record Sent(Content content, long from, String type) implements HttpContent {

    @Override
    public long getLength() {
      return content.size() - from;
    }

    @Override
    public String getType() {
      return type;
    }

    @Override
    public boolean retrySupported() {
      return true;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      new SentEntity(this::open, getLength()).writeTo(out);
    }

    private InputStream open() throws IOException {
      InputStream in = content.open();
      in.skipNBytes(from);
      return in;
    }
  }

  /** An upload that remembers on the server how far it has come; each call goes on with it. */
  private final class Session implements GcsConnection.Call<StorageObject> {
    private final GenericUrl url;
    private final StorageObject object;
    private final Content content;
    private @Nullable String location;

    Session(GenericUrl url, StorageObject object, Content content) {
      this.url = url;
      this.object = object;
      this.content = content;
    }

    @Override
    public StorageObject run() throws IOException {
      long sent = 0;
      if (location == null) {
        location = begin();
      } else {
        HttpResponse state = put(location, "bytes */" + content.size(), null, 0);
        if (state.isSuccessStatusCode()) {
          return parsed(state);
        }
        sent = received(state);
      }
      while (true) {
        long left = content.size() - sent;
        HttpResponse answer = put(
            location,
            "bytes " + sent + "-" + (content.size() - 1) + "/" + content.size(),
            new Sent(content, sent, String.valueOf(object.getContentType())),
            left);
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

    private String begin() throws IOException {
      GenericUrl first = url.clone();
      first.put("uploadType", "resumable");
      HttpRequest request = gcs.request("POST", first);
      request.setContent(new JsonHttpContent(GcsConnection.JSON, object));
      request.getHeaders().set("X-Upload-Content-Length", content.size());
      request.getHeaders().set("X-Upload-Content-Type", object.getContentType());
      HttpResponse answer = gcs.send(request, Pace.PROMPT, 0);
      try {
        String where = answer.getHeaders().getLocation();
        if (where == null) {
          throw new IOException("the server names no session");
        }
        return where;
      } finally {
        answer.disconnect();
      }
    }

    private HttpResponse put(String where, String range, @Nullable HttpContent bytes, long length)
        throws IOException {
      HttpRequest request = gcs.request("PUT", new GenericUrl(where, true));
      request.setContent(bytes == null ? new ByteArrayContent(null, new byte[0]) : bytes);
      request.getHeaders().setContentRange(range);
      HttpResponse answer = gcs.sendForAny(request, Pace.PROMPT, length);
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
        gcs.sendForAny(gcs.request("DELETE", new GenericUrl(location, true)), Pace.PROMPT, 0)
            .disconnect();
      } catch (IOException e) {
        // What is left of it is invisible, and free of charge.
        location = null;
      }
    }
  }
}
