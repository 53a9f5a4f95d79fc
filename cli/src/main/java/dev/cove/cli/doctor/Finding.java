package dev.cove.cli.doctor;

/**
 * One thing that was looked at.
 *
 * @param what was looked at, in a word or two
 * @param line what was found, and what to do where it is not well
 */
record Finding(Verdict verdict, String what, String line) {

  /** How bad it is. */
  enum Verdict {
    OK,
    /** Works, but not everything. */
    WARNING,
    /** Mounting will not work. */
    FAILURE
  }

  static Finding ok(String what, String line) {
    return new Finding(Verdict.OK, what, line);
  }

  static Finding warning(String what, String line) {
    return new Finding(Verdict.WARNING, what, line);
  }

  static Finding failure(String what, String line) {
    return new Finding(Verdict.FAILURE, what, line);
  }
}
