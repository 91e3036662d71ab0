package io.crossfade.postgres.definition;

import io.crossfade.core.table.TableId;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A statement that changes definitions, and what is executed for it: steps of which none keeps
 * readers or writers out for longer than a moment. The recipes are those of PostgreSQL's own manual
 * (ALTER TABLE, Notes) and of tools like pgroll and strong_migrations.
 *
 * @param normal the statement without comments, case and layout, to be compared
 * @param table the table that it makes or changes, where it is one
 * @param steps what is executed
 */
public record SafeStatement(String normal, Optional<Name> table, List<Step> steps) {

  public SafeStatement {
    steps = List.copyOf(steps);
  }

  /**
   * Reads a statement.
   *
   * @param sql one statement; a semicolon may end it
   * @throws RefusedStatementException where it is none, or one that we do not run
   */
  public static SafeStatement of(String sql) throws RefusedStatementException {
    List<Token> tokens = single(sql, Lexer.tokens(sql));
    String normal = tokens.stream().map(Token::normal).collect(Collectors.joining(" "));
    Words words = new Words(sql, tokens);
    if (words.takes("CREATE")) {
      return create(normal, words, tokens);
    }
    if (words.takes("ALTER", "TABLE")) {
      return AlterTable.read(normal, sql, words);
    }
    if (words.sees("ALTER", "TYPE") && tokens.stream().anyMatch(token -> token.is("VALUE"))) {
      return asItIs(normal, Optional.empty(), words.text(tokens));
    }
    if (words.takes("DROP", "INDEX")) {
      return dropIndex(normal, words);
    }
    if (words.seesAny("COMMENT", "GRANT", "REVOKE")) {
      return asItIs(normal, Optional.empty(), words.text(tokens));
    }
    throw words.refused(Refusals.of(words));
  }

  /** Whether it may make or change that table. */
  public boolean concerns(TableId id) {
    return table.filter(name -> name.mayBe(id)).isPresent();
  }

  private static List<Token> single(String sql, List<Token> tokens)
      throws RefusedStatementException {
    for (int i = 0; i < tokens.size(); i++) {
      if (tokens.get(i).is(";")) {
        for (Token token : tokens.subList(i, tokens.size())) {
          if (!token.is(";")) {
            throw new RefusedStatementException(
                sql, token.start(), "a second statement begins here; each is an entry of its own");
          }
        }
        tokens = tokens.subList(0, i);
      }
    }
    if (tokens.isEmpty()) {
      throw new RefusedStatementException(sql, 0, "there is no statement in it");
    }
    return tokens;
  }

  private static SafeStatement asItIs(String normal, Optional<Name> table, String sql) {
    return new SafeStatement(normal, table, List.of(Step.brief(sql)));
  }

  private static SafeStatement create(String normal, Words words, List<Token> tokens)
      throws RefusedStatementException {
    String sql = words.text(tokens);
    if (words.seesAny("TYPE", "DOMAIN", "SCHEMA", "SEQUENCE", "EXTENSION")) {
      return new SafeStatement(
          normal, Optional.empty(), List.of(new Step.InTransaction(sql, true)));
    }
    if (words.takes("TABLE") || words.takes("UNLOGGED", "TABLE")) {
      words.takes("IF", "NOT", "EXISTS");
      Name name = words.name("the table's name");
      for (Token token : Words.outside(words.rest())) {
        if (token.is("AS")) {
          throw words.refused(
              token, "CREATE TABLE … AS fills the table: make it empty and write a mapping");
        }
      }
      return asItIs(normal, Optional.of(name), sql);
    }
    boolean unique = words.takes("UNIQUE");
    if (words.takes("INDEX")) {
      return createIndex(normal, unique, words);
    }
    throw words.refused(
        "of what is created we run tables, indexes, types, domains, schemas, sequences and"
            + " extensions; run this by hand");
  }

  private static SafeStatement createIndex(String normal, boolean unique, Words words)
      throws RefusedStatementException {
    words.takes("CONCURRENTLY");
    boolean ifMissing = words.takes("IF", "NOT", "EXISTS");
    if (words.sees("ON")) {
      throw words.refused(
          "give the index a name, so that what a failed attempt leaves can be found");
    }
    Name index = words.name("the index's name");
    if (!words.takes("ON")) {
      throw words.refused("ON and a table are expected here");
    }
    if (words.sees("ONLY")) {
      throw words.refused(
          "an index of a partitioned table alone cannot be built CONCURRENTLY; make it by hand");
    }
    Name table = words.name("the table's name");
    return new SafeStatement(
        normal,
        Optional.empty(),
        List.of(index(unique, ifMissing, index.sql(), table.sql(), words.restText())));
  }

  /** An index that is built without keeping writers out. */
  static Step index(boolean unique, boolean ifMissing, String name, String table, String rest) {
    String build = unique ? "CREATE UNIQUE INDEX CONCURRENTLY " : "CREATE INDEX CONCURRENTLY ";
    String what = name + " ON " + table + rest;
    String again = build + "IF NOT EXISTS " + what;
    return new Step.Concurrently(ifMissing ? again : build + what, again);
  }

  private static SafeStatement dropIndex(String normal, Words words)
      throws RefusedStatementException {
    words.takes("CONCURRENTLY");
    boolean ifThere = words.takes("IF", "EXISTS");
    Name index = words.name("the index's name");
    words.takes("RESTRICT");
    if (!words.isAtEnd()) {
      throw words.refused("DROP INDEX CONCURRENTLY takes one index, and no CASCADE");
    }
    String again = "DROP INDEX CONCURRENTLY IF EXISTS " + index.sql();
    return new SafeStatement(
        normal,
        Optional.empty(),
        List.of(
            new Step.Concurrently(
                ifThere ? again : "DROP INDEX CONCURRENTLY " + index.sql(), again)));
  }
}
