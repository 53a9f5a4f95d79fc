package dev.cove.s3;

import dev.cove.storage.ListPage;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectInfo;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/**
 * The answer to a list, read straight from its bytes. It knows the XML that S3 and servers like it
 * write: elements and text. Whatever else stands there, or is missing, is a {@link
 * RuntimeException}, and for the SDK to judge.
 */
final class ListXml {
  // What a document may nest; an answer has three levels.
  private static final int DEEPEST = 8;
  private static final String USUAL_TIME = "0000-00-00T00:00:00.000Z";

  private final byte[] xml;
  private int at;
  // The element that was entered last has no end of its own: <Prefix/>.
  private boolean empty;

  private final List<ObjectInfo> objects = new ArrayList<>();
  private final List<String> prefixes = new ArrayList<>();
  private boolean urlEncoded;
  private boolean truncated;
  private @Nullable String token;
  // Nearly always that of the object before.
  private @Nullable String storageClass;

  private ListXml(byte[] xml) {
    this.xml = xml;
  }

  static ListPage page(byte[] xml) {
    ListXml reader = new ListXml(xml);
    reader.read();
    return reader.page();
  }

  private ListPage page() {
    if (truncated && token == null) {
      throw new IllegalStateException("the list goes on, but not where");
    }
    if (urlEncoded) {
      objects.replaceAll(ListXml::decoded);
      prefixes.replaceAll(ListXml::decoded);
    }
    return new ListPage(objects, prefixes, truncated ? token : null);
  }

  private static ObjectInfo decoded(ObjectInfo object) {
    String key = decoded(object.key());
    return key.equals(object.key())
        ? object
        : new ObjectInfo(
            key,
            object.size(),
            object.version(),
            object.lastModified(),
            object.storageClass(),
            object.archived(),
            null,
            object.attributes());
  }

  private static String decoded(String key) {
    return key.indexOf('%') < 0 && key.indexOf('+') < 0 ? key : SdkHttpUtils.urlDecode(key);
  }

  private void read() {
    space();
    if (xml[at] == '<' && xml[at + 1] == '?') {
      at = find('>', at) + 1;
    }
    if (!"ListBucketResult".equals(open())) {
      throw new IllegalStateException("not a list");
    }
    for (String name = open(); name != null; name = open()) {
      switch (name) {
        case "Contents" -> objects.add(object());
        case "CommonPrefixes" -> prefixes.add(prefix());
        case "IsTruncated" -> truncated = "true".equals(text());
        case "NextContinuationToken" -> token = S3Values.blankToNull(text());
        case "EncodingType" -> urlEncoded = "url".equals(text());
        default -> skip(0);
      }
    }
  }

  private ObjectInfo object() {
    requireContent();
    String key = null;
    String eTag = null;
    String size = "";
    String modified = null;
    String kept = null;
    ObjectAttributes attributes = null;
    for (String name = open(); name != null; name = open()) {
      switch (name) {
        case "Key" -> key = text();
        case "ETag" -> eTag = text();
        case "Size" -> size = text();
        case "LastModified" -> modified = text();
        case "StorageClass" -> kept = text();
        case "UserMetadata" -> attributes = attributes();
        default -> skip(0);
      }
    }
    if (key == null || key.isEmpty()) {
      throw new IllegalStateException("an object without a key");
    }
    if (kept != null && !kept.equals(storageClass)) {
      storageClass = kept;
    }
    return S3Values.listed(
        key,
        Long.parseLong(size),
        eTag,
        modified == null ? null : time(modified),
        kept == null ? null : storageClass,
        attributes);
  }

  /** MinIO's: elements that are named like headers. */
  private ObjectAttributes attributes() {
    Map<String, String> named = new HashMap<>();
    if (!wasEmpty()) {
      for (String name = open(); name != null; name = open()) {
        named.put(name.toLowerCase(Locale.ROOT), text());
      }
    }
    return S3Values.listedAttributes(named);
  }

