package dev.cove.storage.testkit;

import java.util.List;

/** Names that other tools do write and that protocols, escapes and paths stumble over. */
public final class OddKeys {

  /** All of them different, in no order; none begins with a slash, which changes what a prefix means. */
  public static final List<String> ALL = List.of(
      "with space",
      " leading and trailing ",
      "plus+plus",
      "percent%",
      "percent%20escape",
      "percent%2Fslash",
      "question?mark=1&b=2",
      "hash#tag",
      "semi;colon,comma:colon",
      "amp&<less>\"quotes'",
      "back\\slash",
      "star*[a-z]{x}|~!@$^()`",
      "composed-\u00fc",
      "decomposed-u\u0308",
      "\u65e5\u672c\u8a9e",
      "emoji-\ud83d\ude00",
      "right-to-left-\u0627\u0644\u0639",
      "new\nline",
      "carriage\rreturn",
      "tab\tulator",
      "control-\u0001-\u001f",
      "delete-\u007f",
      "next-line-\u0085-line-separator-\u2028",
      "noncharacter-\uffff",
      "-leading-dash",
      ".hidden",
      "dots...",
      "dir.with/./dot",
      "dir.with/../dotdot",
      "double//slash",
      "trailing/",
      "CON.txt",
      "UPPER",
      "upper",
      "x".repeat(300),
      "d/".repeat(100) + "deep");

  private OddKeys() {}
}
