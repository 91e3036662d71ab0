package io.crossfade.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.front.SqlName;
import io.crossfade.sql.problem.SqlException;
import io.crossfade.sql.reverse.ColumnNote;
import io.crossfade.sql.reverse.ColumnNote.Kind;
import io.crossfade.sql.reverse.Forward;
import io.crossfade.sql.reverse.ReverseMapping;
import io.crossfade.sql.reverse.ReverseMapping.Derived;
import io.crossfade.sql.value.PgTypes;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random mappings over random rows: what goes forward and is derived to come back is the same. */
class ReversePropertyTest {

  private static final int ATTEMPTS = 8;
  private static final int ROWS = 25;

  /** A type, and what {@link RandomValues} calls its values. */
  private record Kinded(ColumnType type, String values) {}

  private static final List<Kinded> TYPES =
      List.of(
          new Kinded(PgTypes.BOOLEAN, "bool"),
          new Kinded(PgTypes.INT2, "int2"),
          new Kinded(PgTypes.INT4, "int4"),
          new Kinded(PgTypes.INT8, "int8"),
          new Kinded(PgTypes.NUMERIC, "numeric"),
          new Kinded(PgTypes.numeric(12, 2), "numeric"),
          new Kinded(PgTypes.numeric(14, 4), "numeric"),
          new Kinded(PgTypes.FLOAT4, "float4"),
          new Kinded(PgTypes.FLOAT8, "float8"),
          new Kinded(PgTypes.TEXT, "text"),
          new Kinded(PgTypes.VARCHAR, "text"),
          new Kinded(PgTypes.varchar(5), "text"),
          new Kinded(PgTypes.varchar(40), "text"),
          new Kinded(PgTypes.CHAR, "text"),
          new Kinded(PgTypes.character(5), "text"),
          new Kinded(PgTypes.character(8), "text"),
          new Kinded(PgTypes.BYTES, "bytea"),
          new Kinded(PgTypes.DATE, "date"),
          new Kinded(PgTypes.TIME, "time"),
          new Kinded(PgTypes.TIMESTAMP, "timestamp"),
          new Kinded(PgTypes.timestamp(3), "timestamp"),
          new Kinded(PgTypes.TIMESTAMPTZ, "timestamptz"),
          new Kinded(PgTypes.timestamptz(3), "timestamptz"),
          new Kinded(PgTypes.INTERVAL, "interval"),
          new Kinded(PgTypes.UUID, "uuid"),
          new Kinded(PgTypes.JSON, "json"),
          new Kinded(PgTypes.JSONB, "json"),
          new Kinded(ColumnType.of(TypeFamily.OPAQUE, "mood"), "text"));

  /** One mapping: both tables, the SELECT and rows of the old table. */
  private record Case(String sql, Forward forward, List<Row> rows) {}

  private static final Map<ColumnType, SelectPlan> READERS = new HashMap<>();

  private final Map<Kind, Integer> compared = new EnumMap<>(Kind.class);

  /**
   * Fails where WayBack takes a timestamp cut to a date for one that can be undone, forgets that
   * char(n) loses blanks, or takes 1.5 for 1.50; where Filter takes an equality of numerics for one
   * text; where Origins reads another column.
   */
  @Test
  void shouldGiveBackEveryRowThatWentForward() throws Exception {
    int derived = 0;
    // Each pair of types has its turn: by chance alone a wrong one is hardly ever met.
    for (int pair = 0; pair < TYPES.size() * TYPES.size(); pair++) {
      Optional<Case> mapping = random(pair);
      if (mapping.isPresent()
          && ReverseMapping.derive(List.of(mapping.get().forward())) instanceof Derived back) {
        derived++;
        compare(mapping.get(), back);
      }
    }

    assertThat(derived).isGreaterThan(200);
    for (Kind kind : List.of(Kind.COPIED, Kind.CONVERTED, Kind.NARROWER, Kind.LOSSY, Kind.FIXED)) {
      assertThat(compared.getOrDefault(kind, 0)).as("%s", kind).isGreaterThan(30);
    }
  }

  private void compare(Case mapping, Derived way) throws Exception {
    Forward forward = mapping.forward();
    Table old = forward.old();
    Table target = forward.target();
    SelectPlan there = forward.select().into(target);
    SelectPlan back = TestTables.compiler(target).compile(way.select()).into(old);
    for (Row row : mapping.rows()) {
      Optional<Row> moved = moved(there, target, row);
      if (moved.isEmpty()) {
        continue;
      }
      Row returned = back.evaluate(moved.get()).orElseThrow();
      for (int i = 0; i < back.columns().size(); i++) {
        String name = back.columns().get(i).name();
        assertThat(returned.get(i))
            .as("%s of %s%nthere %s%nback %s", name, row, mapping.sql(), way.select())
            .isEqualTo(row.get(old.indexOf(name).orElseThrow()));
        count(way, name);
      }
    }
  }

  private void count(Derived way, String column) {
    way.notes().stream()
        .filter(note -> note.column().equals(column) && note.kind() != Kind.NEW)
        .map(ColumnNote::kind)
        .findFirst()
        .ifPresent(kind -> compared.merge(kind, 1, Integer::sum));
  }

  /** The row of the new table; empty where the SELECT gives none. */
  private static Optional<Row> moved(SelectPlan there, Table target, Row row) {
    try {
      return there
          .evaluate(row)
          .map(
              outputs -> {
                String[] values = new String[target.columns().size()];
                for (int i = 0; i < there.columns().size(); i++) {
                  int place = target.indexOf(there.columns().get(i).name()).orElseThrow();
                  values[place] = outputs.get(i);
                }
                return Row.of(values);
              });
    } catch (EvaluationException e) {
      return Optional.empty();
    }
  }

