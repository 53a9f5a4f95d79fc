package dev.cove.storage.testkit.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a POSIX file system would do, in memory. */
public final class ReferenceTree implements FilesUnderTest {
  /** Time of modification of what nobody set one for. */
  static final long UNKNOWN = Long.MIN_VALUE;

  private static final int FILE_MODE = 0644;
  private static final int DIRECTORY_MODE = 0755;
  private static final int LINK_MODE = 0777;

  private final Node top = new Node(Type.DIRECTORY, DIRECTORY_MODE);

  private static final class Node {
    final Type type;
    final Map<String, Node> children = new TreeMap<>();
    int permissions;
    long modifiedNanos = UNKNOWN;
    byte[] bytes = new byte[0];
    String target = "";
    boolean orphan; // no name leads here

    Node(Type type, int permissions) {
      this.type = type;
      this.permissions = permissions;
    }
  }

  /** A path's last name and the directory it is in. */
  private record Place(Node parent, String name) {
    @Nullable
    Node node() {
      return parent.children.get(name);
    }
  }

  private Place place(String path) throws Refused {
    int slash = path.lastIndexOf('/');
    Node parent = slash < 0 ? top : existing(path.substring(0, slash));
    if (parent.type != Type.DIRECTORY) {
      // A link in the middle of a path is followed by kernels, and leads nowhere here.
      throw parent.type == Type.LINK ? new Refused("ENOTDIR", "ENOENT") : new Refused("ENOTDIR");
    }
    return new Place(parent, path.substring(slash + 1));
  }

  private Node existing(String path) throws Refused {
    if (path.isEmpty()) {
      return top;
    }
    Node node = place(path).node();
    if (node == null) {
      throw new Refused("ENOENT");
    }
    return node;
  }

  /** An open file of this tree. */
  final class Handle implements OpenFile {
    private final Node node;

    private Handle(Node node) {
      this.node = node;
    }

    /** Whether its file was removed or replaced. */
    boolean isOrphan() {
      return node.orphan;
    }

    int size() {
      return node.bytes.length;
    }

    @Override
    public byte[] read(long offset, int size) {
      if (offset >= node.bytes.length) {
        return new byte[0];
      }
      return Arrays.copyOfRange(
          node.bytes, (int) offset, (int) Math.min(node.bytes.length, offset + size));
    }

    @Override
    public void write(long offset, byte[] bytes) {
      int end = (int) offset + bytes.length;
      if (end > node.bytes.length) {
        node.bytes = Arrays.copyOf(node.bytes, end);
      }
      System.arraycopy(bytes, 0, node.bytes, (int) offset, bytes.length);
      node.modifiedNanos = UNKNOWN;
    }

    @Override
    public void truncate(long size) {
      node.bytes = Arrays.copyOf(node.bytes, (int) size);
      node.modifiedNanos = UNKNOWN;
    }

    @Override
    public void fsync() {}

    @Override
    public void close() {}
  }

  @Override
  public Handle open(String path, How how) throws Refused {
    Place place = place(path);
    Node node = place.node();
    if (node == null) {
      if (how == How.READ || how == How.EDIT) {
        throw new Refused("ENOENT");
      }
      node = new Node(Type.FILE, FILE_MODE);
      place.parent().children.put(place.name(), node);
      return new Handle(node);
    }
    if (how == How.CREATE_NEW) {
      throw new Refused("EEXIST");
    }
    if (node.type != Type.FILE) {
      throw new Refused(node.type == Type.DIRECTORY ? "EISDIR" : "ELOOP");
    }
    Handle handle = new Handle(node);
    if (how == How.REWRITE) {
      handle.truncate(0);
    }
    return handle;
  }

  @Override
  public void truncate(String path, long size) throws Refused {
    Node node = existing(path);
    if (node.type == Type.DIRECTORY) {
      throw new Refused("EISDIR");
    }
    new Handle(node).truncate(size);
  }

