package dev.cove.gcs;

import com.google.api.client.http.HttpResponseException;
import com.google.api.services.storage.model.StorageObject;
import com.google.cloud.Tuple;
import com.google.cloud.storage.spi.v1.StorageRpc.Option;
import dev.cove.gcs.DirectRequests.Answer;
import dev.cove.gcs.DirectRequests.Parameters;
import dev.cove.gcs.GcsConnection.Pace;
import dev.cove.gcs.GcsErrors.Attempt;
import dev.cove.http.StreamedBody;
import dev.cove.storage.ByteRange;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ListPage;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The calls that change nothing. */
final class GcsReads {

  private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d+)-(\\d+)/(\\d+)");
  static final String GENERATION = "x-goog-generation";

  private static final String LIST_FIELDS =
      "nextPageToken,prefixes,items(" + GcsValues.FIELDS + ")";
  // How Google's client marks a prefix among the objects of a page.
  private static final String IS_PREFIX = "isDirectory";

  private final GcsConnection gcs;

  GcsReads(GcsConnection gcs) {
    this.gcs = gcs;
  }

  ObjectInfo head(String key) throws StorageException {
    return GcsValues.info(look("look at", key));
  }

  /** The object as the server describes it. */
  StorageObject look(String verb, String key) throws StorageException {
    gcs.requireKey(verb, key);
    Map<Option, @Nullable Object> options = gcs.options();
    options.put(Option.FIELDS, GcsValues.FIELDS);
    StorageObject found =
        gcs.read(verb, key, () -> gcs.client(Pace.PROMPT).get(gcs.object(key), options));
    if (found == null) {
      throw gcs.errors().error(Kind.NOT_FOUND, new Attempt(verb, key), "no such object");
    }
    return found;
  }

  ObjectBody get(GetRequest wanted) throws StorageException {
    gcs.requireKey("read", wanted.key());
    Attempt attempt = new Attempt("read", wanted.key());
    return gcs.read("read", wanted.key(), () -> {
      Parameters parameters = new Parameters().with("alt", "media");
      if (wanted.version() != null) {
        // Not by naming the generation: where versions are kept, one that was replaced would
        // still be delivered.
        parameters.with("ifGenerationMatch", GcsValues.generation(wanted.version()));
      }
      parameters.with("userProject", gcs.config().billedProject());
      Map<String, String> headers = new HashMap<>();
      // Else what is stored packed would be delivered unpacked, and ranges of it ignored.
      headers.put("Accept-Encoding", "gzip");
      ByteRange range = wanted.range();
      if (range != null) {
        headers.put("Range", range.toHttpHeader());
      }
      Answer answer;
      try {
        answer = gcs.direct().get(wanted.key(), parameters, headers);
      } catch (HttpResponseException e) {
        throw replacedOr(e, wanted, attempt);
      }
      return body(wanted, answer, attempt);
    });
  }

  /** A server that looks at the range first may have to be told that the version comes before. */
  private IOException replacedOr(HttpResponseException e, GetRequest wanted, Attempt attempt) {
    String generation = e.getHeaders().getFirstHeaderStringValue(GENERATION);
    boolean replaced = e.getStatusCode() == 416
        && wanted.version() != null
        && generation != null
        && !generation.isEmpty()
        && !generation.equals(String.valueOf(GcsValues.generation(wanted.version())));
    return replaced ? replaced(attempt) : e;
  }

  private StorageException replaced(Attempt attempt) {
    return gcs.errors().error(Kind.PRECONDITION_FAILED, attempt, "it was replaced in the meantime");
  }

  private ObjectBody body(GetRequest wanted, Answer answer, Attempt attempt) throws IOException {
    try {
      String named = answer.header("content-length");
      long length = named.isEmpty() ? 0 : Long.parseLong(named);
      long size = sizeOf(wanted.range(), length, answer.header("content-range"), attempt);
      ObjectInfo info = GcsValues.info(wanted.key(), size, answer.headers());
      if (wanted.version() != null
          && GcsValues.generation(info.version()) != GcsValues.generation(wanted.version())) {
        // A server or proxy that does not know the condition.
        throw replaced(attempt);
      }
      WholeCrc32c checksum =
          wanted.range() != null ? null : WholeCrc32c.of(answer.header("x-goog-hash"));
      return new StreamedBody(
          answer.body(), answer.abort(), info, length, checksum, gcs.errors().of(attempt));
    } catch (IOException | RuntimeException e) {
      answer.abort().run();
      throw e;
    }
  }

  /** The whole object's size, once it is certain that these are the bytes that were asked for. */
  private long sizeOf(@Nullable ByteRange range, long length, String contentRange, Attempt attempt)
      throws StorageException {
    if (range == null) {
      return length;
    }
    Matcher matcher = CONTENT_RANGE.matcher(contentRange);
    if (!matcher.matches()) {
      throw gcs.errors()
          .error(Kind.UNSUPPORTED, attempt, "the server does not deliver ranges of objects");
    }
    long first = Long.parseLong(matcher.group(1));
    long size = Long.parseLong(matcher.group(3));
    long last = Math.min(range.end(), size) - 1;
    if (first != range.offset()
        || Long.parseLong(matcher.group(2)) != last
        || length != last - first + 1) {
      throw gcs.errors()
          .error(Kind.UNAVAILABLE, attempt, "the server delivers another range than asked for");
    }
    return size;
  }

  /** One request, unless a whole page was of uploads under way. */
  ListPage list(ListRequest wanted) throws StorageException {
    String token = wanted.pageToken();
    while (true) {
      List<ObjectInfo> objects = new ArrayList<>();
      List<String> prefixes = new ArrayList<>();
      token = page(wanted, token, object -> {
        if (UploadNames.isHidden(object.getName())) {
          return;
        }
        if (object.containsKey(IS_PREFIX)) {
          prefixes.add(object.getName());
        } else {
          objects.add(GcsValues.info(object));
        }
      });
      if (token == null || !objects.isEmpty() || !prefixes.isEmpty()) {
        return new ListPage(objects, prefixes, token);
      }
    }
  }

  /**
   * A page as the server has it.
   *
   * @return the next page's token; null when this was the last
   */
  @Nullable
  String page(ListRequest wanted, @Nullable String token, Consumer<StorageObject> each)
      throws StorageException {
    String prefix = wanted.prefix();
    Map<Option, @Nullable Object> options = gcs.options();
    options.put(Option.PREFIX, prefix.isEmpty() ? null : prefix);
    options.put(Option.DELIMITER, wanted.delimiter());
    options.put(Option.PAGE_TOKEN, token);
    options.put(Option.MAX_RESULTS, (long) wanted.maxKeys());
    options.put(Option.FIELDS, LIST_FIELDS);
    if (token == null && wanted.startAfter() != null) {
      // The least text after it.
      options.put(Option.START_OFF_SET, wanted.startAfter() + '\0');
    }
    try {
      Tuple<String, Iterable<StorageObject>> page = gcs.read(
          "list",
          prefix.isEmpty() ? null : prefix,
          () -> gcs.client(Pace.PROMPT).list(gcs.bucket(), options));
      page.y().forEach(each);
      return page.x();
    } catch (StorageException e) {
      if (e.kind() == Kind.NOT_FOUND) {
        throw gcs.errors()
            .error(Kind.NO_SUCH_BUCKET, new Attempt("list", null), "no such bucket", e);
      }
      throw e;
    }
  }
}
