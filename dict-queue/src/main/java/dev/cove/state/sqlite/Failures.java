package dev.cove.state.sqlite;

import dev.cove.state.StateException;
import dev.cove.state.StateException.Reason;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Says what went wrong with the files, and what to do, in one line. */
final class Failures {
  private Failures() {}

  static StateException of(SQLException e, Path file) {
    SQLiteErrorCode code =
        e instanceof SQLiteException sqlite ? sqlite.getResultCode() : SQLiteErrorCode.SQLITE_ERROR;
    // Extended codes carry the primary one in their low byte.
    SQLiteErrorCode primary = SQLiteErrorCode.getErrorCode(code.code & 0xff);
    return switch (primary) {
      case SQLITE_FULL -> diskFull(file, e);
      case SQLITE_CORRUPT, SQLITE_NOTADB ->
        new StateException(
            Reason.CORRUPT,
            "the database " + file + " is damaged (" + primary
                + "): nothing was changed; 'cove state set-aside' moves it"
                + " out of the way and keeps it",
            e);
      case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH ->
        new StateException(
            Reason.READ_ONLY,
            file + " cannot be opened for writing (" + code + "): check owner and permissions",
            e);
      case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL ->
        new StateException(
            Reason.BUSY,
            "another program keeps " + file + " locked: look for one that is stopped",
            e);
      // SQLite reports a full disk so where it grows the index of the log.
      default ->
        code == SQLiteErrorCode.SQLITE_IOERR_SHMSIZE
            ? diskFull(file, e)
            : new StateException(
                Reason.FAILED, file + ": " + oneLine(String.valueOf(e.getMessage())), e);
    };
  }

  static StateException of(IOException e, Path file) {
    if (e instanceof AccessDeniedException) {
      return new StateException(
          Reason.READ_ONLY,
          ((AccessDeniedException) e).getFile() + " cannot be opened: check owner and permissions",
          e);
    }
    String reason = e instanceof FileSystemException system && system.getReason() != null
        ? system.getReason()
        : String.valueOf(e.getMessage());
    if (reason.contains("No space left")) {
      return diskFull(file, e);
    }
    if (reason.contains("Read-only file system")) {
      return new StateException(Reason.READ_ONLY, file + " lies on a read-only file system", e);
    }
    return new StateException(Reason.FAILED, file + ": " + oneLine(reason), e);
  }

  private static StateException diskFull(Path file, Exception e) {
    return new StateException(
        Reason.DISK_FULL,
        "the disk that holds " + file
            + " is full: nothing was changed; free some space and try again",
        e);
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s+", " ");
  }
}
