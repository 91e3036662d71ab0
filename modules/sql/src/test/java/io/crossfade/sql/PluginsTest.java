package io.crossfade.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.plugin.FunctionFailure;
import io.crossfade.plugin.FunctionKit;
import io.crossfade.plugin.ScalarFunction;
import io.crossfade.plugin.SqlType;
import io.crossfade.sql.value.PgTypes;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Functions of the user's own. */
class PluginsTest {

  private static final Table TYPES =
      new Table(
          PostgresOracle.TABLE,
          List.of(
              Column.nullable("b", PgTypes.BOOLEAN),
              Column.nullable("i", PgTypes.INT4),
              Column.nullable("l", PgTypes.INT8),
              Column.nullable("n", PgTypes.NUMERIC),
              Column.nullable("f", PgTypes.FLOAT8),
              Column.nullable("s", PgTypes.TEXT),
              Column.nullable("d", PgTypes.DATE),
              Column.nullable("w", PgTypes.TIMESTAMP),
              Column.nullable("z", PgTypes.TIMESTAMPTZ),
              Column.nullable("u", PgTypes.UUID)),
          List.of("i"));

  private static final Row ROW =
      Row.of(
          "t",
          "-7",
          "9223372036854775807",
          "1.50",
          "0.1",
          "é😀",
          "0044-03-15 BC",
          "2024-02-29 12:34:56.789012",
          "1969-12-31 23:59:59.999999+00",
          "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");

  /** A function of any declaration. */
  private record Made(
      String name,
      List<SqlType> parameters,
      SqlType result,
      boolean takesNulls,
      Function<List<Object>, Object> body)
      implements ScalarFunction {
    @Override
    public Object call(List<Object> arguments) {
      return body.apply(arguments);
    }
  }

  private static Made of(SqlType type, Function<List<Object>, Object> body) {
    return new Made("mine", List.of(type), type, false, body);
  }

  private static String evaluate(String expression, ScalarFunction... functions) throws Exception {
    return evaluate(expression, ROW, functions);
  }

