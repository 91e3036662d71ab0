package io.crossfade.sandbox;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * The programs of one PostgreSQL version and an empty database cluster of it, in a cache.
 *
 * <p>The cache is a directory that the user who runs PostgreSQL can read; root's local Maven
 * repository is none. Several JVMs may fill it at once: a lock lets one work, and each part appears
 * by a rename, so that nobody sees half of it.
 *
 * @param home has bin, lib and share
 * @param template an initialised data directory, to be copied
 * @param user who runs PostgreSQL; empty: we ourselves
 */
record PostgresBinaries(Path home, Path template, Optional<Unix.User> user) {

  /** Moves the cache where the directory for temporary files does not serve, as with noexec. */
  private static final String CACHE_PROPERTY = "crossfade.sandbox.cache";

  /** Part of the template's name: to be raised when its making changes. */
  private static final String TEMPLATE = "template-1-";

  private static final Set<PosixFilePermission> PROGRAM =
      PosixFilePermissions.fromString("rwxr-xr-x");
  private static final Set<PosixFilePermission> DATA = PosixFilePermissions.fromString("rw-r--r--");

  private static final Map<PostgresVersion, PostgresBinaries> READY =
      new EnumMap<>(PostgresVersion.class);

  /** Unpacks and initialises where that has not been done yet; some seconds the first time. */
  static PostgresBinaries of(PostgresVersion version) {
    synchronized (READY) {
      PostgresBinaries ready = READY.get(version);
      if (ready == null || !Files.exists(ready.template())) {
        ready = prepare(version);
        READY.put(version, ready);
      }
      return ready;
    }
  }

  Path postgres() {
    return home.resolve("bin/postgres");
  }

