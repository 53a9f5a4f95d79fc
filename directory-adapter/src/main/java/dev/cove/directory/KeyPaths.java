package dev.cove.directory;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Which file an object's key stands for. Names are ASCII whatever the key, so that they are the same in every locale.
 *
 * <p>Letters, digits, dot, dash and underscore stand for themselves, every other byte is {@code %XX}. The file of {@code
 * a/b} is {@code a+/b}: the plus, which no name has of itself, lets an object {@code a} lie beside. A component too long for
 * a name goes on in a directory {@code first-part~}. What is empty is called {@code %}; names that begin with a plus, but for
 * {@code +} itself, are the store's own.
 */
final class KeyPaths {
  private static final int MAX_KEY_BYTES = 1_024;
  // With the 12 characters that a last code point may take and the mark, below the 255 that file
  // systems take.
  private static final int PIECE = 238;
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private static final String EMPTY = "%";
  private static final char DIRECTORY = '+';
  private static final char CONTINUED = '~';

  private KeyPaths() {}

  /** The path below the store's folder. */
  static String path(String key) throws StorageException {
    check(key);
    StringBuilder path = new StringBuilder();
    int from = 0;
    for (int slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', from)) {
      append(path, key.substring(from, slash));
      path.append(DIRECTORY).append('/');
      from = slash + 1;
    }
    int before = path.length();
    append(path, key.substring(from));
    if (path.length() == before || path.charAt(path.length() - 1) == '/') {
      path.append(EMPTY);
    }
    return path.toString();
  }

  private static void append(StringBuilder path, String component) {
    int begin = path.length();
    for (int at = 0; at < component.length(); ) {
      int point = component.codePointAt(at);
      at += Character.charCount(point);
      if (isPlain(point)) {
        path.append((char) point);
      } else {
        for (byte each : Character.toString(point).getBytes(UTF_8)) {
          HEX.toHexDigits(path.append('%'), each);
        }
      }
      if (path.length() - begin >= PIECE) {
        path.append(CONTINUED).append('/');
        begin = path.length();
      }
    }
    String last = path.substring(begin);
    if (last.equals(".") || last.equals("..")) {
      path.setLength(begin);
      path.append(last.replace(".", "%2E"));
    }
  }

  private static boolean isPlain(int point) {
    return point >= 'a' && point <= 'z'
        || point >= 'A' && point <= 'Z'
        || point >= '0' && point <= '9'
        || point == '.'
        || point == '-'
        || point == '_';
  }

  /** What the name of an object's file adds to the keys of its folder; null when it is no such name. */
  static @Nullable String ofObject(String name) {
    return name.equals(EMPTY) ? "" : decode(name, name);
  }

  /** What the name of a folder adds to the keys of those it lies in; null when it is no such name. */
  static @Nullable String ofFolder(String name) {
    String unmarked = name.substring(0, name.length() - 1);
    if (name.charAt(unmarked.length()) == CONTINUED) {
      return decode(unmarked, name + '/');
    }
    String component = unmarked.isEmpty() ? "" : decode(unmarked, unmarked);
    return component == null ? null : component + '/';
  }

  static boolean isFolder(String name) {
    char mark = name.charAt(name.length() - 1);
    return mark == DIRECTORY || mark == CONTINUED;
  }

  /** The text, if that is how this class writes it: a name another tool made must not be a second object of one key. */
  private static @Nullable String decode(String name, String written) {
    ByteBuffer bytes = ByteBuffer.allocate(name.length());
    for (int at = 0; at < name.length(); at++) {
      char c = name.charAt(at);
      if (c != '%') {
        bytes.put((byte) c);
      } else if (at + 2 < name.length()
          && HexFormat.isHexDigit(name.charAt(at + 1))
          && HexFormat.isHexDigit(name.charAt(at + 2))) {
        bytes.put((byte) HexFormat.fromHexDigits(name, at + 1, at + 3));
        at += 2;
      } else {
        return null;
      }
    }
    try {
      String text = UTF_8.newDecoder().decode(bytes.flip()).toString();
      StringBuilder again = new StringBuilder();
      append(again, text);
      return written.contentEquals(again) ? text : null;
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static void check(String key) throws StorageException {
    try {
      int bytes = UTF_8.newEncoder().encode(CharBuffer.wrap(key)).remaining();
      if (bytes == 0 || bytes > MAX_KEY_BYTES) {
        throw new StorageException(Kind.INVALID, "a key has 1 to 1,024 bytes, this one " + bytes);
      }
    } catch (CharacterCodingException e) {
      throw new StorageException(Kind.INVALID, "a key is valid Unicode, this one is not", e);
    }
  }
}
