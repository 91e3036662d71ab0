package io.crossfade.sandbox;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A PostgreSQL server as a child process, on 127.0.0.1.
 *
 * <p>It ends when this JVM ends, however that happens. The superuser's password is asked for on
 * each connection, so that a wrong one is refused. Logical replication is on.
 */
public final class PostgresServer implements AutoCloseable {

  /** How a server is asked to stop. */
  public enum StopMode {
    /** Waits for clients to disconnect. */
    SMART("TERM"),
    /** Disconnects clients, writes a checkpoint. */
    FAST("INT"),
    /** As after a crash, but told to: recovery at the next start. */
    IMMEDIATE("QUIT");

    private final String signal;

    StopMode(String signal) {
      this.signal = signal;
    }
  }

  private static final Duration START_WITHIN = Duration.ofSeconds(60);
  private static final Duration STOP_WITHIN = Duration.ofSeconds(60);
  private static final Duration RELOAD_WITHIN = Duration.ofSeconds(10);
  private static final int TRIES_FOR_A_PORT = 5;

  private static final Map<String, String> DEFAULTS =
      Map.ofEntries(
          Map.entry("listen_addresses", "127.0.0.1"),
          // No socket file: nothing to clash about, and no path that may be too long for one.
          Map.entry("unix_socket_directories", ""),
          Map.entry("max_connections", "200"),
          Map.entry("wal_level", "logical"),
          Map.entry("max_replication_slots", "20"),
          Map.entry("max_wal_senders", "20"),
          Map.entry("max_prepared_transactions", "20"),
          // In the data directory, not in /dev/shm: that is small in containers, and what a kill
          // leaves there would stay for ever.
          Map.entry("dynamic_shared_memory_type", "mmap"),
          Map.entry("timezone", "UTC"),
          Map.entry("log_timezone", "UTC"),
          Map.entry("log_line_prefix", "%m [%p] %q%u@%d "));

  private static final AtomicLong DATABASES = new AtomicLong();
  private static final AtomicLong SLOTS = new AtomicLong();

  private final PostgresOptions options;
  private final PostgresBinaries binaries;
  private final PostgresDirectory directory;
  private final Map<String, String> settings;
  private volatile int port;
  private volatile ChildProcess process;
  private boolean isNew;

  private PostgresServer(PostgresOptions options, PostgresBinaries binaries) {
    this.options = options;
    this.binaries = binaries;
    this.directory = PostgresDirectory.of(options, binaries.user());
    this.settings = new LinkedHashMap<>(DEFAULTS);
    this.settings.putAll(options.settings());
  }

  /**
   * Starts a server and blocks until it takes connections: about a second, some more when this
   * machine has never run that version.
   *
   * @throws SandboxException when it does not start, with the end of its log
   */
  public static PostgresServer start(PostgresOptions options) {
    PostgresBinaries binaries = PostgresBinaries.of(options.version());
    PostgresServer server = new PostgresServer(options, binaries);
    return start(
        server,
        () -> server.isNew = server.directory.prepare(binaries.template(), options.version()));
  }

  private static PostgresServer start(PostgresServer server, Runnable prepare) {
    try {
      prepare.run();
      server.startOnSomePort();
    } catch (RuntimeException | Error e) {
      server.discard();
      throw e;
    }
    return server;
  }

  /**
   * Starts a hot standby that streams from a primary.
   *
   * <p>It begins with a copy of the primary's files, and the primary is restarted for that: files
   * at rest need no further care. A slot on the primary keeps the log for it.
   *
   * @param options of the standby; version and password must be those of the primary
   */
  public static PostgresServer startStandbyOf(PostgresServer primary, PostgresOptions options) {
    if (primary.version() != options.version() || !primary.password().equals(options.password())) {
      throw new IllegalArgumentException("A standby has its primary's version and password");
    }
    String slot = "standby_" + SLOTS.incrementAndGet();
    primary.database().query("SELECT pg_create_physical_replication_slot('" + slot + "', true)");
    String connection =
        "host=127.0.0.1 port="
            + primary.port()
            + " user="
            + primary.user()
            + " password="
            + primary.password();
    PostgresServer standby =
        new PostgresServer(
            options.with("primary_conninfo", connection).with("primary_slot_name", slot),
            primary.binaries);
    return start(
        standby,
        () -> {
          primary.stop(StopMode.FAST);
          try {
            standby.directory.prepare(primary.data(), options.version());
          } finally {
            primary.start();
          }
          standby.directory.write("standby.signal", List.of());
        });
  }

  public PostgresVersion version() {
    return options.version();
  }

  public int port() {
    return port;
  }

  public String user() {
    return PostgresOptions.USER;
  }

  public String password() {
    return options.password();
  }

  /** Process id of the postmaster. */
  public long pid() {
    return process.pid();
  }

  public Path logFile() {
    return directory.log();
  }

  /** The data directory. */
  public Path data() {
    return directory.data();
  }

  public String jdbcUrl() {
    return jdbcUrl("postgres");
  }

  public String jdbcUrl(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
  }

  /** A connection as superuser to the database {@code postgres}. */
  public Connection connect() throws SQLException {
    return connect("postgres");
  }

  public Connection connect(String database) throws SQLException {
    return connect(database, user(), password());
  }

  public Connection connect(String database, String asUser, String withPassword)
      throws SQLException {
    return DriverManager.getConnection(jdbcUrl(database), asUser, withPassword);
  }

  /** The database {@code postgres}, which every server has. */
  public Database database() {
    return database("postgres");
  }

  /** A database that exists. */
  public Database database(String name) {
    return new Database(this, name);
  }