  private static PostgresBinaries prepare(PostgresVersion version) {
    int uid = Unix.uid();
    Optional<Unix.User> user =
        uid == 0
            ? Optional.of(
                Unix.user("postgres", "nobody")
                    .orElseThrow(
                        () ->
                            new SandboxException(
                                "PostgreSQL does not run as root, and this machine has neither a"
                                    + " user postgres nor a user nobody. Start this as another"
                                    + " user.")))
            : Optional.empty();
    Path root =
        Path.of(System.getProperty(CACHE_PROPERTY, System.getProperty("java.io.tmpdir")))
            .toAbsolutePath();
    Path cache =
        root.resolve("crossfade-postgres-" + version.major() + "-" + digest(version) + "-" + uid);
    try {
      makeOurs(cache, uid);
      try (FileChannel channel =
              FileChannel.open(
                  cache.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        Path home = cache.resolve("postgres");
        if (lock.isValid() && !isWhole(home)) {
          Unix.delete(home);
          appear(home, temporary -> unpack(version, temporary));
        }
        Path template =
            cache.resolve(TEMPLATE + user.map(Unix.User::name).orElse(Integer.toString(uid)));
        if (!Files.exists(template)) {
          appear(template, temporary -> initialise(home, temporary, user));
        }
        return new PostgresBinaries(home, template, user);
      }
    } catch (IOException e) {
      throw new SandboxException(
          "Cannot unpack PostgreSQL into "
              + cache
              + ". Another place can be named by -D"
              + CACHE_PROPERTY
              + "=<directory>.",
          e);
    }
  }

  /** Programs are run from here: nobody else may have put them there. */
  private static void makeOurs(Path cache, int uid) throws IOException {
    Files.createDirectories(cache.getParent());
    if (!Files.exists(cache)) {
      try {
        Files.createDirectory(cache, PosixFilePermissions.asFileAttribute(PROGRAM));
      } catch (java.nio.file.FileAlreadyExistsException e) {
        // Another JVM was faster; who made it is checked below.
        if (!Files.isDirectory(cache)) {
          throw e;
        }
      }
    }
    if (Unix.uidOf(cache) != uid) {
      throw new IOException(cache + " belongs to another user");
    }
    // Not left to the umask: the user who runs PostgreSQL must get in, and nobody else may write.
    Files.setPosixFilePermissions(cache, PROGRAM);
  }

  private interface Maker {
    void make(Path directory) throws IOException;
  }

  private static void appear(Path path, Maker maker) throws IOException {
    Path temporary = path.resolveSibling(path.getFileName() + ".new");
    if (Files.exists(temporary)) {
      Unix.delete(temporary);
    }
    maker.make(temporary);
    Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Cleaners of temporary directories delete single files that nobody has read for days. */
  private static boolean isWhole(Path home) throws IOException {
    Path count = home.resolve("entries");
    return Files.exists(count) && Files.readString(count).equals(Long.toString(entries(home)));
  }

  private static long entries(Path home) throws IOException {
    try (Stream<Path> all = Files.walk(home)) {
      return all.filter(path -> !path.endsWith("entries")).count();
    }
  }

  private static void unpack(PostgresVersion version, Path home) throws IOException {
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(archive(version))))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path path = home.resolve(entry.getName()).normalize();
        if (!path.startsWith(home)) {
          throw new IOException("The archive has a file outside of it: " + entry.getName());
        }
        if (entry.isDirectory()) {
          Files.createDirectories(path);
          Files.setPosixFilePermissions(path, PROGRAM);
          continue;
        }
        Files.createDirectories(path.getParent());
        if (entry.isSymbolicLink()) {
          Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
        } else {
          Files.copy(tar, path);
          Files.setPosixFilePermissions(path, (entry.getMode() & 0100) != 0 ? PROGRAM : DATA);
        }
      }
    }
    Files.setPosixFilePermissions(home, PROGRAM);
    Files.writeString(home.resolve("entries"), Long.toString(entries(home)));
  }

  private static void initialise(Path home, Path data, Optional<Unix.User> user)
      throws IOException {
    Files.createDirectory(data);
    Path password = Files.createTempFile("crossfade-", ".password");
    try {
      Files.writeString(password, PostgresOptions.DEFAULT_PASSWORD);
      user.ifPresent(
          u -> {
            chown(data, u);
            chown(password, u);
          });
      List<String> command = new ArrayList<>();
      user.ifPresent(u -> command.addAll(ChildProcess.as(u)));
      // libc's C.UTF-8 is on every Linux with glibc, and upper and lower case work as people
      // expect.
      command.addAll(
          List.of(
              home.resolve("bin/initdb").toString(),
              "--pgdata=" + data,
              "--username=" + PostgresOptions.USER,
              "--pwfile=" + password,
              "--auth=scram-sha-256",
              "--encoding=UTF8",
              "--locale-provider=libc",
              "--locale=C.UTF-8",
              "--lc-messages=C",
              "--no-sync"));
      Unix.run(Path.of("/"), command);
      Files.writeString(
          data.resolve("postgresql.conf"),
          "\ninclude '" + PostgresDirectory.SETTINGS_FILE + "'\n",
          StandardCharsets.UTF_8,
          StandardOpenOption.APPEND);
    } finally {
      Files.delete(password);
    }
  }

  /** Gives a path, but not what is in it, to a user. */
  static void chown(Path path, Unix.User user) {
    try {
      Files.setAttribute(path, "unix:uid", user.uid());
      Files.setAttribute(path, "unix:gid", user.gid());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot give " + path + " to " + user.name(), e);
    }
  }

  private static String digest(PostgresVersion version) {
    try (DigestInputStream in =
        new DigestInputStream(archive(version), MessageDigest.getInstance("SHA-256"))) {
      in.transferTo(java.io.OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(in.getMessageDigest().digest(), 0, 6);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the archive of PostgreSQL " + version, e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }

  /** As the archives are named: those of this machine's system are packed when it builds. */
  static String platform() {
    String system = System.getProperty("os.name").startsWith("Mac") ? "darwin" : "linux";
    return system + (System.getProperty("os.arch").equals("aarch64") ? "-arm_64" : "-x86_64");
  }

  private static InputStream archive(PostgresVersion version) {
    String name = "postgres-" + version.major() + "/postgres-" + platform() + ".txz";
    InputStream in = PostgresBinaries.class.getResourceAsStream(name);
    if (in == null) {
      throw new SandboxException(
          "The archive "
              + name
              + " is not on the classpath. Run mvn process-resources for the sandbox module.");
    }
    return in;
  }
}