  @Override
  public void rename(String from, String to) throws Refused {
    Place source = place(from);
    Place target = place(to);
    Node moved = source.node();
    if (moved == null) {
      throw new Refused("ENOENT");
    }
    Node replaced = target.node();
    if (moved == replaced) {
      return;
    }
    if (to.startsWith(from + "/")) {
      throw new Refused("EINVAL");
    }
    if (replaced != null) {
      refuseReplacing(moved, replaced);
      replaced.orphan = true;
    }
    source.parent().children.remove(source.name());
    target.parent().children.put(target.name(), moved);
  }

  private static void refuseReplacing(Node moved, Node replaced) throws Refused {
    if (moved.type == Type.DIRECTORY) {
      if (replaced.type != Type.DIRECTORY) {
        throw new Refused("ENOTDIR");
      }
      if (!replaced.children.isEmpty()) {
        throw new Refused("ENOTEMPTY", "EEXIST");
      }
    } else if (replaced.type == Type.DIRECTORY) {
      // Linux says ENOTEMPTY where the target is a directory that the source is in.
      throw new Refused("EISDIR", "ENOTEMPTY");
    }
  }

  @Override
  public void unlink(String path) throws Refused {
    Node node = existing(path);
    if (node.type == Type.DIRECTORY) {
      throw new Refused("EISDIR");
    }
    remove(path, node);
  }

  private void remove(String path, Node node) throws Refused {
    Place place = place(path);
    place.parent().children.remove(place.name());
    node.orphan = true;
  }

  private Node add(String path, Type type, int permissions) throws Refused {
    Place place = place(path);
    if (place.node() != null) {
      throw new Refused("EEXIST");
    }
    Node node = new Node(type, permissions);
    place.parent().children.put(place.name(), node);
    return node;
  }

  @Override
  public void mkdir(String path) throws Refused {
    add(path, Type.DIRECTORY, DIRECTORY_MODE);
  }

  @Override
  public void rmdir(String path) throws Refused {
    Node node = existing(path);
    if (node.type != Type.DIRECTORY) {
      throw new Refused("ENOTDIR");
    }
    if (!node.children.isEmpty()) {
      throw new Refused("ENOTEMPTY");
    }
    remove(path, node);
  }

  @Override
  public Stat stat(String path) throws Refused {
    Node node = existing(path);
    long size = switch (node.type) {
      case FILE -> node.bytes.length;
      case LINK -> node.target.length();
      case DIRECTORY -> 0;
    };
    return new Stat(node.type, size, node.permissions, node.modifiedNanos);
  }

  @Override
  public List<String> list(String path) throws Refused {
    Node node = existing(path);
    if (node.type != Type.DIRECTORY) {
      throw new Refused("ENOTDIR");
    }
    return new ArrayList<>(node.children.keySet());
  }

  @Override
  public void chmod(String path, int permissions) throws Refused {
    existing(path).permissions = permissions;
  }

  @Override
  public void setModified(String path, long nanos) throws Refused {
    existing(path).modifiedNanos = nanos;
  }

  @Override
  public void symlink(String path, String target) throws Refused {
    add(path, Type.LINK, LINK_MODE).target = target;
  }

  @Override
  public String readlink(String path) throws Refused {
    Node node = existing(path);
    if (node.type != Type.LINK) {
      throw new Refused("EINVAL");
    }
    return node.target;
  }

  /** Whether a path leads to a link. */
  boolean isLink(String path) {
    try {
      return existing(path).type == Type.LINK;
    } catch (Refused e) {
      return false;
    }
  }

  /** Every path there is, the top not among them. */
  public List<String> paths() {
    List<String> paths = new ArrayList<>();
    collect("", top, paths);
    return paths;
  }

  private static void collect(String prefix, Node directory, List<String> into) {
    directory.children.forEach((name, node) -> {
      into.add(prefix + name);
      collect(prefix + name + "/", node, into);
    });
  }

  /** The content of a file or the target of a link, as an object would hold it. */
  public byte[] content(String path) throws Refused {
    Node node = existing(path);
    return node.type == Type.LINK
        ? node.target.getBytes(java.nio.charset.StandardCharsets.UTF_8)
        : node.bytes.clone();
  }
}
