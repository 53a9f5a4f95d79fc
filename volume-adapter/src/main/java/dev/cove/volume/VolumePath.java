package dev.cove.volume;

import dev.cove.volume.VolumeException.Reason;
import dev.cove.volume.snapshot.Name;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A path inside a volume, as its names; from the root, with or without a slash in front. */
record VolumePath(List<Name> names) {
  static final int MAX_NAME_BYTES = 255;
  static final VolumePath ROOT = new VolumePath(List.of());

  VolumePath {
    names = List.copyOf(names);
  }

  /**
   * @throws VolumeException {@code INVALID} for a name that is "..", too long, or holds a NUL or what is not Unicode: nothing that is
   *     stored under such a path could be taken out again without harm
   */
  static VolumePath parse(String text) {
    List<Name> names = new ArrayList<>();
    for (String part : text.split("/", -1)) {
      if (part.equals("..")) {
        throw invalid(text, "'..' leads out of where it stands");
      }
      if (!part.isEmpty() && !part.equals(".")) {
        names.add(name(text, part));
      }
    }
    return new VolumePath(names);
  }

  private static Name name(String path, String part) {
    byte[] bytes;
    try {
      var encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(part));
      bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
    } catch (CharacterCodingException e) {
      throw invalid(path, "it is not valid Unicode");
    }
    if (bytes.length > MAX_NAME_BYTES) {
      throw invalid(path, "a name has at most " + MAX_NAME_BYTES + " bytes");
    }
    for (byte b : bytes) {
      if (b == 0) {
        throw invalid(path, "a name cannot hold a NUL");
      }
    }
    return new Name(bytes);
  }

  private static VolumeException invalid(String path, String why) {
    String shown = path.length() <= 100 ? path : path.substring(0, 100) + "…";
    return new VolumeException(
        Reason.INVALID, "not a path in a volume: '" + shown.replace('\0', '?') + "': " + why);
  }

  boolean isRoot() {
    return names.isEmpty();
  }

  /** The last name; not of the root. */
  Name last() {
    return names.get(names.size() - 1);
  }

  VolumePath parent() {
    return new VolumePath(names.subList(0, names.size() - 1));
  }

  VolumePath child(Name name) {
    List<Name> longer = new ArrayList<>(names);
    longer.add(name);
    return new VolumePath(longer);
  }

  boolean startsWith(VolumePath other) {
    return names.size() >= other.names.size()
        && names.subList(0, other.names.size()).equals(other.names);
  }

  /** {@code /a/b}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    names.forEach(name -> text.append('/').append(name));
    return text.isEmpty() ? "/" : text.toString();
  }
}
