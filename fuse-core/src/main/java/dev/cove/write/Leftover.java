package dev.cove.write;

import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an earlier process, or a publish that failed, left in the spool.
 *
 * @param id names it within the spool
 * @param target what it was to become, the condition included; null where the journal is unreadable
 * @param size bytes of the whole file
 * @param staged bytes of it that only the spool, or an upload begun, has
 * @param changed when the journal was last written, by this machine's clock
 * @param reason why it was not stored, or what is wrong with it; null where the process just ended
 * @param plainFile the whole content as an ordinary file; null where there is none
 */
public record Leftover(
    String id,
    @Nullable Target target,
    long size,
    long staged,
    Instant changed,
    State state,
    @Nullable String reason,
    @Nullable Path plainFile) {

  /** How far it had come. */
  public enum State {
    /** It was being written. */
    OPEN,
    /** It was being sent; whether it arrived is found out when it is uploaded again. */
    SENDING,
    /** It could not be stored and was kept on purpose. */
    KEPT,
    /** Its journal cannot be read. */
    DAMAGED
  }
}
