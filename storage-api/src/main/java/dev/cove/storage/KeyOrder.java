package dev.cove.storage;

import java.util.Comparator;

/** The order of lists: that of the keys' UTF-8 bytes, which is the order of their code points. */
public final class KeyOrder implements Comparator<String> {

  public static final KeyOrder UTF_8 = new KeyOrder();

  private KeyOrder() {}

  @Override
  public int compare(String left, String right) {
    int common = Math.min(left.length(), right.length());
    for (int i = 0; i < common; i++) {
      char a = left.charAt(i);
      char b = right.charAt(i);
      if (a != b) {
        // Surrogates stand for code points past U+FFFF, yet as chars they come before U+E000.
        boolean aAstral = Character.isSurrogate(a);
        boolean bAstral = Character.isSurrogate(b);
        return aAstral == bAstral ? Character.compare(a, b) : aAstral ? 1 : -1;
      }
    }
    return Integer.compare(left.length(), right.length());
  }
}
