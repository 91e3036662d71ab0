package io.crossfade.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;

/** Jars with mappers, made of sources. */
final class MapperJars {

  private final Path work;

  MapperJars(Path work) {
    this.work = work;
  }

  /**
   * Compiles and packs.
   *
   * @param sources by the class's simple name, all of the package {@code com.example}
   * @param more what else is in it
   * @param hidden simple names of classes that are compiled and left out
   */
  void pack(Path jar, Map<String, String> sources, Map<String, String> more, List<String> hidden)
      throws IOException {
    Path classes = Files.createTempDirectory(work, "classes");
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-proc:none",
                "-classpath",
                System.getProperty("java.class.path"),
                "-d",
                classes.toString()));
    for (Map.Entry<String, String> source : sources.entrySet()) {
      Path file = classes.resolve(source.getKey() + ".java");
      Files.writeString(file, "package com.example;\n" + source.getValue());
      arguments.add(file.toString());
    }
    assertThat(
            ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, arguments.toArray(String[]::new)))
        .isZero();
    Map<String, byte[]> entries = new TreeMap<>();
    more.forEach(
        (name, text) -> entries.put(name, text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    try (Stream<Path> made = Files.list(classes.resolve("com/example"))) {
      for (Path file : made.toList()) {
        String name = file.getFileName().toString();
        if (!hidden.contains(name.replace(".class", ""))) {
          entries.put("com/example/" + name, Files.readAllBytes(file));
        }
      }
    }
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        out.putNextEntry(new ZipEntry(entry.getKey()));
        out.write(entry.getValue());
      }
    }
  }
}
