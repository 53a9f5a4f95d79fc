package dev.cove.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Carries any text through a metadata header, which takes printable ASCII only. What does not fit is
 * sent as an RFC 2047 encoded word, the form in which S3 and MinIO themselves answer with metadata
 * that is not ASCII. Answers of servers that send plain UTF-8 are understood, too.
 */
public final class MetadataText {

  private static final Pattern ENCODED_WORD =
      Pattern.compile("=\\?([A-Za-z0-9_-]+)\\?([BbQq])\\?([^? ]*)\\?=");
  private static final Pattern GAP_BETWEEN_WORDS = Pattern.compile("(?<=\\?=)[ \\t]+(?==\\?)");

  private MetadataText() {}

  /** The header value that stands for this text. */
  public static String encode(String text) {
    if (isPlain(text)) {
      return text;
    }
    return "=?UTF-8?B?"
        + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8))
        + "?=";
  }

  /** The text that a header value stands for. */
  public static String decode(String header) {
    return decodeWords(fromHeader(header));
  }

  /** The text that a value stands for which has come by other ways than a header. */
  public static String decodeWords(String value) {
    if (!value.contains("=?")) {
      return value;
    }
    // White space between two words only separates them (RFC 2047, 6.2).
    String joined = GAP_BETWEEN_WORDS.matcher(value).replaceAll("");
    Matcher word = ENCODED_WORD.matcher(joined);
    StringBuilder text = new StringBuilder();
    // The bytes of neighbouring words are decoded together: some senders cut inside a character.
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Charset charset = StandardCharsets.UTF_8;
    int end = 0;
    while (word.find()) {
      Charset named = charset(word.group(1));
      byte[] decoded = named == null ? null : bytes(word.group(2), word.group(3));
      if (named == null || decoded == null) {
        continue;
      }
      if (word.start() > end || !named.equals(charset)) {
        text.append(bytes.toString(charset));
        bytes.reset();
        text.append(joined, end, word.start());
        charset = named;
      }
      bytes.writeBytes(decoded);
      end = word.end();
    }
    return text.append(bytes.toString(charset))
        .append(joined, end, joined.length())
        .toString();
  }

  private static boolean isPlain(String text) {
    if (text.contains("=?") || !text.equals(text.strip())) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      // Runs of spaces are folded when a request is signed, so they do not travel as they are.
      if (c < ' ' || c > '~' || (c == ' ' && text.charAt(i - 1) == ' ')) {
        return false;
      }
    }
    return true;
  }

  /** HTTP clients read header bytes as Latin-1; where they are valid UTF-8, that was meant. */
  public static String fromHeader(String header) {
    boolean ascii = true;
    for (int i = 0; i < header.length(); i++) {
      char c = header.charAt(i);
      if (c > 0xff) {
        return header;
      }
      ascii &= c < 0x80;
    }
    if (ascii) {
      return header;
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(header.getBytes(StandardCharsets.ISO_8859_1)))
          .toString();
    } catch (CharacterCodingException e) {
      return header;
    }
  }

  private static @Nullable Charset charset(String name) {
    try {
      return Charset.forName(name);
    } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
      return null;
    }
  }

  private static byte @Nullable [] bytes(String encoding, String payload) {
    if (encoding.equalsIgnoreCase("B")) {
      try {
        return Base64.getDecoder().decode(payload);
      } catch (IllegalArgumentException e) {
        return null;
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(payload.length());
    for (int i = 0; i < payload.length(); i++) {
      char c = payload.charAt(i);
      if (c == '_') {
        bytes.write(' ');
      } else if (c == '=') {
        int high = i + 2 < payload.length() ? Character.digit(payload.charAt(i + 1), 16) : -1;
        int low = high >= 0 ? Character.digit(payload.charAt(i + 2), 16) : -1;
        if (low < 0) {
          return null;
        }
        bytes.write(high << 4 | low);
        i += 2;
      } else {
        bytes.write(c);
      }
    }
    return bytes.toByteArray();
  }
}