  /** Draws until the databases would take the mapping; empty where there is no such cast. */
  private static Optional<Case> random(int pair) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Optional<Case> drawn = draw(new Random(pair * 1000L + attempt), pair);
      if (drawn.isPresent()) {
        return drawn;
      }
    }
    return Optional.empty();
  }

  private static Optional<Case> draw(Random random, int pair) {
    RandomValues values = new RandomValues(random.nextLong());
    List<Column> oldColumns = new ArrayList<>(List.of(Column.required("id", PgTypes.INT4)));
    List<List<String>> samples = new ArrayList<>();
    List<Column> newColumns = new ArrayList<>(List.of(Column.required("Key", PgTypes.INT8)));
    List<String> items = new ArrayList<>(List.of("id AS \"Key\""));
    List<String> conditions = new ArrayList<>();
    int width = 1 + random.nextInt(3);
    for (int i = 0; i < width; i++) {
      boolean first = i == 0;
      Kinded kinded = TYPES.get(first ? pair / TYPES.size() : random.nextInt(TYPES.size()));
      String name = "c" + i;
      List<String> sample = sample(kinded, values);
      samples.add(sample);
      oldColumns.add(Column.nullable(name, kinded.type()));
      String renamed = random.nextBoolean() ? "c" + (width - 1 - i) : "n " + i;
      switch (first ? 4 : random.nextInt(8)) {
        case 0 -> conditions.add(condition(name, kinded.type(), sample.get(0)));
        case 1 -> conditions.add(condition(name, kinded.type(), null));
        case 2, 3 -> add(items, newColumns, name, renamed, kinded.type());
        default -> {
          ColumnType cast =
              TYPES.get(first ? pair % TYPES.size() : random.nextInt(TYPES.size())).type();
          ColumnType stored =
              !first && random.nextInt(4) == 0
                  ? TYPES.get(random.nextInt(TYPES.size())).type()
                  : cast;
          boolean written = (first && !cast.equals(kinded.type())) || random.nextInt(4) > 0;
          String expression = written ? "CAST(" + name + " AS " + cast + ")" : name;
          add(items, newColumns, expression, renamed, stored);
        }
      }
    }
    if (random.nextInt(4) == 0) {
      add(items, newColumns, "'x'", "constant", PgTypes.TEXT);
    }
    String sql =
        "SELECT "
            + String.join(", ", items)
            + " FROM public.old"
            + (conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions));
    return forward(sql, oldColumns, newColumns)
        .map(forward -> new Case(sql, forward, rows(samples)));
  }

  private static void add(
      List<String> items, List<Column> columns, String sql, String name, ColumnType type) {
    items.add(sql + " AS " + SqlName.of(name));
    columns.add(Column.nullable(name, type));
  }

  private static String condition(String name, ColumnType type, String value) {
    if (value == null) {
      return name + " IS NULL";
    }
    boolean comparable =
        switch (type.family()) {
          case JSON, JSONB, BYTES, OPAQUE, INTERVAL -> false;
          default -> true;
        };
    return comparable ? name + " = " + SqlName.literal(value) : name + " IS NULL";
  }

  private static Optional<Forward> forward(
      String sql, List<Column> oldColumns, List<Column> newColumns) {
    try {
      Table old = new Table(new TableId("public", "old"), oldColumns, List.of("id"));
      Table target = new Table(new TableId("public", "fresh"), newColumns, List.of("Key"));
      return Optional.of(new Forward(TestTables.compiler(old).compile(sql), target));
    } catch (SqlException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static List<Row> rows(List<List<String>> samples) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      String[] row = new String[samples.size() + 1];
      row[0] = Integer.toString(i);
      for (int c = 0; c < samples.size(); c++) {
        row[c + 1] = samples.get(c).get(i);
      }
      rows.add(Row.of(row));
    }
    return rows;
  }

  /** Values as rows carry them: the type's own text. */
  private static List<String> sample(Kinded kinded, RandomValues values) {
    List<String> sample = new ArrayList<>();
    while (sample.size() < ROWS) {
      String raw = values.next(kinded.values(), kinded.type().precision(), kinded.type().scale());
      canonical(kinded.type(), raw).ifPresent(sample::add);
      if (raw == null && sample.size() < ROWS) {
        sample.add(null);
      }
    }
    return sample;
  }

  private static Optional<String> canonical(ColumnType type, String raw) {
    boolean asItIs = type.family() == TypeFamily.BYTES || type.family() == TypeFamily.OPAQUE;
    if (asItIs || raw == null) {
      return Optional.ofNullable(raw);
    }
    try {
      Row row = Row.of("1", raw);
      return Optional.of(
              READERS.computeIfAbsent(type, ReversePropertyTest::reader).evaluate(row).get().get(0))
          // Rounded up to what PostgreSQL prints and does not read again.
          .filter(text -> type.precision() < 0 || !text.startsWith("294277-"));
    } catch (EvaluationException e) {
      return Optional.empty();
    }
  }

  private static SelectPlan reader(ColumnType type) {
    Table raw =
        new Table(
            new TableId("public", "raw"),
            List.of(Column.required("id", PgTypes.INT4), Column.nullable("s", PgTypes.TEXT)),
            List.of("id"));
    try {
      return TestTables.compiler(raw).compile("SELECT CAST(s AS " + type + ") AS x FROM raw");
    } catch (SqlException e) {
      throw new AssertionError(e);
    }
  }
}