  /** As {@link Instant#parse}, whose general rules cost more than all else here together. */
  static Instant time(String text) {
    if (text.length() != USUAL_TIME.length()) {
      return Instant.parse(text);
    }
    for (int i = 0; i < text.length(); i++) {
      char letter = text.charAt(i);
      boolean digit = letter >= '0' && letter <= '9';
      if (USUAL_TIME.charAt(i) == '0' ? !digit : letter != USUAL_TIME.charAt(i)) {
        return Instant.parse(text);
      }
    }
    return LocalDateTime.of(
            Integer.parseInt(text, 0, 4, 10),
            Integer.parseInt(text, 5, 7, 10),
            Integer.parseInt(text, 8, 10, 10),
            Integer.parseInt(text, 11, 13, 10),
            Integer.parseInt(text, 14, 16, 10),
            Integer.parseInt(text, 17, 19, 10),
            Integer.parseInt(text, 20, 23, 10) * 1_000_000)
        .toInstant(ZoneOffset.UTC);
  }

  private String prefix() {
    requireContent();
    String prefix = null;
    for (String name = open(); name != null; name = open()) {
      if (name.equals("Prefix")) {
        prefix = text();
      } else {
        skip(0);
      }
    }
    if (prefix == null || prefix.isEmpty()) {
      throw new IllegalStateException("a prefix without text");
    }
    return prefix;
  }

  /** Enters the next element and returns its name; null, behind its end, when there is none. */
  private @Nullable String open() {
    space();
    if (xml[at] != '<') {
      throw new IllegalStateException("text beside elements");
    }
    int start = at + 1;
    if (xml[start] == '/') {
      at = find('>', start) + 1;
      return null;
    }
    int end = start;
    while (isName(xml[end])) {
      end++;
    }
    int close = find('>', end);
    empty = xml[close - 1] == '/';
    boolean attributes = xml[end] == ' ';
    boolean odd = xml[start] == '!' || xml[start] == '?';
    if (odd || end == start || !(attributes || close == (empty ? end + 1 : end))) {
      // Comments and marked sections, too.
      throw new IllegalStateException("unknown markup");
    }
    at = close + 1;
    return new String(xml, start, end - start, StandardCharsets.ISO_8859_1);
  }

  /** Of an element or a header: MinIO makes elements of these, whatever XML says to their letters. */
  private static boolean isName(byte letter) {
    return letter > ' ' && letter != '>' && letter != '/' && letter != '<' && letter != '&';
  }

  private void requireContent() {
    if (empty) {
      throw new IllegalStateException("an entry without content");
    }
  }

  /** Whether the element that was entered has neither text nor elements; it is left then. */
  private boolean wasEmpty() {
    boolean was = empty;
    empty = false;
    return was;
  }

  /** The text of the element that was entered, which is left. */
  private String text() {
    if (wasEmpty()) {
      return "";
    }
    int start = at;
    int end = find('<', start);
    if (xml[end + 1] != '/') {
      throw new IllegalStateException("elements where text was expected");
    }
    at = find('>', end) + 1;
    String text = new String(xml, start, end - start, StandardCharsets.UTF_8);
    return text.indexOf('&') < 0 ? text : unescaped(text);
  }

  /** Leaves the element that was entered, whatever is in it. */
  private void skip(int depth) {
    if (depth > DEEPEST) {
      throw new IllegalStateException("nested too deep");
    }
    if (wasEmpty()) {
      return;
    }
    int next = find('<', at);
    if (xml[next + 1] == '/') {
      at = find('>', next) + 1;
      return;
    }
    while (open() != null) {
      skip(depth + 1);
    }
  }

  private void space() {
    while (xml[at] == '\n' || xml[at] == ' ' || xml[at] == '\r' || xml[at] == '\t') {
      at++;
    }
  }

  private int find(char wanted, int from) {
    int i = from;
    while (xml[i] != wanted) {
      i++;
    }
    return i;
  }

  private static String unescaped(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    int from = 0;
    for (int i = text.indexOf('&'); i >= 0; i = text.indexOf('&', from)) {
      int end = text.indexOf(';', i);
      String name = text.substring(i + 1, end);
      plain.append(text, from, i);
      switch (name) {
        case "quot" -> plain.append('"');
        case "amp" -> plain.append('&');
        case "lt" -> plain.append('<');
        case "gt" -> plain.append('>');
        case "apos" -> plain.append('\'');
        default -> plain.appendCodePoint(codePoint(name));
      }
      from = end + 1;
    }
    return plain.append(text, from, text.length()).toString();
  }

  private static int codePoint(String reference) {
    if (!reference.startsWith("#")) {
      throw new IllegalStateException("unknown entity " + reference);
    }
    return reference.startsWith("#x")
        ? Integer.parseInt(reference.substring(2), 16)
        : Integer.parseInt(reference.substring(1));
  }
}