  private static String evaluate(String expression, Row row, ScalarFunction... functions)
      throws Exception {
    SqlCompiler compiler = new SqlCompiler(id -> Optional.of(TYPES), List.of(functions));
    SelectPlan plan = compiler.compile("SELECT " + expression + " AS x FROM t");
    return plan.evaluate(row).orElseThrow().get(0);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "BOOLEAN, b, 0",
    "INTEGER, i, 1",
    "BIGINT, l, 2",
    "NUMERIC, n, 3",
    "DOUBLE, f, 4",
    "TEXT, s, 5",
    "DATE, d, 6",
    "TIMESTAMP, w, 7",
    "TIMESTAMPTZ, z, 8",
    "UUID, u, 9"
  })
  void shouldPassEveryTypeThroughUnchanged(SqlType type, String column, int index)
      throws Exception {
    Made same =
        of(
            type,
            arguments -> {
              assertThat(arguments.get(0)).isInstanceOf(type.valueClass());
              return arguments.get(0);
            });
    assertThat(evaluate("mine(" + column + ")", same)).isEqualTo(ROW.get(index));
    assertThat(evaluate("mine(NULL)", same)).isNull();
  }

  @Test
  void shouldNotCallAStrictFunctionWithNull() throws Exception {
    Made strict =
        of(
            SqlType.TEXT,
            arguments -> {
              throw new IllegalStateException("called");
            });
    Made lenient =
        new Made(
            "mine", List.of(SqlType.TEXT), SqlType.TEXT, true, arguments -> "was " + arguments);
    assertThat(evaluate("mine(NULL)", strict)).isNull();
    assertThat(evaluate("mine(NULL)", lenient)).isEqualTo("was [null]");
  }

  @Test
  void shouldMakeAnExceptionAnErrorOfTheRow() {
    Made failing =
        of(
            SqlType.TEXT,
            arguments -> {
              throw new IllegalArgumentException("no plan " + arguments.get(0));
            });
    EvaluationException e =
        catchThrowableOfType(EvaluationException.class, () -> evaluate("mine('gold')", failing));
    assertThat(e.sqlState()).isEqualTo("38000");
    assertThat(e).hasMessage("output column x: mine: no plan gold");
    Made lying = of(SqlType.TEXT, arguments -> 7);
    assertThatThrownBy(() -> evaluate("mine(s)", lying))
        .hasMessageContaining("mine gave a java.lang.Integer, it declares TEXT");
    Row infinite = Row.of(null, "1", null, null, null, null, "infinity", null, null, null);
    assertThatThrownBy(() -> evaluate("mine(d)", infinite, of(SqlType.DATE, a -> a.get(0))))
        .hasMessageContaining("infinity cannot be given to a function in Java");
  }

  @Test
  void shouldChooseAmongOverloadsAndCastArguments() throws Exception {
    Made numbers = new Made("mine", List.of(SqlType.BIGINT), SqlType.TEXT, false, a -> "number");
    Made texts = new Made("mine", List.of(SqlType.TEXT), SqlType.TEXT, false, a -> "text");
    assertThat(evaluate("mine(i) || mine(s)", numbers, texts)).isEqualTo("numbertext");
    assertThatThrownBy(() -> evaluate("mine(n)", numbers, texts))
        .hasMessageContaining("there is no function mine(numeric)");
    assertThatThrownBy(() -> evaluate("minx(s)", texts)).hasMessageContaining("did you mean mine?");
  }

  @Test
  void shouldRefuseWrongDeclarations() {
    Made upper = new Made("upper", List.of(), SqlType.TEXT, false, a -> "");
    assertThatThrownBy(() -> evaluate("1", upper)).hasMessageContaining("choose another");
    Made now = new Made("now", List.of(), SqlType.TEXT, false, a -> "");
    assertThatThrownBy(() -> evaluate("1", now)).hasMessageContaining("choose another");
    Made big = new Made("Big", List.of(), SqlType.TEXT, false, a -> "");
    assertThatThrownBy(() -> evaluate("1", big)).hasMessageContaining("small letters");
    Made once = of(SqlType.TEXT, a -> "");
    assertThatThrownBy(() -> evaluate("1", once, once)).hasMessageContaining("two functions");
  }

  @Test
  void shouldFindAFunctionThatIsNotPure() {
    AtomicInteger count = new AtomicInteger();
    FunctionKit kit = FunctionKit.of(of(SqlType.INTEGER, arguments -> count.incrementAndGet()));
    assertThatThrownBy(() -> kit.call(1))
        .isInstanceOf(FunctionFailure.class)
        .hasMessageContaining("it is not pure");
    assertThatThrownBy(() -> kit.call(1L)).hasMessageContaining("must be a java.lang.Integer");
    assertThatThrownBy(kit::call).hasMessageContaining("called with 0 arguments");
  }

  @Test
  void shouldNameTheFunctionsThatPostgresDoesNotHave() throws Exception {
    Made mine = of(SqlType.TEXT, arguments -> arguments.get(0));
    SqlCompiler compiler = new SqlCompiler(id -> Optional.of(TYPES), List.of(mine));
    assertThat(compiler.compile("SELECT upper(mine(s)) AS x FROM t").userFunctions())
        .containsExactly("mine");
    assertThat(compiler.compile("SELECT upper(s) AS x FROM t").userFunctions()).isEmpty();
  }

  @Test
  void shouldRunTheExampleOfTheDocumentation(@TempDir Path directory) throws Exception {
    List<String> blocks = new ArrayList<>();
    Matcher block =
        Pattern.compile("```(java|sql|)\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("../../docs/plugins.md")));
    while (block.find()) {
      blocks.add(block.group(2));
    }
    Path classes = Files.createDirectory(directory.resolve("classes"));
    compile(directory, classes, "Gross", blocks.get(0));
    compile(directory, classes, "GrossTest", blocks.get(2));
    runTest(classes);
    Path plugins = Files.createDirectory(directory.resolve("plugins"));
    assertThatThrownBy(() -> Plugins.load(plugins)).hasMessageContaining("there is no jar");
    pack(plugins.resolve("gross.jar"), classes.resolve("com/example/Gross.class"), blocks.get(1));
    try (Plugins loaded = Plugins.load(plugins)) {
      SqlCompiler compiler =
          new SqlCompiler(id -> Optional.of(TestTables.SUBSCRIPTIONS), loaded.functions());
      SelectPlan plan = compiler.compile(blocks.get(3));
      assertThat(plan.evaluate(Row.of("1", "2", "gold", "10.00", null)))
          .contains(Row.of("1", "2", "gold", "11.90"));
    }
  }

  private static void compile(Path sources, Path classes, String name, String text)
      throws IOException {
    Path source = sources.resolve(name + ".java");
    Files.writeString(source, text);
    String classPath = System.getProperty("java.class.path");
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-classpath",
                classPath + java.io.File.pathSeparator + classes,
                "-d",
                classes.toString(),
                source.toString());
    assertThat(result).as("compiling %s", name).isZero();
  }

  private static void runTest(Path classes) throws Exception {
    URL[] path = {classes.toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(path, PluginsTest.class.getClassLoader())) {
      Class<?> test = loader.loadClass("com.example.GrossTest");
      Constructor<?> constructor = test.getDeclaredConstructor();
      constructor.setAccessible(true);
      Method method = test.getDeclaredMethod("shouldAddTheTaxOfTheCountry");
      method.setAccessible(true);
      method.invoke(constructor.newInstance());
    }
  }

  private static void pack(Path jar, Path function, String services) throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file)) {
      out.putNextEntry(new ZipEntry("META-INF/services/io.crossfade.plugin.ScalarFunction"));
      out.write(services.getBytes(StandardCharsets.UTF_8));
      out.putNextEntry(new ZipEntry("com/example/Gross.class"));
      out.write(Files.readAllBytes(function));
    }
  }
}
