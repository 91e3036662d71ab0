package io.crossfade.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassArchiveTest {

  private static final String JARS = "/a/x.jar" + File.pathSeparator + "/a/y.jar";

  @TempDir private Path directory;

  /** Fails where a job reads an archive that nobody has written: it would say so in its log. */
  @Test
  void shouldBeWrittenByTheLastJobAndReadByAllAfterIt() throws IOException {
    Path file = directory.resolve("classes.jsa");
    ClassArchive archive = new ClassArchive(file, JARS);

    assertThat(archive.options(false)).isEmpty();
    assertThat(archive.options(true)).containsExactly("-XX:ArchiveClassesAtExit=" + file);
    Files.createFile(file);
    assertThat(archive.options(false)).containsExactly("-XX:SharedArchiveFile=" + file);
    assertThat(archive.options(true)).containsExactly("-XX:SharedArchiveFile=" + file);
  }

  /** Fails where directories are overlooked: the JVM ends with an error then. */
  @Test
  void shouldNotBeWhereClassesAreReadFromDirectories() {
    ClassArchive archive =
        new ClassArchive(
            directory.resolve("classes.jsa"), JARS + File.pathSeparator + "/b/target/classes");

    assertThat(archive.options(true)).isEmpty();
  }

  /** Fails where our own tests stay on the path of the job. */
  @Test
  void shouldLeaveOutOurOwnTests() {
    String path =
        "/w/modules/torture/target/test-classes"
            + File.pathSeparator
            + "/w/modules/torture/target/classes"
            + File.pathSeparator
            + JARS;

    assertThat(ClassArchive.forJobs(path)).isEqualTo(JARS);
  }
}
