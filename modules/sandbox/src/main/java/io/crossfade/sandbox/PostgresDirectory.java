package io.crossfade.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where a server lives: its data and its log.
 *
 * @param path has {@code data} and {@code postgres.log}
 * @param temporary whether it goes with the server
 * @param user whose it is; empty: ours
 */
record PostgresDirectory(Path path, boolean temporary, Optional<Unix.User> user) {

  /** Included by {@code postgresql.conf}; written before each start. */
  static final String SETTINGS_FILE = "crossfade.conf";

  private static final Duration FORMER_ENDS_WITHIN = Duration.ofSeconds(30);

  /**
   * What a running postmaster says of itself in its data directory.
   *
   * @param sharedMemory id of its System V segment
   */
  record Postmaster(long pid, boolean ready, Optional<String> sharedMemory) {

    /** Lines: pid, data directory, start time, port, socket, address, key and id, status. */
    static Optional<Postmaster> parse(List<String> lines) {
      if (lines.isEmpty() || !lines.get(0).strip().matches("[0-9]+")) {
        return Optional.empty();
      }
      String[] keyAndId = lines.size() > 6 ? lines.get(6).strip().split(" +", -1) : new String[0];
      return Optional.of(
          new Postmaster(
              Long.parseLong(lines.get(0).strip()),
              lines.size() > 7 && lines.get(7).strip().equals("ready"),
              keyAndId.length == 2 ? Optional.of(keyAndId[1]) : Optional.empty()));
    }
  }

  static PostgresDirectory of(PostgresOptions options, Optional<Unix.User> user) {
    try {
      Path path =
          options.directory().isPresent()
              ? Files.createDirectories(options.directory().get().toAbsolutePath())
              : Files.createTempDirectory("crossfade-postgres-data-");
      return new PostgresDirectory(path, options.directory().isEmpty(), user);
    } catch (IOException e) {
      throw new SandboxException("Cannot make a directory for PostgreSQL's data", e);
    }
  }

  Path data() {
    return path.resolve("data");
  }

  Path log() {
    return path.resolve("postgres.log");
  }

  /** Copies the data from an original where there are none yet; true when it has. */
  boolean prepare(Path original, PostgresVersion version) {
    try {
      user.ifPresent(this::giveTo);
      Path versionFile = data().resolve("PG_VERSION");
      if (!Files.exists(versionFile)) {
        Path copy = path.resolve("data.new");
        if (Files.exists(copy)) {
          Unix.delete(copy);
        }
        Unix.run(Path.of("/"), List.of("cp", "-a", original.toString(), copy.toString()));
        Files.move(copy, data(), StandardCopyOption.ATOMIC_MOVE);
        return true;
      }
      String found = Files.readString(versionFile).strip();
      if (!found.equals(Integer.toString(version.major()))) {
        throw new SandboxException(
            "%s belongs to PostgreSQL %s, not %d. Name another directory."
                .formatted(data(), found, version.major()));
      }
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot prepare " + path + " for PostgreSQL", e);
    }
  }

  private void giveTo(Unix.User owner) {
    PostgresBinaries.chown(path, owner);
    List<String> look = new ArrayList<>(ChildProcess.as(owner));
    look.addAll(List.of("/bin/sh", "-c", "cd \"$1\"", "sh", path.toString()));
    try {
      Unix.run(Path.of("/"), look);
    } catch (SandboxException e) {
      throw new SandboxException(
          "PostgreSQL does not run as root, and the user "
              + owner.name()
              + ", as whom it runs instead, cannot enter "
              + path
              + ". Name a directory that others can reach, such as one below /tmp or /var/lib.",
          e);
    }
  }

  void writeSettings(int port, Map<String, String> settings) {
    List<String> lines = new ArrayList<>();
    lines.add("port = " + port);
    settings.forEach((name, value) -> lines.add(name + " = '" + value.replace("'", "''") + "'"));
    write(SETTINGS_FILE, lines);
  }

  /** Writes a file of the data directory, which nobody but the server may read. */
  void write(String name, List<String> lines) {
    Path file = data().resolve(name);
    try {
      Files.write(file, lines);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      user.ifPresent(owner -> PostgresBinaries.chown(file, owner));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + file, e);
    }
  }

  /** Who runs here; empty when nobody does, or is about to. */
  Optional<Postmaster> postmaster() {
    try {
      return Postmaster.parse(Files.readAllLines(data().resolve("postmaster.pid")));
    } catch (IOException e) {
      // Not there yet, or just being replaced.
      return Optional.empty();
    }
  }

  /** Blocks while a server of a parent that was killed is still ending here. */
  void awaitFormer() {
    long deadline = System.nanoTime() + FORMER_ENDS_WITHIN.toNanos();
    for (Optional<Postmaster> former = postmaster();
        former.isPresent()
            && Unix.isAlive(former.get().pid())
            && Unix.programOf(former.get().pid()).equals("postgres");
        former = postmaster()) {
      if (System.nanoTime() > deadline) {
        throw new SandboxException(
            "%s is in use by the PostgreSQL server %d, and still was after %d s. End it, or name another directory."
                .formatted(data(), former.get().pid(), FORMER_ENDS_WITHIN.toSeconds()));
      }
      ChildProcess.sleep();
    }
  }

  /** Deletes a temporary directory, and what a killed server leaves: shared memory. */
  void remove() {
    if (!temporary || !Files.exists(path)) {
      return;
    }
    postmaster()
        .flatMap(Postmaster::sharedMemory)
        .ifPresent(
            id -> Unix.run(Path.of("/"), List.of("/bin/sh", "-c", "ipcrm -m " + id + " || :")));
    Unix.delete(path);
  }
}
