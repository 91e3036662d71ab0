package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossfade.cli.job.Job;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.spec.SpecException;
import io.crossfade.spec.SpecReader;
import io.crossfade.sql.Plugins;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The example of {@code config/examples/invoices}, as it stands there, over real servers. */
@Timeout(300)
class MapperTest {

  private static final Path EXAMPLE = Path.of("../../config/examples/invoices");

  /** What the mapper should give, said in SQL by somebody who has not seen it. */
  private static final String INSTALMENTS =
      """
      SELECT number, n + %d, CASE extract(isodow FROM d) WHEN 6 THEN d + 2 WHEN 7 THEN d + 1 ELSE d END,
        CASE WHEN n < instalments THEN each ELSE total - each * (instalments - 1) END
      FROM (SELECT i.*, n, trunc(total / instalments, 2) AS each,
          CAST(first_due + make_interval(months => n - 1) AS date) AS d
        FROM old_invoices i, generate_series(1, instalments) n
        WHERE status <> 'cancelled' AND instalments > 0) AS all_of_them
      ORDER BY 1, 2
      """;

  private static final String NAMES =
      """
      package com.example;
      import io.crossfade.plugin.*;
      import java.util.List;
      public final class NameMapper implements Mapper {
        static final Column<Long> ID = Column.bigint("id");
        static final Column<String> NAME = Column.text("name");
        static final Column<String> FIRST = Column.text("first");
        static final Column<String> LAST = Column.text("last");
        public List<Column<?>> reads() { return List.of(NAME, ID); }
        public List<Column<?>> columns() { return List.of(FIRST, LAST, ID); }
        public List<String> key() { return List.of("id"); }
        public List<Row> map(Row old) {
          String name = old.get(NAME);
          int space = name.lastIndexOf(' ');
          return List.of(Row.of(ID.of(old.get(ID)), FIRST.of(name.substring(0, space)),
              LAST.of(name.substring(space + 1))));
        }
      }
      """;

  @TempDir private Path directory;
  private final String migration = "m" + UUID.randomUUID().toString().substring(0, 8);
  private final StringWriter said = new StringWriter();
  private Database source;
  private Database target;
  private Path plugins;

  /** Instead of the example's, where it is not empty. */
  private String tables = "";

  private String more = "";

  @BeforeEach
  void prepare() throws Exception {
    source = SharedSandbox.postgres18().createDatabase();
    target = SharedSandbox.postgres18().createDatabase();
    source.execute(
        Files.readString(EXAMPLE.resolve("old.sql")),
        "INSERT INTO old_invoices SELECT g, 'N' || g, CASE WHEN g % 9 = 0 THEN 'cancelled' ELSE"
            + " 'open' END, g * 1.37, g % 5 + 1, date '2026-01-31' + g, 'n'"
            + " FROM generate_series(10, 1000) g");
    target.execute(Files.readString(EXAMPLE.resolve("new.sql")));
    plugins = Files.createDirectory(directory.resolve("plugins"));
    pack(Files.readString(EXAMPLE.resolve("src/main/java/com/example/InvoiceMapper.java")));
  }

  @AfterEach
  void drop() {
    source.close();
    target.close();
  }

