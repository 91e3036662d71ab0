package io.crossfade.cli.demo;

import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.postgres.CanonicalSession;
import io.crossfade.postgres.TableReader;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecReader;
import io.crossfade.spec.TableSpec;
import io.crossfade.sql.SelectPlan;
import io.crossfade.sql.SqlCompiler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;

/** Databases with the billing models for tests. */
final class OldAndNew {

  private OldAndNew() {}

  static Database source(long rows) throws SQLException {
    Database database = SharedSandbox.postgres18().createDatabase();
    try (Connection connection = database.connect()) {
      BillingModel.createOld(connection, rows);
    }
    return database;
  }

  static Database target() throws SQLException {
    Database database = SharedSandbox.postgres18().createDatabase();
    try (Connection connection = database.connect()) {
      BillingModel.createNew(connection);
    }
    return database;
  }

  static Spec spec(Database source, Database target) throws Exception {
    Path file = Files.createTempFile("billing", ".yaml");
    try {
      Files.writeString(
          file, BillingModel.spec(access(source), access(target), "127.0.0.1:9092", 0));
      return SpecReader.read(file, Map.of()).orThrow();
    } finally {
      Files.delete(file);
    }
  }

  private static BillingModel.Access access(Database database) {
    return new BillingModel.Access(database.jdbcUrl(), database.user(), database.password());
  }

  static SelectPlan plan(Database source, TableSpec table) throws Exception {
    return plan(source, table.select().text());
  }

  static SelectPlan plan(Database source, String select) throws Exception {
    try (Connection connection = source.connect()) {
      CanonicalSession.pin(connection);
      return new SqlCompiler(id -> shape(connection, id)).compile(select);
    }
  }

  static Table table(Database database, String name) throws SQLException {
    try (Connection connection = database.connect()) {
      CanonicalSession.pin(connection);
      return shape(connection, new TableId("public", name)).orElseThrow();
    }
  }

  private static Optional<Table> shape(Connection connection, TableId id) {
    try {
      return TableReader.read(connection, id);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
