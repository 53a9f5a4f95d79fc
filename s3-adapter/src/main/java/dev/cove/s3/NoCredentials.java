package dev.cove.s3;

/** The source of credentials has none, or none that are still good. */
final class NoCredentials extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NoCredentials(Throwable cause) {
    super(cause);
  }
}
