package io.crossfade.postgres.definition;

import io.crossfade.postgres.definition.Token.Kind;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The actions of an ALTER TABLE, each turned into steps. */
final class AlterTable {

  private static final Set<String> SERIALS =
      Set.of("serial", "bigserial", "smallserial", "serial2", "serial4", "serial8");

  /** What makes PostgreSQL read or write all rows where it stands behind a new column. */
  private static final Set<String> NOT_BEHIND_A_COLUMN =
      Set.of("CHECK", "REFERENCES", "UNIQUE", "PRIMARY", "GENERATED");

  /**
   * What may stand before a parenthesis of a default: functions that give one value to all rows,
   * and types. A default that gives each row its own rewrites the table.
   */
  private static final Set<String> ONE_FOR_ALL =
      Set.of(
          "now",
          "transaction_timestamp",
          "statement_timestamp",
          "current_timestamp",
          "current_time",
          "localtimestamp",
          "localtime",
          "cast",
          "numeric",
          "decimal",
          "varchar",
          "char",
          "character",
          "varying",
          "bpchar",
          "bit",
          "varbit",
          "float",
          "timestamp",
          "timestamptz",
          "time",
          "timetz",
          "interval",
          "second");

  private final String sql;
  private final Name table;

  /** {@code ALTER TABLE t}, with a blank behind it. */
  private final String alter;

  private final List<Step> steps = new ArrayList<>();

  private AlterTable(String sql, Name table, String alter) {
    this.sql = sql;
    this.table = table;
    this.alter = alter;
  }

  /** Reads what follows {@code ALTER TABLE}. */
  static SafeStatement read(String normal, String sql, Words words)
      throws RefusedStatementException {
    if (words.sees("IF", "EXISTS")) {
      throw words.refused("leave IF EXISTS out: that the table is missing is to be noticed");
    }
    boolean only = words.takes("ONLY");
    Name name = words.name("the table's name");
    words.takes("*");
    AlterTable table =
        new AlterTable(sql, name, "ALTER TABLE " + (only ? "ONLY " : "") + name.sql() + " ");
    if (words.isAtEnd()) {
      throw words.refused("what is to be altered?");
    }
    for (List<Token> action : Words.split(words.rest())) {
      table.action(new Words(sql, action), action);
    }
    return new SafeStatement(normal, Optional.of(name), table.steps);
  }

  private void action(Words words, List<Token> action) throws RefusedStatementException {
    if (action.isEmpty()) {
      throw words.refused("an action is missing before or after a comma");
    }
    String text = words.text(action);
    if (words.takes("ADD")) {
      add(words, action, text);
    } else if (words.takes("ALTER")) {
      column(words, text);
    } else if (words.takes("DROP")) {
      drop(action, words, text);
    } else if (words.sees("VALIDATE", "CONSTRAINT")) {
      steps.add(new Step.InTransaction(alter + text, true));
    } else if (words.sees("RENAME")) {
      steps.add(Step.brief(alter + text));
    } else {
      throw words.refused(
          "of ALTER TABLE we run ADD and DROP of columns and constraints, SET and DROP of DEFAULT"
              + " and NOT NULL, VALIDATE CONSTRAINT, RENAME; run this by hand");
    }
  }

  private void drop(List<Token> action, Words words, String text) throws RefusedStatementException {
    Token last = action.get(action.size() - 1);
    if (action.size() > 2 && last.is("CASCADE")) {
      throw words.refused(
          last, "CASCADE drops what nobody has named; drop what depends on it in entries before");
    }
    steps.add(Step.brief(alter + text));
  }

  private void column(Words words, String text) throws RefusedStatementException {
    words.takes("COLUMN");
    Name column = words.name("the column's name");
    if (words.takes("SET", "NOT", "NULL")) {
      setNotNull(column);
    } else if (words.sees("SET", "DEFAULT")
        || words.sees("DROP", "DEFAULT")
        || words.sees("DROP", "NOT", "NULL")) {
      steps.add(Step.brief(alter + text));
    } else if (words.sees("TYPE") || words.sees("SET", "DATA", "TYPE")) {
      throw words.refused(
          "another type may rewrite the table while nobody can read it: add a new column, have a"
              + " mapping fill it, and drop the old one at the end");
    } else {
      throw words.refused(
          "of ALTER COLUMN we run SET and DROP of DEFAULT and NOT NULL; run this by hand");
    }
  }

  /**
   * PostgreSQL would read the whole table while nobody can use it, unless a constraint that was
   * proven before says the same.
   */
  private void setNotNull(Name column) {
    String helper = "crossfade_not_null_" + hash(table.parts() + " " + column.parts());
    steps.add(
        Step.brief(
            alter
                + "ADD CONSTRAINT "
                + helper
                + " CHECK ("
                + column.sql()
                + " IS NOT NULL) NOT VALID"));
    steps.add(new Step.InTransaction(alter + "VALIDATE CONSTRAINT " + helper, true));
    steps.add(Step.brief(alter + "ALTER COLUMN " + column.sql() + " SET NOT NULL"));
    steps.add(Step.brief(alter + "DROP CONSTRAINT " + helper));
  }

