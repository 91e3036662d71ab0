package io.crossfade.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mappers in jars. */
class MapperPluginsTest {

  private static final String MAPPER =
      """
      import io.crossfade.plugin.*;
      import java.util.List;
      %s class %s implements Mapper {
        static final Column<Long> ID = Column.bigint("id");
        %s
        public List<Column<?>> reads() { return List.of(ID); }
        public List<Column<?>> columns() { return List.of(ID); }
        public List<String> key() { return List.of("id"); }
        public List<Row> map(Row old) { return List.of(Row.of(ID.of(old.get(ID) + %s))); }
      }
      """;

  @TempDir private Path directory;
  private Path plugins;
  private MapperJars jars;

  @BeforeEach
  void prepare() throws Exception {
    plugins = Files.createDirectory(directory.resolve("plugins"));
    jars = new MapperJars(directory);
  }

  private static String mapper(String name, String added) {
    return MAPPER.formatted("public", name, "", added);
  }

  private void pack(String jar, Map<String, String> sources) throws Exception {
    pack(jar, sources, Map.of());
  }

  private void pack(String jar, Map<String, String> sources, Map<String, String> more)
      throws Exception {
    jars.pack(plugins.resolve(jar), sources, more, List.of());
  }

  private String code(String name) throws Exception {
    try (Plugins loaded = Plugins.load(plugins)) {
      return loaded.mapper(name).code();
    }
  }

  @Test
  void shouldLoadAMapperByItsName() throws Exception {
    pack("a.jar", Map.of("Other", mapper("Other", "2")));
    pack("b.jar", Map.of("Plus", mapper("Plus", "1")));
    try (Plugins loaded = Plugins.load(plugins)) {
      UserMapper mapper = loaded.mapper("com.example.Plus");
      assertThat(mapper.call().name()).isEqualTo("com.example.Plus");
      assertThat(mapper.call().call(new Object[] {41L}).get(0)).containsExactly(42L);
      assertThat(loaded.mapper("com.example.Plus")).isSameAs(mapper);
    }
  }

  @Test
  void shouldSayWhyThereIsNone() throws Exception {
    assertThatThrownBy(() -> Plugins.NONE.mapper("com.example.Plus"))
        .hasMessage(
            "there is no class com.example.Plus: name the directory of its jar with --plugins DIR");
    pack(
        "a.jar",
        Map.of(
            "Plus", mapper("Plus", "1"),
            "Hidden", MAPPER.formatted("", "Hidden", "", "1"),
            "Wanting", MAPPER.formatted("public", "Wanting", "public Wanting(int x) {}", "1"),
            "Breaking",
                MAPPER.formatted(
                    "public",
                    "Breaking",
                    "public Breaking() { throw new IllegalStateException(\"no file\"); }",
                    "1"),
            "Static",
                MAPPER.formatted(
                    "public",
                    "Static",
                    "static final int X = 1 / zero(); static int" + " zero() { return 0; }",
                    "1"),
            "Twice", mapper("Twice", "1"),
            "Silent",
                mapper("Silent", "1")
                    .replace("return List.of(\"id\");", "return List.of((String) null);"),
            "Plain", "public class Plain {}"));
    pack("b.jar", Map.of("Twice", mapper("Twice", "1")));
    try (Plugins loaded = Plugins.load(plugins)) {
      refused(
          loaded,
          "Pluss",
          "no jar of --plugins has a class com.example.Pluss; did you mean com.example.Plus?");
      refused(loaded, "Plain", "com.example.Plain does not implement io.crossfade.plugin.Mapper");
      refused(
          loaded, "Hidden", "must be a public class with a public constructor without parameters");
      refused(loaded, "Wanting", "must be a public class with a public constructor");
      refused(
          loaded,
          "Breaking",
          "com.example.Breaking cannot be made: java.lang.IllegalStateException: no file");
      refused(
          loaded,
          "Static",
          "com.example.Static cannot be loaded: java.lang.ExceptionInInitializerError");
      refused(
          loaded,
          "Silent",
          "com.example.Silent cannot say what it reads and gives: java.lang.NullPointerException");
      refused(loaded, "Twice", "is in several jars of --plugins: a.jar, b.jar; leave it in one");
    }
  }

  private static void refused(Plugins loaded, String name, String why) {
    assertThatThrownBy(() -> loaded.mapper("com.example." + name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }

  /** Fails where a class of another jar, or one of Crossfade's libraries, is found. */
  @Test
  void shouldSeeNothingBesideItsOwnJar() throws Exception {
    Map<String, String> sources =
        Map.of(
            "Plus",
            mapper("Plus", "Helper.N"),
            "Helper",
            "public class Helper { public static final Long N = 1L; }");
    jars.pack(plugins.resolve("a.jar"), sources, Map.of(), List.of("Helper"));
    jars.pack(plugins.resolve("b.jar"), sources, Map.of(), List.of("Plus"));
    String library = "org.apache.calcite.rel.RelNode.class.getName().length()";
    pack("c.jar", Map.of("Borrowing", mapper("Borrowing", library)));
    try (Plugins loaded = Plugins.load(plugins)) {
      for (String name : List.of("Plus", "Borrowing")) {
        assertThatThrownBy(
                () -> loaded.mapper("com.example." + name).call().call(new Object[] {1L}))
            .hasMessageContaining("com.example." + name + ": java.lang.NoClassDefFoundError");
      }
    }
  }

  /** Fails where a change of what a mapper does may go unnoticed, or its build alone is one. */
  @Test
  void shouldKnowOtherCode() throws Exception {
    Map<String, String> sources = Map.of("Plus", mapper("Plus", "1"));
    Map<String, String> rates = Map.of("rates.txt", "19", "META-INF/MANIFEST.MF", "Built: 1\n");
    pack("a.jar", sources, rates);
    String code = code("com.example.Plus");
    pack("other.jar", Map.of("Other", mapper("Other", "1")));
    assertThat(code("com.example.Plus")).as("another jar beside it").isEqualTo(code);
    pack(
        "a.jar",
        sources,
        Map.of(
            "rates.txt", "19",
            "META-INF/MANIFEST.MF", "Built: 2\n",
            "META-INF/maven/x/pom.properties", "time=2",
            "io/crossfade/plugin/Mapper.class", "ours"));
    assertThat(code("com.example.Plus")).as("packed again").isEqualTo(code);
    pack("a.jar", sources, Map.of("rates.txt", "16"));
    assertThat(code("com.example.Plus")).as("another resource").isNotEqualTo(code);
    pack("a.jar", Map.of("Plus", mapper("Plus", "2")), rates);
    assertThat(code("com.example.Plus")).as("another constant").isNotEqualTo(code);
  }
}
