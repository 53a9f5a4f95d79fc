package dev.cove.namespace;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.StringWriter;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Extended attributes as object metadata holds them, the way s3fs does: under {@code xattr}, a
 * URL-encoded JSON object of base64 values.
 */
public final class UserXattrs {
  private static final String KEY = "xattr";
  private static final JsonFactory JSON = new JsonFactory();

  private UserXattrs() {}

  /** Name to value; what cannot be understood counts as not there. */
  public static Map<String, byte[]> parse(Map<String, String> metadata) {
    String text = metadata.get(KEY);
    if (text == null || text.isEmpty()) {
      return Map.of();
    }
    try {
      return read(URLDecoder.decode(text, UTF_8));
    } catch (JacksonException | IllegalArgumentException e) {
      return Map.of();
    }
  }

  private static Map<String, byte[]> read(String json) {
    Map<String, byte[]> result = new TreeMap<>();
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return Map.of();
      }
      for (String name = parser.nextName(); name != null; name = parser.nextName()) {
        if (parser.nextToken() != JsonToken.VALUE_STRING) {
          return Map.of();
        }
        result.put(name, Base64.getDecoder().decode(parser.getString()));
      }
      return result;
    }
  }

  /** Metadata with these attributes in the place of those it had. */
  public static Map<String, String> store(
      Map<String, String> metadata, Map<String, byte[]> attributes) {
    Map<String, String> result = new HashMap<>(metadata);
    if (attributes.isEmpty()) {
      result.remove(KEY);
      return result;
    }
    StringWriter json = new StringWriter();
    try (JsonGenerator generator = JSON.createGenerator(ObjectWriteContext.empty(), json)) {
      generator.writeStartObject();
      new TreeMap<>(attributes)
          .forEach((name, value) ->
              generator.writeStringProperty(name, Base64.getEncoder().encodeToString(value)));
      generator.writeEndObject();
    }
    result.put(KEY, URLEncoder.encode(json.toString(), UTF_8));
    return result;
  }
}
