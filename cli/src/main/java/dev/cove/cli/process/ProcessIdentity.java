package dev.cove.cli.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One run of one process: numbers are used again, so a number alone says nothing about a process
 * that was there before.
 *
 * @param start when the process began, in clock ticks since the machine did
 * @param boot this run of the machine
 * @param namespace in which the number counts; each container has its own
 */
public record ProcessIdentity(long pid, long start, String boot, String namespace) {
  private static final Path PROC = Path.of("/proc");

  public static ProcessIdentity own() throws IOException {
    return of(ProcessHandle.current().pid());
  }

  /** The process that has this number now. */
  public static ProcessIdentity of(long pid) throws IOException {
    return new ProcessIdentity(pid, startOf(pid).orElse(0L), currentBoot(), currentNamespace());
  }

  private static String currentBoot() throws IOException {
    return Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
  }

  private static String currentNamespace() throws IOException {
    return Files.readSymbolicLink(PROC.resolve("self/ns/pid")).toString();
  }

  /** Whether this process can be seen from here at all, alive or not. */
  public boolean isVisible() throws IOException {
    return namespace.equals(currentNamespace()) || !boot.equals(currentBoot());
  }

  public boolean isAlive() throws IOException {
    return boot.equals(currentBoot())
        && startOf(pid).filter(began -> began == start).isPresent();
  }

  private static Optional<Long> startOf(long pid) throws IOException {
    byte[] stat;
    try {
      stat = Files.readAllBytes(PROC.resolve(Long.toString(pid)).resolve("stat"));
    } catch (IOException e) {
      return Optional.empty();
    }
    String text = new String(stat, StandardCharsets.ISO_8859_1);
    // The name in parentheses may hold blanks and parentheses. The state follows it, as field 3;
    // the start is field 22.
    String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ");
    boolean ended = fields[0].equals("Z") || fields[0].equals("X");
    return ended ? Optional.empty() : Optional.of(Long.parseLong(fields[19]));
  }
}
