package io.crossfade.torture;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The JVM's archive of loaded classes: without it half of a start's time is spent on reading them
 * again, and the job is started hundreds of times. The last job of the first round writes it.
 *
 * @param file where it is, or will be
 * @param classPath of the job, without our own tests: the archive takes nothing but jars
 */
record ClassArchive(Path file, String classPath) {

  static ClassArchive in(Path directory) {
    return new ClassArchive(
        directory.resolve("classes.jsa"), forJobs(System.getProperty("java.class.path")));
  }

  static String forJobs(String classPath) {
    return Arrays.stream(classPath.split(File.pathSeparator))
        .filter(entry -> !Path.of(entry).endsWith("torture/target/test-classes"))
        .filter(entry -> !Path.of(entry).endsWith("torture/target/classes"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Empty where classes are read from directories, as an IDE has them: the JVM refuses those. */
  List<String> options(boolean mayWrite) {
    if (!Arrays.stream(classPath.split(File.pathSeparator)).allMatch(e -> e.endsWith(".jar"))) {
      return List.of();
    }
    if (Files.exists(file)) {
      return List.of("-XX:SharedArchiveFile=" + file);
    }
    return mayWrite ? List.of("-XX:ArchiveClassesAtExit=" + file) : List.of();
  }
}
