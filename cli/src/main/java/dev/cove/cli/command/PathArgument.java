package dev.cove.cli.command;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Paths on the command line; relative ones begin where the user is, which need not be where this process is. */
public final class PathArgument implements ITypeConverter<Path> {

  @Override
  public Path convert(String text) {
    try {
      return resolve(text);
    } catch (InvalidPathException e) {
      throw new TypeConversionException(
          "'" + Printable.line(text) + "' is no path: " + e.getReason());
    }
  }

  /** The absolute path, without {@code .} and {@code ..}. */
  public static Path resolve(String text) {
    if (text.isEmpty()) {
      throw new InvalidPathException(text, "it is empty");
    }
    // A mount runs in / so as to keep no directory busy; the launcher passes on where it was
    // started.
    return Path.of(System.getProperty("cove.cwd", System.getProperty("user.dir")))
        .resolve(text)
        .toAbsolutePath()
        .normalize();
  }
}
