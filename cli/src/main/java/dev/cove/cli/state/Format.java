package dev.cove.cli.state;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.JsonText;
import dev.cove.cli.command.Printable;
import dev.cove.state.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How bytes are read from the command line and printed. */
final class Format {
  @Option(
      names = "--base64",
      description = "Values and items are given and printed in base64, for bytes that are no text.")
  private boolean base64;

  @Option(names = "--base64-keys", description = "Keys are given and printed in base64.")
  private boolean base64Keys;

  /** What the word stands for; {@code -} stands for standard input, of which no more than {@code limit} bytes are read. */
  Bytes value(String word, int limit) throws IOException {
    return word.equals("-") ? input(System.in, limit) : bytes(word);
  }

  private Bytes input(InputStream in, int limit) throws IOException {
    // Base64 takes four characters for three bytes, and line ends.
    long most = base64 ? limit * 3L / 2 + 1024 : limit;
    byte[] read = in.readNBytes((int) Math.min(Integer.MAX_VALUE - 8, most + 1));
    if (read.length > most) {
      throw CommandFailure.usage("standard input holds more than the limit of " + limit + " bytes");
    }
    return base64 ? decoded(Base64.getMimeDecoder(), read) : Bytes.wrap(read);
  }

  /** What a line of standard input stands for. */
  Bytes line(byte[] line) {
    return base64 ? decoded(Base64.getDecoder(), line) : Bytes.wrap(line);
  }

  /** The key that the word stands for. */
  Bytes key(String word) {
    return bytes(word, base64Keys);
  }

  /** The value that the word stands for, {@code -} too. */
  Bytes bytes(String word) {
    return bytes(word, base64);
  }

  private static Bytes bytes(String word, boolean encoded) {
    return encoded
        ? decoded(Base64.getDecoder(), word.getBytes(StandardCharsets.ISO_8859_1))
        : Bytes.utf8(word);
  }

  private static Bytes decoded(Base64.Decoder decoder, byte[] text) {
    try {
      return Bytes.wrap(decoder.decode(text));
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage("that is no base64: " + e.getMessage(), e);
    }
  }

  /** A value for JSON: text, or null. */
  @Nullable
  String text(Bytes value) {
    return text(value, base64, "--base64");
  }

  /** A key for JSON. */
  @Nullable
  String keyText(Bytes key) {
    return text(key, base64Keys, "--base64-keys");
  }

  private static @Nullable String text(Bytes bytes, boolean encoded, String option) {
    if (bytes.isNull()) {
      return null;
    }
    if (encoded) {
      return Base64.getEncoder().encodeToString(bytes.array());
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.array()))
          .toString();
    } catch (CharacterCodingException e) {
      throw CommandFailure.failed("there are bytes that are no UTF-8 text: use " + option, e);
    }
  }

  /** A value as JSON. */
  String json(Bytes value) {
    return JsonText.write(text(value));
  }

  /** A value on a line with others: nothing in it breaks the line or the terminal. */
  String cell(Bytes value) {
    return cell(value, base64);
  }

  /** A key on a line with others. */
  String keyCell(Bytes key) {
    return cell(key, base64Keys);
  }

  private static String cell(Bytes bytes, boolean encoded) {
    if (bytes.isNull()) {
      return "";
    }
    return encoded
        ? Base64.getEncoder().encodeToString(bytes.array())
        : Printable.line(bytes.utf8());
  }

  /** The bytes as they are, for who asked for this one value. */
  void write(OutputStream out, Bytes bytes, Ending ending) throws IOException {
    if (!bytes.isNull()) {
      out.write(base64 ? Base64.getEncoder().encode(bytes.array()) : bytes.array());
    }
    if (ending == Ending.LINE) {
      out.write('\n');
    }
    out.flush();
  }

  /** What follows a value. */
  enum Ending {
    LINE,
    NOTHING
  }
}
