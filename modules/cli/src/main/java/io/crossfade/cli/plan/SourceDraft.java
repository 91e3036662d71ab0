package io.crossfade.cli.plan;

import io.crossfade.cli.job.CommandException;
import io.crossfade.cli.job.ExitCode;
import io.crossfade.core.source.SourceException;
import io.crossfade.core.table.Column;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.postgres.catalog.Catalog;
import io.crossfade.postgres.catalog.TableDetails;
import io.crossfade.postgres.source.PostgresAddress;
import io.crossfade.postgres.source.PostgresSource;
import io.crossfade.spec.DraftTable;
import io.crossfade.spec.SpecTemplate;
import io.crossfade.sql.SqlCompiler;
import io.crossfade.sql.front.NearestName;
import io.crossfade.sql.problem.SqlException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A spec drafted from the tables of a source, each SELECT spelled out. */
public final class SourceDraft {

  /** Where a password comes from; the first is the one that the drafted spec names. */
  private static final List<String> PASSWORDS = List.of("SOURCE_PASSWORD", "PGPASSWORD");

  private final String text;
  private final List<String> refusals;

  private SourceDraft(String text, List<String> refusals) {
    this.text = text;
    this.refusals = refusals;
  }

  /** The spec's text. */
  public String text() {
    return text;
  }

  /** Why tables were written as comments only; one line a table. */
  public List<String> refusals() {
    return refusals;
  }

  /**
   * Reads the source's catalogue.
   *
   * @param url JDBC URL without user and password
   * @param username the role; empty for {@code PGUSER}, or else the name of the user of the machine
   * @param patterns the tables, as {@code --tables} names them
   * @param environment where the password is found
   * @throws CommandException where the URL or a table is wrong, or the source does not answer
   */
  public static SourceDraft of(
      String url,
      Optional<String> username,
      List<String> patterns,
      Map<String, String> environment) {
    String role =
        username
            .or(() -> value(environment, "PGUSER"))
            .orElseGet(() -> System.getProperty("user.name"));
    SpecTemplate.complaintAbout(url)
        .ifPresent(
            complaint -> {
              throw usage("--from " + complaint);
            });
    List<TablePattern> wanted = new ArrayList<>();
    for (String pattern : patterns) {
      try {
        wanted.add(TablePattern.parse(pattern));
      } catch (IllegalArgumentException e) {
        throw usage("--tables: " + e.getMessage());
      }
    }
    PostgresAddress address = address(url, role, environment);
    try (Catalog catalog = open(address, role);
        PostgresSource source = new PostgresSource(address, "draft")) {
      List<DraftTable> tables = new Drafts(catalog, source).of(named(catalog, wanted));
      List<String> refusals = tables.stream().flatMap(table -> table.refusal().stream()).toList();
      if (refusals.size() == tables.size()) {
        throw new CommandException(
            ExitCode.ERROR,
            "none of these tables can be migrated as it is, so there is nothing to write:\n  "
                + String.join("\n  ", refusals));
      }
      return new SourceDraft(SpecTemplate.text(url, role, tables), refusals);
    }
  }

  private static PostgresAddress address(String url, String role, Map<String, String> environment) {
    Optional<String> password =
        PASSWORDS.stream().flatMap(name -> value(environment, name).stream()).findFirst();
    return new PostgresAddress(url, role, password.orElse(""));
  }

  private static Catalog open(PostgresAddress address, String role) {
    try {
      return Catalog.open(address);
    } catch (SourceException e) {
      String state = e.getCause() instanceof SQLException sql ? sql.getSQLState() : "";
      boolean refused =
          "28P01".equals(state) || (address.password().isEmpty() && "08004".equals(state));
      String next =
          refused
              ? "set SOURCE_PASSWORD (or PGPASSWORD) in the environment to the password of role "
                  + role
                  + ", or name another role with --username"
              : "see that the server runs and that --from is right";
      throw new CommandException(ExitCode.PREFLIGHT, e.getMessage() + "\n" + next, e);
    }
  }

  private static Optional<String> value(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
  }

  /** The tables in the order of the patterns, each once. */
  private static Set<TableId> named(Catalog catalog, List<TablePattern> patterns) {
    List<TableId> known = catalog.tables();
    List<String> problems = new ArrayList<>();
    Set<TableId> named = new LinkedHashSet<>();
    for (TablePattern pattern : patterns) {
      List<TableId> found = known.stream().filter(pattern::matches).toList();
      named.addAll(found);
      if (found.isEmpty()) {
        problems.add(unknown(catalog, pattern, known));
      }
    }
    if (!problems.isEmpty()) {
      throw usage("--tables: " + String.join("\n--tables: ", problems));
    }
    return named;
  }