  /**
   * Backfill and changes, a start in between, what was corrupted by hand. Fails where a row that an
   * invoice gives no more stays, where a key that goes from one invoice to another loses its row,
   * and where verify or repair take a new key for an old one.
   */
  @Test
  void shouldKeepTheRowsThatTheMapperGives() throws Exception {
    assertThat(offline("validate")).as(said.toString()).isZero();
    assertThat(offline("plan")).as(said.toString()).isZero();
    assertThat(said.toString())
        .contains("map by com.example.InvoiceMapper → claim by invoice, n → apply")
        .contains("amount   com.example.InvoiceMapper  numeric → numeric(12,2)  computed")
        .contains("not read: id, note");
    try (Plugins loaded = Plugins.load(plugins);
        Job job = start(loaded)) {
      job.awaitCaughtUp();
      assertEqual(0);
      source.execute(
          "UPDATE old_invoices SET instalments = instalments + 2 WHERE id % 7 = 0",
          "UPDATE old_invoices SET instalments = 1 WHERE id % 11 = 0",
          "UPDATE old_invoices SET status = 'cancelled' WHERE id BETWEEN 100 AND 120",
          "UPDATE old_invoices SET note = 'nobody reads it' WHERE id < 50",
          // Two invoices exchange their numbers, and so their keys.
          "BEGIN; UPDATE old_invoices SET number = 'x' WHERE id = 31; UPDATE old_invoices SET number"
              + " = 'N31' WHERE id = 32; UPDATE old_invoices SET number = 'N32' WHERE id = 31;"
              + " COMMIT",
          // A number that is freed is taken.
          "BEGIN; DELETE FROM old_invoices WHERE id = 40; INSERT INTO old_invoices VALUES (5000,"
              + " 'N40', 'open', 12.34, 4, '2026-03-01'); COMMIT",
          "DELETE FROM old_invoices WHERE id BETWEEN 900 AND 950",
          "UPDATE old_invoices SET id = -id WHERE id BETWEEN 200 AND 210");
      job.awaitBarrier();
      assertEqual(0);
      assertThat(to(job, "verify")).as(said.toString()).isZero();
      assertThat(said.toString()).contains("by the user's own Java here, not by the source");
    }
    source.execute("UPDATE old_invoices SET number = 'again' || id WHERE id BETWEEN 300 AND 320");
    try (Plugins loaded = Plugins.load(plugins);
        Job job = start(loaded)) {
      job.awaitCaughtUp();
      assertEqual(0);
      target.execute(
          "UPDATE instalments SET amount = 0 WHERE invoice = 'N13' AND n = 2",
          "DELETE FROM instalments WHERE invoice = 'N14' AND n = 1",
          "INSERT INTO instalments VALUES ('planted', 1, '2026-01-01', 1)");
      assertThat(to(job, "verify")).as(said.toString()).isEqualTo(3);
      assertThat(said.toString()).contains("1 extra, 1 missing, 1 value");
      assertThat(to(job, "explain", "public.instalments", "N13", "2"))
          .as(said.toString())
          .isEqualTo(3);
      assertThat(said.toString())
          .contains("written there past Crossfade", "source     public.old_invoices  id = 13");
      assertThat(to(job, "explain", "public.instalments", "planted", "1"))
          .as(said.toString())
          .isEqualTo(3);
      assertThat(said.toString()).contains("becomes this one by com.example.InvoiceMapper");
      assertThat(to(job, "repair")).as(said.toString()).isZero();
      assertEqual(0);
      assertThat(to(job, "verify")).as(said.toString()).isZero();
      assertThat(to(job, "explain", "public.instalments", "N13", "2")).as(said.toString()).isZero();
      assertThat(to(job, "cutover", "--dry-run")).as(said.toString()).isEqualTo(3);
      assertThat(said.toString())
          .contains(
              "com.example.InvoiceMapper is Java, of which no way back can be told: write one");
    }
  }

  /** Fails where what cannot be mapped stops the line, is forgotten, or leaves what was there. */
  @Test
  void shouldParkARowThatTheMapperRefuses() throws Exception {
    try (Plugins loaded = Plugins.load(plugins);
        Job job = start(loaded)) {
      job.awaitCaughtUp();
      source.execute(
          "UPDATE old_invoices SET instalments = 0 WHERE id = 21",
          "UPDATE old_invoices SET instalments = 9 WHERE id = 22");
      await(() -> job.status().deadRows() == 1);
      assertThat(to(job, "rows", "list")).as(said.toString()).isZero();
      assertThat(said.toString())
          .contains("parked  public.instalments", "38000")
          .contains("com.example.InvoiceMapper: invoice N21 has 0 instalments");
      await(() -> target.query("SELECT 1 FROM instalments WHERE invoice = 'N22'").size() == 9);
      assertThat(target.query("SELECT 1 FROM instalments WHERE invoice = 'N21'")).isEmpty();
      assertThat(to(job, "verify")).as(said.toString()).isEqualTo(1);
      assertThat(said.toString()).contains("invoice N21 has 0 instalments");

      source.execute("UPDATE old_invoices SET instalments = 2 WHERE id = 21");
      await(() -> job.status().deadRows() == 0);
      job.awaitBarrier();
      assertEqual(0);
      assertThat(to(job, "verify")).as(said.toString()).isZero();
    }
  }

