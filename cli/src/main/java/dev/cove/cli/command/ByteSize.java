package dev.cove.cli.command;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A number of bytes as people write it: {@code 4096}, {@code 256m}, {@code 1GiB}; always powers of 1,024. */
public record ByteSize(long bytes) {
  private static final Pattern FORM =
      Pattern.compile("(\\d+)\\s*([kmgtp]?)(?:i?b)?", Pattern.CASE_INSENSITIVE);
  private static final String UNITS = "kmgtp";

  /** @throws IllegalArgumentException when it is no size */
  public static ByteSize parse(String text) {
    Matcher form = FORM.matcher(text.strip());
    if (form.matches()) {
      int power = UNITS.indexOf(form.group(2).toLowerCase(Locale.ROOT)) + 1;
      try {
        long unit = form.group(2).isEmpty() ? 1 : 1L << (10 * power);
        return new ByteSize(Math.multiplyExact(Long.parseLong(form.group(1)), unit));
      } catch (ArithmeticException | NumberFormatException e) {
        throw new IllegalArgumentException("'" + text + "' is too large", e);
      }
    }
    throw new IllegalArgumentException("'" + text + "' is no size: write bytes, or 256k, 64m, 1g");
  }

  /** The shortest exact form: {@code 64m}. */
  @Override
  public String toString() {
    long left = bytes;
    int power = 0;
    while (left != 0 && left % 1024 == 0 && power < UNITS.length()) {
      left /= 1024;
      power++;
    }
    return power == 0 ? Long.toString(left) : left + String.valueOf(UNITS.charAt(power - 1));
  }

  /** For picocli. */
  public static final class Converter implements ITypeConverter<ByteSize> {
    @Override
    public ByteSize convert(String text) {
      try {
        return parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