  public Database createDatabase(String name) {
    database().execute("CREATE DATABASE " + Database.quote(name));
    return database(name);
  }

  /** A database with a name that no other of this server has; tests take one each. */
  public Database createDatabase() {
    return createDatabase("t_" + ProcessHandle.current().pid() + "_" + DATABASES.incrementAndGet());
  }

  /**
   * Writes a file of the data directory, for instance {@code pg_hba.conf} or a certificate;
   * settings name it without a path.
   */
  public void write(String name, List<String> lines) {
    directory.write(name, lines);
  }

  /**
   * Changes settings of {@code postgresql.conf}. When this returns, new connections of a running
   * server see the change; what needs a restart takes effect with one.
   */
  public void set(Map<String, String> changes) {
    settings.putAll(changes);
    directory.writeSettings(port, settings);
    if (!process.isAlive()) {
      return;
    }
    List<String> before = loadTime();
    process.signal("HUP");
    long deadline = System.nanoTime() + RELOAD_WITHIN.toNanos();
    while (loadTime().equals(before)) {
      if (System.nanoTime() > deadline) {
        throw new SandboxException("PostgreSQL does not read its settings again" + endOfLog(0));
      }
      ChildProcess.sleep();
    }
  }

  private List<String> loadTime() {
    return database().query("SELECT extract(epoch FROM pg_conf_load_time())");
  }

  public boolean isRunning() {
    return process.isAlive();
  }

  /**
   * Stops the server and blocks until it has ended.
   *
   * @throws SandboxException when it has not within a minute
   */
  public void stop(StopMode mode) {
    if (!process.stop(mode.signal, STOP_WITHIN)) {
      throw new SandboxException(
          "PostgreSQL "
              + pid()
              + " has not stopped within "
              + STOP_WITHIN.toSeconds()
              + " s ("
              + mode
              + ")"
              + endOfLog(0));
    }
  }

  /** {@code kill -9} for the server with all its processes; they are gone when this returns. */
  public void kill() {
    process.kill();
  }

  /** Starts a server that is down again: same port, same data. */
  public void start() {
    if (process.isAlive()) {
      throw new IllegalStateException("PostgreSQL " + pid() + " is running");
    }
    long log = Unix.size(logFile());
    launch();
    if (!awaitReady()) {
      throw new SandboxException("PostgreSQL has not started" + endOfLog(log));
    }
  }

  /** Stops fast where it runs, and starts: same port, same data, settings as they are now. */
  public void restart() {
    stop(StopMode.FAST);
    start();
  }

  /** SIGSTOP for all processes of the server: connections stay open, nobody answers. */
  public void pause() {
    process.pause();
  }

  public void resume() {
    process.resume();
  }

  /** Ends the server; a temporary directory goes with it. May be repeated. */
  @Override
  public void close() {
    discard();
  }

  private void discard() {
    if (process != null && process.isAlive()) {
      StopMode mode = directory.temporary() ? StopMode.IMMEDIATE : StopMode.FAST;
      if (!process.stop(mode.signal, Duration.ofSeconds(10))) {
        process.kill();
      }
    }
    directory.remove();
    if (options.port().isEmpty()) {
      Ports.release(port);
    }
  }

  private void startOnSomePort() {
    directory.awaitFormer();
    for (int i = 1; ; i++) {
      port = options.port().orElseGet(Ports::free);
      long log = Unix.size(logFile());
      launch();
      if (awaitReady()) {
        setPassword();
        return;
      }
      // Between the look and the start another process may have taken the port.
      boolean portTaken = Unix.lastLines(logFile(), log).contains("could not bind IPv4 address");
      if (!portTaken || options.port().isPresent() || i == TRIES_FOR_A_PORT) {
        throw new SandboxException(
            "PostgreSQL "
                + options.version().major()
                + (portTaken ? " has not started, port " + port + " is in use" : " has not started")
                + endOfLog(log));
      }
    }
  }

  private void launch() {
    directory.writeSettings(port, settings);
    List<String> command = List.of(binaries.postgres().toString(), "-D", data().toString());
    process =
        ChildProcess.start(
            new ChildProcess.Plan(
                command,
                binaries.user(),
                directory.path(),
                Map.of("PATH", "/usr/bin:/bin", "LANG", "C.UTF-8"),
                logFile(),
                StopMode.FAST.signal,
                Duration.ofSeconds(3),
                directory.temporary() ? Optional.of(directory.path()) : Optional.empty()));
  }

  /** True when the server takes connections, false when it has ended. */
  private boolean awaitReady() {
    long deadline = System.nanoTime() + START_WITHIN.toNanos();
    while (process.isAlive()) {
      if (directory
          .postmaster()
          .filter(postmaster -> postmaster.pid() == process.pid() && postmaster.ready())
          .isPresent()) {
        return true;
      }
      if (System.nanoTime() > deadline) {
        throw new SandboxException(
            "PostgreSQL is not ready after " + START_WITHIN.toSeconds() + " s" + endOfLog(0));
      }
      ChildProcess.sleep();
    }
    return false;
  }

  private void setPassword() {
    if (isNew && !password().equals(PostgresOptions.DEFAULT_PASSWORD)) {
      try (Connection c = connect("postgres", user(), PostgresOptions.DEFAULT_PASSWORD);
          var statement = c.createStatement()) {
        statement.execute(
            "ALTER ROLE " + user() + " PASSWORD '" + password().replace("'", "''") + "'");
      } catch (SQLException e) {
        throw new SandboxException("Cannot set the superuser's password", e);
      }
    }
  }

  private String endOfLog(long from) {
    return "; the end of " + logFile() + ":\n" + Unix.lastLines(logFile(), from);
  }
}