  private static String unknown(Catalog catalog, TablePattern pattern, List<TableId> known) {
    if (pattern.text().contains("*")) {
      return "the source has no table " + pattern.text();
    }
    TableId literal = pattern.literal();
    Optional<String> kind = catalog.kind(literal);
    if (kind.isPresent()) {
      return literal
          + " is "
          + kind.get()
          + " that cannot be migrated by itself; name the tables behind it";
    }
    Identifiers names = new Identifiers(Set.of());
    Optional<TableId> otherCase =
        known.stream()
            .filter(table -> table.toString().toLowerCase(Locale.ROOT).equals(literal.toString()))
            .findFirst();
    return "the source has no table "
        + literal
        + otherCase
            .map(table -> "; did you mean " + names.table(table) + "? (with the quotes)")
            .orElseGet(
                () ->
                    NearestName.hint(
                        literal.toString(), known.stream().map(TableId::toString).toList()));
  }

  private static CommandException usage(String message) {
    return new CommandException(ExitCode.USAGE, message);
  }

  /** Mappings that copy tables as they are. */
  private record Drafts(Catalog catalog, PostgresSource source, Set<String> keywords) {

    Drafts(Catalog catalog, PostgresSource source) {
      this(catalog, source, catalog.keywords());
    }

    List<DraftTable> of(Set<TableId> tables) {
      return tables.stream().flatMap(id -> catalog.details(id).stream()).map(this::draft).toList();
    }

    private DraftTable draft(TableDetails details) {
      Table table = details.table();
      List<String> comments = new ArrayList<>();
      comments.add(about(details));
      List<String> columns = new ArrayList<>();
      Map<String, String> notCarried = source.notCarried(table.id());
      for (Column column : table.columns()) {
        Optional.ofNullable(notCarried.get(column.name()))
            .ifPresentOrElse(
                why -> comments.add("left out: " + column.name() + ", which " + why),
                () -> columns.add(column.name()));
      }
      List<String> select = select(new Identifiers(keywords), table, columns);
      if (!compiles(table, select)) {
        List<String> all = new ArrayList<>(columns);
        all.add(table.id().schema());
        all.add(table.id().name());
        select = select(Identifiers.quotingAll(all), table, columns);
      }
      return new DraftTable(table.id(), select, comments, refusal(table, columns, select));
    }

    private static String about(TableDetails details) {
      String key =
          details.table().primaryKey().isEmpty()
              ? "no primary key"
              : "primary key (" + String.join(", ", details.table().primaryKey()) + ")";
      String rows =
          details.estimatedRows().isPresent()
              ? String.format(Locale.ROOT, "about %,d rows", details.estimatedRows().getAsLong())
              : "rows not known, since it was never analysed";
      return details.table().id() + ": " + key + "; " + rows;
    }

    private static List<String> select(Identifiers names, Table table, List<String> columns) {
      List<String> lines = new ArrayList<>(List.of("SELECT"));
      for (int i = 0; i < columns.size(); i++) {
        lines.add("  " + names.name(columns.get(i)) + (i + 1 < columns.size() ? "," : ""));
      }
      lines.add("FROM " + names.table(table.id()));
      return lines;
    }

    private static Optional<String> refusal(
        Table table, List<String> columns, List<String> select) {
      if (table.primaryKey().isEmpty()) {
        return Optional.of(
            table.id()
                + " has no primary key, so its rows cannot be told apart;"
                + " add one at the source, then take this in");
      }
      if (!columns.containsAll(table.primaryKey())) {
        return Optional.of(
            table.id() + " has a primary key over a column that cannot be read, as said above");
      }
      boolean oneLineEach = select.stream().noneMatch(line -> line.matches("(?s).*[\\p{Cntrl}].*"));
      boolean noReference = select.stream().noneMatch(line -> line.contains("${"));
      if (!oneLineEach || !noReference || !compiles(table, select)) {
        return Optional.of(
            table.id() + " has a name that a spec cannot say; rename it at the source");
      }
      return Optional.empty();
    }

    private static boolean compiles(Table table, List<String> select) {
      try {
        new SqlCompiler(id -> Optional.of(table).filter(t -> t.id().equals(id)))
            .compile(String.join("\n", select));
        return true;
      } catch (SqlException e) {
        return false;
      }
    }
  }
}
