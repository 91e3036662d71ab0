package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.cli.job.Job;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.spec.SpecReader;
import io.crossfade.sql.Plugins;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A function of the user's own, from a jar to the rows of the new table. */
@Timeout(120)
class PluginsRunTest {

  private static final String FUNCTION =
      """
      package example;
      import io.crossfade.plugin.ScalarFunction;
      import io.crossfade.plugin.SqlType;
      import java.util.List;
      public final class Shout implements ScalarFunction {
        public String name() { return "shout"; }
        public List<SqlType> parameters() { return List.of(SqlType.TEXT); }
        public SqlType result() { return SqlType.TEXT; }
        public Object call(List<Object> arguments) { return arguments.get(0) + "!"; }
      }
      """;

  @TempDir private Path directory;
  private final String migration = "p" + UUID.randomUUID().toString().substring(0, 8);
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Database source;
  private Database target;

  @BeforeEach
  void prepare() {
    source = SharedSandbox.postgres18().createDatabase();
    target = SharedSandbox.postgres18().createDatabase();
    source.execute(
        "CREATE TABLE a (id int PRIMARY KEY, s text)",
        "INSERT INTO a VALUES (1, 'hey'), (2, NULL)");
    target.execute("CREATE TABLE b (id int PRIMARY KEY, s text)");
  }

  @AfterEach
  void drop() {
    source.close();
    target.close();
  }

  @Test
  void shouldMigrateThroughAFunctionOfTheUsersOwn() throws Exception {
    Path spec = spec();
    assertThat(crossfade("validate", "-f", spec.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("shout");
    assertThat(crossfade("validate", "-f", spec.toString(), "--plugins", directory + "/none"))
        .isEqualTo(2);

    String plugins = jar().getParent().toString();
    assertThat(
            crossfade(
                "run", "-f", spec.toString(), "--plugins", plugins, "--exit-when", "caught-up"))
        .as(err.toString())
        .isZero();
    assertThat(target.query("SELECT coalesce(s, 'NULL') FROM b ORDER BY id"))
        .containsExactly("hey!", "NULL");
  }

  /**
   * Fails where the function is left out of what is compared, where the report calls such a
   * comparison independent, and where the option is not known or not looked at.
   */
  @Test
  void shouldVerifyThroughTheFunctionAndSayThatThisIsNotIndependent() throws Exception {
    Path plugins = jar().getParent();
    try (Plugins loaded = Plugins.load(plugins);
        Job job =
            Job.start(
                SpecReader.read(spec(), Map.of()).orThrow(), loaded, warning -> {}, told -> {})) {
      job.awaitCaughtUp();
      String[] verify = {
        "verify", "-f", spec(job.api().getPort()).toString(), "--plugins", plugins.toString()
      };
      assertThat(crossfade(verify)).as("%s%n%s", out, err).isZero();
      assertThat(out.toString())
          .contains("equal")
          .contains("by the user's own Java here, not by the source");

      target.execute("UPDATE b SET s = 'hey?' WHERE id = 1");
      assertThat(crossfade(verify)).as("%s%n%s", out, err).isEqualTo(3);
      assertThat(out.toString()).contains("1 value");

      verify[4] = directory + "/none";
      assertThat(crossfade(verify)).isEqualTo(2);
      assertThat(err.toString()).contains("--plugins").contains("none");
    }
  }

  private Path jar() throws Exception {
    Path java = directory.resolve("Shout.java");
    Files.writeString(java, FUNCTION);
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
                java.toString());
    assertThat(result).isZero();
    Path jar = Files.createDirectory(directory.resolve("plugins")).resolve("shout.jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file)) {
      out.putNextEntry(new JarEntry("example/Shout.class"));
      out.write(Files.readAllBytes(directory.resolve("example/Shout.class")));
      out.putNextEntry(new JarEntry("META-INF/services/io.crossfade.plugin.ScalarFunction"));
      out.write("example.Shout\n".getBytes(StandardCharsets.UTF_8));
    }
    return jar;
  }

  private int crossfade(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  private Path spec() throws Exception {
    return spec(0);
  }

  private Path spec(int port) throws Exception {
    Path file = directory.resolve("m" + port + ".yaml");
    Files.writeString(
        file,
        """
        migration: %s
        source: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        target: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        kafka: { bootstrap-servers: "%s", partitions: 2 }
        tables: [ { into: public.b, select: "SELECT id, shout(s) AS s FROM public.a" } ]
        server: { port: %d }
        """
            .formatted(
                migration,
                source.jdbcUrl(),
                source.user(),
                source.password(),
                target.jdbcUrl(),
                target.user(),
                target.password(),
                SharedSandbox.kafka().bootstrapServers(),
                port));
    return file;
  }
}
