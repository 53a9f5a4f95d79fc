package dev.cove.fuse;

import dev.cove.fuse.MountException.Reason;
import dev.cove.fuse.MountOptions.Access;
import dev.cove.fuse.MountOptions.OnExit;
import dev.cove.fuse.MountOptions.Permissions;
import dev.cove.fuse.MountOptions.Visibility;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jnr.ffi.LibraryLoader;
import jnr.ffi.LibraryOption;

/** A descriptor of /dev/fuse with a mount on it, made by libfuse2. */
final class NativeMount {
  static final String TYPE = "fuse.cove";

  private static final Path DEVICE = Path.of("/dev/fuse");
  private static final Path CONFIGURATION = Path.of("/etc/fuse.conf");

  private final LibFuse libfuse;
  private final long channel;
  private final int fd;

  private NativeMount(LibFuse libfuse, long channel) {
    this.libfuse = libfuse;
    this.channel = channel;
    this.fd = libfuse.fuse_chan_fd(channel);
  }

  int fd() {
    return fd;
  }

  void close() {
    libfuse.fuse_chan_destroy(channel);
  }

  static NativeMount mount(Path directory, MountOptions options) throws MountException {
    requireDevice();
    LibFuse libfuse = load();
    requireMountPoint(directory);
    requireRights(directory, options);
    NativeBuffer memory = new NativeBuffer(1 << 16);
    try {
      long arguments = arguments(memory, optionsText(options));
      long channel = libfuse.fuse_mount(LibC.path(directory), arguments);
      if (channel == 0) {
        throw new MountException(Reason.FAILED, refusal(directory));
      }
      NativeMount mount = new NativeMount(libfuse, channel);
      // A child process that kept it would keep a mount alive that nobody serves.
      LibC.INSTANCE.fcntl(mount.fd, LibC.F_SETFD, LibC.FD_CLOEXEC);
      return mount;
    } finally {
      memory.free();
    }
  }

  private static void requireDevice() throws MountException {
    if (!Files.exists(DEVICE)) {
      throw new MountException(
          Reason.NO_DEVICE,
          "/dev/fuse is missing; load the kernel module (modprobe fuse), or start the container"
              + " with --device /dev/fuse --cap-add SYS_ADMIN");
    }
  }

  private static LibFuse load() throws MountException {
    try {
      return LibraryLoader.create(LibFuse.class)
          .option(LibraryOption.LoadNow, true)
          .failImmediately()
          .load("libfuse.so.2");
    } catch (UnsatisfiedLinkError e) {
      throw new MountException(
          Reason.NO_LIBFUSE,
          "libfuse.so.2 is missing; install the Debian package libfuse2 (libfuse2t64 from Debian 13"
              + " and Ubuntu 24.04 on)",
          e);
    }
  }

  static void requireMountPoint(Path directory) throws MountException {
    try {
      if (MountTable.on(directory).filter(m -> m.type().startsWith("fuse")).isPresent()) {
        throw new MountException(
            Reason.ALREADY_MOUNTED, directory + " is mounted already; unmount it first");
      }
      if (Files.notExists(directory)) {
        throw new MountException(
            Reason.NO_DIRECTORY, directory + " does not exist; make the directory first");
      }
      if (!Files.isDirectory(directory)) {
        throw new MountException(
            Reason.NOT_A_DIRECTORY, directory + " is not a directory; name an empty directory");
      }
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
        if (entries.iterator().hasNext()) {
          throw new MountException(
              Reason.NOT_EMPTY, directory + " is not empty; name an empty directory");
        }
      }
    } catch (MountException e) {
      throw e;
    } catch (IOException e) {
      throw new MountException(
          Reason.NOT_PERMITTED, directory + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static void requireRights(Path directory, MountOptions options) throws MountException {
    if (isRoot()) {
      return;
    }
    if (Unmounting.findHelper().isEmpty()) {
      throw new MountException(
          Reason.NO_FUSERMOUNT,
          "fusermount is missing, which mounts for users other than root; install the Debian"
              + " package fuse3 (or fuse)");
    }
    if (!Files.isReadable(DEVICE) || !Files.isWritable(DEVICE)) {
      throw new MountException(
          Reason.NOT_PERMITTED,
          "/dev/fuse may not be opened by this user; make it readable and writable (chmod 666"
              + " /dev/fuse), or mount as root");
    }
    if (!Files.isWritable(directory)) {
      throw new MountException(
          Reason.NOT_PERMITTED,
          directory + " is not writable for this user, so it may not be mounted on");
    }
    if (options.visibility() == Visibility.EVERYBODY && !allowsOthers()) {
      throw new MountException(
          Reason.NOT_PERMITTED,
          "access for other users is not permitted here; add the line user_allow_other to "
              + CONFIGURATION);
    }
  }

  static boolean isRoot() {
    return LibC.INSTANCE.geteuid() == 0;
  }

  private static boolean allowsOthers() {
    try {
      return Files.readAllLines(CONFIGURATION, StandardCharsets.ISO_8859_1).stream()
          .anyMatch(line -> line.strip().equals("user_allow_other"));
    } catch (IOException e) {
      return false;
    }
  }

  private static String refusal(Path directory) {
    return isRoot()
        ? "the kernel refused to mount on " + directory
            + "; in a container, start it with --device /dev/fuse --cap-add SYS_ADMIN"
        : "fusermount refused to mount on " + directory;
  }

  private static String optionsText(MountOptions options) {
    List<String> words = new ArrayList<>();
    words.add("fsname=" + escape(options.fsName()));
    words.add("subtype=" + TYPE.substring(TYPE.indexOf('.') + 1));
    if (options.access() == Access.READ_ONLY) {
      words.add("ro");
    }
    if (options.visibility() == Visibility.EVERYBODY) {
      words.add("allow_other");
    }
    if (options.permissions() == Permissions.KERNEL) {
      words.add("default_permissions");
    }
    if (options.onExit() == OnExit.UNMOUNT) {
      words.add("auto_unmount");
    }
    return String.join(",", words);
  }

  /** A comma would begin the next option. */
  private static String escape(String value) {
    return value.replace("\\", "\\\\").replace(",", "\\,");
  }

  /** struct fuse_args { int argc; char **argv; int allocated; } and what it points to. */
  private static long arguments(NativeBuffer memory, String options) {
    String[] words = {"cove", "-o", options};
    ByteBuffer to = memory.bytes();
    to.put(0, new byte[memory.size()]);
    int argv = 24;
    int text = argv + (words.length + 1) * Long.BYTES;
    to.putInt(0, words.length).putLong(8, memory.address() + argv).putInt(16, 0);
    for (int i = 0; i < words.length; i++) {
      to.putLong(argv + i * Long.BYTES, memory.address() + text);
      byte[] bytes = words[i].getBytes(StandardCharsets.UTF_8);
      to.put(text, bytes);
      text += bytes.length + 1;
    }
    return memory.address();
  }
}
