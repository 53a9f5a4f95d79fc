package dev.cove.cli.command;

import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Checks that an option's value is in its range. */
public final class Range {
  private final CommandSpec command;

  public Range(CommandSpec command) {
    this.command = command;
  }

  public void check(String option, long value, long least, long most) {
    if (value < least || value > most) {
      throw outside(option, Long.toString(value), "from " + least + " to " + most);
    }
  }

  public void check(String option, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw outside(option, shown(value), "from " + shown(least) + " to " + shown(most));
    }
  }

  public void check(String option, ByteSize value, long least, long most) {
    if (value.bytes() < least || value.bytes() > most) {
      throw outside(
          option, value.toString(), "from " + new ByteSize(least) + " to " + new ByteSize(most));
    }
  }

  private static String shown(Duration time) {
    long millis = time.toMillis();
    return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
  }

  private ParameterException outside(String option, String value, String range) {
    return new ParameterException(
        command.commandLine(),
        option + ": " + value + " is out of range: " + range,
        command.findOption(option),
        value);
  }
}