  /**
   * Fails where a job goes on with other code, of whose rows some are old and some are new, or
   * where the keys of the code before stay after the replay.
   */
  @Test
  void shouldAskForAReplayWhenTheCodeIsAnother() throws Exception {
    try (Plugins loaded = Plugins.load(plugins);
        Job job = start(loaded)) {
      job.awaitCaughtUp();
    }
    assertThat(offline("replay", "--from", "start")).as(said.toString()).isZero();
    try (Plugins loaded = Plugins.load(plugins);
        Job job = start(loaded)) {
      job.awaitCaughtUp();
      assertEqual(0);
    }
    String java = Files.readString(EXAMPLE.resolve("src/main/java/com/example/InvoiceMapper.java"));
    pack(java.replace("N.of(n)", "N.of(n + 100)"));
    try (Plugins loaded = Plugins.load(plugins)) {
      assertThatThrownBy(() -> start(loaded))
          .isInstanceOf(SpecException.class)
          .hasMessageContaining(
              "public.instalments stands for another mapper, or for other code of it, so far:"
                  + " `crossfade replay -f FILE --table public.instalments --from start`");
    }
    assertThat(offline("replay", "--from", "start")).as(said.toString()).isZero();
    try (Plugins loaded = Plugins.load(plugins);
        Job job = start(loaded)) {
      job.awaitCaughtUp();
      assertEqual(100);
      assertThat(to(job, "verify")).as(said.toString()).isZero();
    }
  }

  /**
   * After a switch the old table follows, by the SELECT that somebody wrote. Fails where the rows
   * of a mapper are not compared then, or are not what a rollback would bring.
   */
  @Test
  void shouldComeBackByAWayThatWasWritten() throws Exception {
    source.execute(
        "CREATE TABLE people (id bigint PRIMARY KEY, name text NOT NULL)",
        "INSERT INTO people SELECT g, 'First' || g || ' Last' || g FROM generate_series(1, 300) g");
    target.execute("CREATE TABLE persons (id bigint PRIMARY KEY, first text, last text)");
    pack("NameMapper", NAMES);
    tables =
        """
          - into: public.persons
            from: public.people
            mapper: com.example.NameMapper
        reverse:
          - into: public.people
            select: SELECT id, first || ' ' || last AS name FROM public.persons
        """;
    try (Plugins loaded = Plugins.load(plugins);
        Job job = start(loaded)) {
      job.awaitCaughtUp();
      assertThat(to(job, "verify")).as(said.toString()).isZero();
      assertThat(to(job, "cutover", "--yes")).as(said.toString()).isZero();
      target.execute(
          "INSERT INTO persons VALUES (1000, 'Ada', 'Lovelace')",
          "UPDATE persons SET last = 'Other' WHERE id = 7",
          "DELETE FROM persons WHERE id = 8");
      assertThat(to(job, "verify")).as(said.toString()).isZero();
      assertThat(said.toString()).contains("Writes are on the new tables.");
      target.execute("UPDATE persons SET last = 'van Dyck' WHERE id = 9");
      assertThat(to(job, "verify")).as(said.toString()).isEqualTo(3);
      assertThat(said.toString()).contains("1 value");
      assertThat(to(job, "rollback", "--yes")).as(said.toString()).isZero();
      assertThat(source.query("SELECT name FROM people WHERE id IN (7, 8, 9, 1000) ORDER BY id"))
          .containsExactly("First7 Other", "First9 van Dyck", "Ada Lovelace");
      assertThat(to(job, "repair")).as(said.toString()).isZero();
      assertThat(to(job, "verify")).as(said.toString()).isZero();
      assertThat(target.query("SELECT first, last FROM persons WHERE id = 9"))
          .containsExactly("First9 van|Dyck");
    }
  }