  private void add(Words words, List<Token> action, String text) throws RefusedStatementException {
    if (words.seesAny("CHECK", "FOREIGN", "UNIQUE", "PRIMARY", "EXCLUDE", "NOT")) {
      throw words.refused(
          "give the constraint a name: ADD CONSTRAINT name …; it is added and proven in two steps");
    }
    if (words.takes("CONSTRAINT")) {
      constraint(words, action, text);
      return;
    }
    words.takes("COLUMN");
    words.takes("IF", "NOT", "EXISTS");
    words.name("the column's name");
    newColumn(words, words.rest());
    steps.add(Step.brief(alter + text));
  }

  private static void newColumn(Words words, List<Token> rest) throws RefusedStatementException {
    if (!rest.isEmpty() && SERIALS.contains(rest.get(0).normal())) {
      throw words.refused(
          rest.get(0),
          "a serial column rewrites the table while nobody can read it: add a plain column, and"
              + " give it its default by ALTER COLUMN … SET DEFAULT");
    }
    for (Token token : Words.outside(rest)) {
      if (token.kind() == Kind.WORD
          && NOT_BEHIND_A_COLUMN.contains(token.text().toUpperCase(Locale.ROOT))) {
        throw words.refused(
            token,
            token.is("GENERATED")
                ? "a generated column rewrites the table while nobody can read it: add a plain"
                    + " column, and have a mapping fill it"
                : "behind a new column this reads the table while nobody can use it: write ADD"
                    + " CONSTRAINT name … as an action of its own");
      }
    }
    for (int i = 0; i + 1 < rest.size(); i++) {
      Token token = rest.get(i);
      boolean inDefault = rest.subList(0, i).stream().anyMatch(before -> before.is("DEFAULT"));
      if (inDefault
          && token.isName()
          && rest.get(i + 1).is("(")
          && !(token.kind() == Kind.WORD && ONE_FOR_ALL.contains(token.normal()))) {
        throw words.refused(
            token,
            "a default that may differ from row to row rewrites the table while nobody can read"
                + " it: add the column without it, then ALTER COLUMN … SET DEFAULT");
      }
    }
  }

  private void constraint(Words words, List<Token> action, String text)
      throws RefusedStatementException {
    Name name = words.name("the constraint's name");
    if (words.takes("UNIQUE")) {
      key(words, text, name, "UNIQUE");
    } else if (words.takes("PRIMARY", "KEY")) {
      key(words, text, name, "PRIMARY KEY");
    } else if (words.seesAny("CHECK", "FOREIGN") || words.sees("NOT", "NULL")) {
      if (isNotProven(Words.outside(action))) {
        steps.add(Step.brief(alter + text));
      } else {
        steps.add(Step.brief(alter + text + " NOT VALID"));
        steps.add(new Step.InTransaction(alter + "VALIDATE CONSTRAINT " + name.sql(), true));
      }
    } else {
      throw words.refused(
          words.sees("EXCLUDE")
              ? "an EXCLUDE constraint cannot be added without keeping others out; run it by hand"
              : "CHECK, FOREIGN KEY, UNIQUE, PRIMARY KEY or NOT NULL is expected here");
    }
  }

  /** {@code NOT VALID} and {@code NOT ENFORCED} are not proven: nothing is read. */
  private static boolean isNotProven(List<Token> outside) {
    for (int i = 0; i + 1 < outside.size(); i++) {
      Token next = outside.get(i + 1);
      if (outside.get(i).is("NOT") && (next.is("VALID") || next.is("ENFORCED"))) {
        return true;
      }
    }
    return false;
  }

  /** A key is an index that is built before, and becomes a constraint then. */
  private void key(Words words, String text, Name name, String kind)
      throws RefusedStatementException {
    if (words.sees("USING", "INDEX")) {
      steps.add(Step.brief(alter + text));
      return;
    }
    String nulls =
        words.takes("NULLS", "NOT", "DISTINCT")
            ? " NULLS NOT DISTINCT"
            : words.takes("NULLS", "DISTINCT") ? " NULLS DISTINCT" : "";
    if (!words.sees("(")) {
      throw words.refused("columns between parentheses are expected here");
    }
    List<Token> columns = words.group();
    for (Token token : columns) {
      if (token.is("WITHOUT")) {
        throw words.refused(
            token, "WITHOUT OVERLAPS cannot be added without keeping others out; run it by hand");
      }
    }
    StringBuilder index = new StringBuilder(" ").append(words.text(columns));
    if (words.takes("INCLUDE")) {
      index.append(" INCLUDE ").append(words.parenthesized());
    }
    index.append(nulls);
    if (words.takes("WITH")) {
      index.append(" WITH ").append(words.parenthesized());
    }
    if (words.takes("USING", "INDEX", "TABLESPACE")) {
      index.append(" TABLESPACE ").append(words.name("the tablespace's name").sql());
    }
    steps.add(SafeStatement.index(true, false, name.sql(), table.sql(), index.toString()));
    if (kind.equals("PRIMARY KEY")) {
      for (List<Token> column : Words.split(columns.subList(1, columns.size() - 1))) {
        setNotNull(new Words(sql, column).name("a column's name"));
      }
    }
    steps.add(
        Step.brief(
            alter
                + "ADD CONSTRAINT "
                + name.sql()
                + " "
                + kind
                + " USING INDEX "
                + name.sql()
                + words.restText()));
  }

  private static String hash(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
