package dev.cove.cli.command;

/** Text that a terminal shows as it is: names may hold escape codes, line ends and worse. */
public final class Printable {
  private Printable() {}

  /** The text with everything escaped that would not print as itself on one line. */
  public static String line(String text) {
    int plain = 0;
    while (plain < text.length() && prints(text.charAt(plain))) {
      plain++;
    }
    if (plain == text.length()) {
      return text;
    }
    StringBuilder escaped = new StringBuilder(text.length() + 16).append(text, 0, plain);
    text.substring(plain).codePoints().forEach(c -> append(escaped, c));
    return escaped.toString();
  }

  // Plain characters only, no surrogates: those take the slow way, which looks at code points.
  private static boolean prints(char c) {
    return (c >= ' ' && c < 0x7f) || (c > 0x9f && c < 0x2000);
  }

  private static void append(StringBuilder escaped, int c) {
    switch (c) {
      case '\n' -> escaped.append("\\n");
      case '\r' -> escaped.append("\\r");
      case '\t' -> escaped.append("\\t");
      default -> {
        if (shows(c)) {
          escaped.appendCodePoint(c);
        } else if (c < 0x100) {
          escaped.append(String.format("\\x%02x", c));
        } else {
          escaped.append(String.format(c < 0x10000 ? "\\u%04x" : "\\U%08x", c));
        }
      }
    }
  }

  private static boolean shows(int c) {
    return switch (Character.getType(c)) {
      // FORMAT holds the marks that reverse the direction of what follows.
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR -> false;
      default -> true;
    };
  }
}