  /** Fails where a problem of a mapper has no place in the file, or one that is not its own. */
  @Test
  void shouldSayWhatIsWrongWithAMapperBeforeItRuns() throws Exception {
    Path spec = file(0);
    String line = spec + ":" + lineOf(spec, "mapper:") + ":13: ";
    assertThat(run("validate", "-f", spec.toString())).isEqualTo(2);
    assertThat(said.toString())
        .contains(
            line
                + "there is no class com.example.InvoiceMapper: name the directory of its jar with"
                + " --plugins DIR");
    target.execute(
        "ALTER TABLE instalments ALTER amount TYPE text, ADD agreed date NOT NULL,"
            + " DROP CONSTRAINT instalments_pkey, ADD PRIMARY KEY (invoice, n, due)");
    source.execute("ALTER TABLE old_invoices ALTER instalments TYPE bigint");
    assertThat(offline("validate")).isEqualTo(2);
    assertThat(said.toString())
        .contains(
            line
                + "com.example.InvoiceMapper reads instalments as INTEGER, but it is bigint in"
                + " public.old_invoices");
    source.execute("ALTER TABLE old_invoices ALTER instalments TYPE integer");
    assertThat(offline("validate")).isEqualTo(2);
    assertThat(said.toString())
        .contains(line + "public.instalments.agreed is NOT NULL and has no default")
        .contains(line + "com.example.InvoiceMapper says that its key is [invoice, n]");
    target.execute("DROP TABLE instalments");
    assertThat(offline("plan")).isEqualTo(2);
    assertThat(said.toString()).contains("the target has no table public.instalments");
    assertThat(offline("plan", "--ddl=tables")).as(said.toString()).isZero();
    assertThat(said.toString())
        .contains(
            """
            CREATE TABLE public.instalments (
              invoice text NOT NULL,
              n integer NOT NULL,
              due date,
              amount numeric,
              PRIMARY KEY (invoice, n)
            );
            """);
    more = "expand: [ \"CREATE TABLE public.instalments (invoice text)\" ]";
    assertThat(offline("validate")).as(said.toString()).isZero();
    assertThat(said.toString()).contains("public.instalments is made or changed by 'expand'");
  }

  private static int lineOf(Path file, String text) throws IOException {
    List<String> lines = Files.readAllLines(file);
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).contains(text)) {
        return i + 1;
      }
    }
    throw new AssertionError(text + " is not in " + file);
  }

  private void assertEqual(int offset) {
    assertThat(target.query("SELECT * FROM instalments ORDER BY 1, 2"))
        .isEqualTo(source.query(INSTALMENTS.formatted(offset)));
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.call()) {
      assertThat(System.nanoTime()).as("within a minute").isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private void pack(String java) throws IOException {
    pack("InvoiceMapper", java);
  }

  private void pack(String name, String java) throws IOException {
    Path file = Files.writeString(directory.resolve(name + ".java"), java);
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                directory.toString(),
                file.toString());
    assertThat(result).isZero();
    try (OutputStream jar = Files.newOutputStream(plugins.resolve(name + ".jar"));
        JarOutputStream out = new JarOutputStream(jar)) {
      out.putNextEntry(new JarEntry("com/example/" + name + ".class"));
      out.write(Files.readAllBytes(directory.resolve("com/example/" + name + ".class")));
    }
  }

  private Job start(Plugins loaded) throws Exception {
    return Job.start(
        SpecReader.read(file(0), Map.of()).orThrow(), loaded, warning -> {}, told -> {});
  }

  private int offline(String command, String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(List.of(arguments));
    all.addAll(List.of("-f", file(0).toString(), "--plugins", plugins.toString()));
    return run(all.toArray(String[]::new));
  }

  private int to(Job job, String command, String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(List.of(arguments));
    all.addAll(List.of("-f", file(job.api().getPort()).toString()));
    return run(all.toArray(String[]::new));
  }

  private int run(String... arguments) {
    said.getBuffer().setLength(0);
    PrintWriter out = new PrintWriter(said, true);
    return Main.run(out, out, arguments);
  }

  /** The example's own spec with the servers of the test. */
  private Path file(int port) throws IOException {
    String spec =
        Files.readString(EXAMPLE.resolve("invoices.yaml"))
            .replace("migration: instalments", "migration: " + migration)
            .replace("embedded: ./crossfade-data", "bootstrap-servers: \"" + brokers() + "\"")
            .replace("jdbc:postgresql://old-db:5432/billing", quoted(source.jdbcUrl()))
            .replace("jdbc:postgresql://new-db:5432/billing", quoted(target.jdbcUrl()))
            .replace("username: crossfade", "username: " + quoted(source.user()))
            .replace("\"${env:SOURCE_PASSWORD}\"", quoted(source.password()))
            .replace("\"${env:TARGET_PASSWORD}\"", quoted(target.password()));
    if (!tables.isEmpty()) {
      spec = spec.substring(0, spec.indexOf("tables:")) + "tables:\n" + tables;
    }
    return Files.writeString(
        directory.resolve("m" + port + ".yaml"),
        spec + "server: { port: " + port + " }\n" + more + "\n");
  }

  private static String quoted(String text) {
    return "\"" + text + "\"";
  }

  private static String brokers() {
    return SharedSandbox.kafka().bootstrapServers();
  }
}
