package io.crossfade.sandbox;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The few things that Java does not know about the machine below. */
final class Unix {

  /** How much of a log goes into an error message. */
  private static final int LAST_LINES = 30;

  /** Linux has it, macOS has not. */
  private static final Path PROC = Path.of("/proc/self").getParent();

  private Unix() {}

  /** A user of this machine. */
  record User(String name, int uid, int gid) {}

  /** Who we are: the effective user. */
  static int uid() {
    try {
      // A file that we make is ours; there is no other way that every Unix has.
      Path ours = Files.createTempFile("crossfade-", ".uid");
      try {
        return uidOf(ours);
      } finally {
        Files.delete(ours);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot tell who we are", e);
    }
  }

  static int uidOf(Path file) {
    try {
      return (Integer) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot tell who owns " + file, e);
    }
  }

  /** The first of the named users that this machine has. */
  static Optional<User> user(String... names) {
    List<String> lines;
    try {
      lines = Files.readAllLines(Path.of("/etc/passwd"));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the users of this machine", e);
    }
    return Arrays.stream(names)
        .flatMap(
            name ->
                lines.stream()
                    .map(line -> line.split(":", -1))
                    .filter(f -> f.length > 3 && f[0].equals(name)))
        .map(f -> new User(f[0], Integer.parseInt(f[2]), Integer.parseInt(f[3])))
        .findFirst();
  }

  /** Where a program is on the PATH; the directories of root's tools are looked at as well. */
  static Optional<Path> program(String name) {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Stream.concat(
            Arrays.stream(path.split(File.pathSeparator, -1)),
            Stream.of("/usr/bin", "/bin", "/usr/sbin", "/sbin"))
        .filter(directory -> directory.startsWith("/"))
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Runs a command to its end; blocks up to a minute.
   *
   * @throws SandboxException with what it printed when it fails
   */
  static void run(Path directory, List<String> command) {
    Path output = null;
    try {
      output = Files.createTempFile("crossfade-", ".out");
      Process process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectInput(new File("/dev/null"))
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(1, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new SandboxException("Took longer than a minute: " + String.join(" ", command));
      }
      if (process.exitValue() != 0) {
        throw new SandboxException(
            "Exit code "
                + process.exitValue()
                + " of: "
                + String.join(" ", command)
                + "\n"
                + lastLines(output, 0));
      }
    } catch (IOException e) {
      throw new SandboxException("Cannot run " + String.join(" ", command), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SandboxException("Interrupted in " + String.join(" ", command), e);
    } finally {
      if (output != null) {
        delete(output);
      }
    }
  }

  /**
   * Whether a process still runs. A zombie does not: it has ended, and only waits for a parent that
   * may be in no hurry to take note.
   */
  static boolean isAlive(long pid) {
    if (!Files.isDirectory(PROC)) {
      return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }
    try {
      String stat = Files.readString(PROC.resolve(Long.toString(pid)).resolve("stat"));
      // "pid (name) state …", and the name may have anything in it.
      char state = stat.charAt(stat.lastIndexOf(')') + 2);
      return state != 'Z' && state != 'X';
    } catch (IOException e) {
      // Not there, or gone while it was read.
      return false;
    }
  }

  /** The name of a process's program, empty when there is no such process. */
  static String programOf(long pid) {
    if (!Files.isDirectory(PROC)) {
      return ProcessHandle.of(pid)
          .flatMap(process -> process.info().command())
          .map(command -> Path.of(command).getFileName().toString())
          .orElse("");
    }
    try {
      return Files.readString(PROC.resolve(Long.toString(pid)).resolve("comm")).strip();
    } catch (IOException e) {
      return "";
    }
  }

  /** Sends a signal such as "STOP"; processes that have ended meanwhile are no error. */
  static void signal(String signal, List<ProcessHandle> processes) {
    if (processes.isEmpty()) {
      return;
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                "/bin/sh",
                "-c",
                "s=$1; shift; for p; do kill -s $s $p 2>/dev/null; done; :",
                "sh",
                signal));
    processes.forEach(process -> command.add(Long.toString(process.pid())));
    run(Path.of("/"), command);
  }

  /** How large a file is; 0 when there is none. */
  static long size(Path file) {
    try {
      return Files.exists(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file, e);
    }
  }

  /** The last lines that were written to a log since it had a size of {@code from} bytes. */
  static String lastLines(Path log, long from) {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      long start = Math.max(from, file.length() - 64 * 1024);
      byte[] bytes = new byte[(int) Math.max(0, file.length() - start)];
      file.seek(start);
      file.readFully(bytes);
      List<String> lines = new String(bytes, StandardCharsets.UTF_8).lines().toList();
      return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    } catch (IOException e) {
      return "(" + log + " cannot be read: " + e.getMessage() + ")";
    }
  }

  /** Deletes a file or a directory with all that is in it; others may delete there meanwhile. */
  static void delete(Path path) {
    try {
      Files.walkFileTree(
          path,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.deleteIfExists(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
              if (e instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
              }
              throw e;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException e)
                throws IOException {
              if (e != null && !(e instanceof NoSuchFileException)) {
                throw e;
              }
              Files.deleteIfExists(directory);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot delete " + path, e);
    }
  }
}
