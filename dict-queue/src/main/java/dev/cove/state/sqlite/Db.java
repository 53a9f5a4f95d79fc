package dev.cove.state.sqlite;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
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
    PreparedStatement statement = bind(sql, arguments);
    // SQLite keeps bound values until the next call; a large one must not stay in memory.
    try {
      return statement.executeUpdate();
    } finally {
      statement.clearParameters();
    }
  }

  /** The first row, or null if there is none. */
  <T> @Nullable T first(String sql, Row<T> row, @Nullable Object... arguments) throws SQLException {
    try (ResultSet result = bind(sql, arguments).executeQuery()) {
      return result.next() ? row.read(result) : null;
    }
  }

  /** The number in the first row. */
  long number(String sql, @Nullable Object... arguments) throws SQLException {
    try (ResultSet result = bind(sql, arguments).executeQuery()) {
      return result.next() ? result.getLong(1) : 0;
    }
  }

  /** Rows are made as they are asked for: stopping early saves reading the rest. */
  void each(String sql, Rows rows, @Nullable Object... arguments) throws SQLException {
    try (ResultSet result = bind(sql, arguments).executeQuery()) {
      boolean more = true;
      while (more && result.next()) {
        more = rows.next(result);
      }
    }
  }

  /** Runs a statement that is seldom used, whose rows do not matter, and forgets it. */
  void run(String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      if (statement.execute()) {
        ResultSet result = statement.getResultSet();
        while (result.next()) {
          continue; // SQLite does the work of some pragmas row by row
        }
      }
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
