package io.crossfade.postgres.definition;

/** Why a statement is none of those that we run. */
final class Refusals {

  private static final String DATA =
      "rows are not touched by these statements: what fills tables is a mapping, and what empties"
          + " them is never from us";

  private Refusals() {}

  /** By its first words. */
  static String of(Words words) {
    if (words.seesAny(
            "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE", "LOCK")
        || words.sees("PREPARE", "TRANSACTION")) {
      return "transactions and locks are ours: each statement has its own, and is repeated where a"
          + " lock is not to be had";
    }
    if (words.seesAny(
            "INSERT", "UPDATE", "DELETE", "MERGE", "COPY", "TRUNCATE", "SELECT", "WITH", "VALUES")
        || words.seesAny("TABLE", "DO", "CALL", "EXECUTE", "PREPARE")) {
      return DATA;
    }
    if (words.sees("DROP")) {
      return "nothing with rows in it is ever dropped by us; of what is dropped we run DROP INDEX,"
          + " and DROP COLUMN and DROP CONSTRAINT of ALTER TABLE. Run this by hand";
    }
    if (words.seesAny("SET", "RESET")) {
      return "a setting ends with the session, and each statement may have another one";
    }
    if (words.seesAny("VACUUM", "ANALYZE", "REINDEX", "CLUSTER", "REFRESH")) {
      return "this changes no definition; run it by hand";
    }
    return "not a statement that we know how to run without keeping others waiting; known are"
        + " CREATE TABLE, INDEX, TYPE, DOMAIN, SCHEMA, SEQUENCE, EXTENSION, ALTER TABLE, ALTER TYPE"
        + " … ADD VALUE, DROP INDEX, COMMENT, GRANT, REVOKE. Run it by hand";
  }
}
