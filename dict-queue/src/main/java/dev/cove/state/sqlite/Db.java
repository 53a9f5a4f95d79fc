package dev.cove.state.sqlite;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One connection with its prepared statements. Used by one thread at a time. */
final class Db implements AutoCloseable {
  /** Reads the row that the result stands on. */
  interface Row<T extends @Nullable Object> {
    T read(ResultSet row) throws SQLException;
  }

  /** Reads the row that the result stands on, and says whether it wants the next. */
  interface Rows {
    boolean next(ResultSet row) throws SQLException;
  }

  private final Connection connection;
  private final Map<String, PreparedStatement> statements = new HashMap<>();

  Db(Connection connection) {
    this.connection = connection;
  }

  int update(String sql, @Nullable Object... arguments) throws SQLException {
    Integer changed = using(sql, arguments, statement -> {
      int rows = statement.executeUpdate();
      // SQLite keeps bound values until the next call; a large one must not stay in memory.
      statement.clearParameters();
      return rows;
    });
    return changed == null ? 0 : changed;
  }

  /** The first row, or null if there is none. */
  <T> @Nullable T first(String sql, Row<T> row, @Nullable Object... arguments) throws SQLException {
    return using(sql, arguments, statement -> {
      try (ResultSet result = statement.executeQuery()) {
        return result.next() ? row.read(result) : null;
      }
    });
  }

  /** The number in the first row; 0 if there is none. */
  long number(String sql, @Nullable Object... arguments) throws SQLException {
    Long number = first(sql, row -> row.getLong(1), arguments);
    return number == null ? 0 : number;
  }

  /** Rows are made as they are asked for: stopping early saves reading the rest. */
  void each(String sql, Rows rows, @Nullable Object... arguments) throws SQLException {
    using(sql, arguments, statement -> {
      try (ResultSet result = statement.executeQuery()) {
        boolean more = true;
        while (more && result.next()) {
          more = rows.next(result);
        }
        return more;
      }
    });
  }

  /** Runs a statement to its end that is seldom used and whose rows do not matter. */
  void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  private interface Use<T> {
    @Nullable
    T run(PreparedStatement statement) throws SQLException;
  }

  private <T> @Nullable T using(String sql, @Nullable Object[] arguments, Use<T> use)
      throws SQLException {
    try {
      return use.run(bind(sql, arguments));
    } catch (SQLException e) {
      // The driver gives a statement up that has failed.
      PreparedStatement failed = statements.remove(sql);
      if (failed != null) {
        closeAfter(failed, e);
      }
      throw e;
    }
  }

  private static void closeAfter(PreparedStatement statement, SQLException failure) {
    try {
      statement.close();
    } catch (SQLException e) {
      failure.addSuppressed(e);
    }
  }

  private PreparedStatement bind(String sql, @Nullable Object... arguments) throws SQLException {
    PreparedStatement statement = statements.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      statements.put(sql, statement);
    }
    for (int i = 0; i < arguments.length; i++) {
      Object argument = arguments[i];
      if (argument instanceof Long number) {
        statement.setLong(i + 1, number);
      } else if (argument instanceof byte[] bytes) {
        statement.setBytes(i + 1, bytes);
      } else if (argument instanceof String text) {
        statement.setString(i + 1, text);
      } else if (argument instanceof Integer number) {
        statement.setLong(i + 1, number);
      } else if (argument == null) {
        statement.setNull(i + 1, java.sql.Types.NULL);
      } else {
        throw new IllegalArgumentException(argument.getClass().getName());
      }
    }
    return statement;
  }

  @Override
  public void close() throws SQLException {
    // Closing the connection closes what was prepared on it.
    connection.close();
  }
}
