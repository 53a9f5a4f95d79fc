package dev.cove.vfs;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * File names as text and back without loss, whatever the locale. Names are UTF-8; a byte that is
 * not becomes the lone surrogate U+DC00 + byte, as PEP 383 ("surrogateescape") does, and turns back
 * into that byte.
 */
public final class FileNames {
  /** Bytes a name has at most, as on every Linux file system. */
  public static final int MAX_BYTES = 255;

  private static final char ESCAPE = 0xDC00;

  private FileNames() {}

  public static String decode(byte[] bytes) {
    CharsetDecoder decoder = StandardCharsets.UTF_8
        .newDecoder()
        .onMalformedInput(CodingErrorAction.REPORT)
        .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    while (true) {
      CoderResult result = decoder.decode(in, out, true);
      if (result.isUnderflow()) {
        return out.flip().toString();
      }
      for (int i = 0; i < result.length(); i++) {
        out.put((char) (ESCAPE + (in.get() & 0xff)));
      }
    }
  }

  public static byte[] encode(String name) {
    if (isText(name)) {
      return name.getBytes(StandardCharsets.UTF_8);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < name.length(); ) {
      int codePoint = name.codePointAt(i);
      if (isEscape(codePoint)) {
        out.write(codePoint - ESCAPE);
      } else {
        out.writeBytes(Character.toString(codePoint).getBytes(StandardCharsets.UTF_8));
      }
      i += Character.charCount(codePoint);
    }
    return out.toByteArray();
  }

  /** Whether the name is UTF-8 all through, so that an object key can carry it. */
  public static boolean isText(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (Character.isSurrogate(c)) {
        if (!Character.isHighSurrogate(c)
            || i + 1 == name.length()
            || !Character.isLowSurrogate(name.charAt(i + 1))) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  private static boolean isEscape(int codePoint) {
    return codePoint >= ESCAPE + 0x80 && codePoint <= ESCAPE + 0xff;
  }
}
