package io.crossfade.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A Java program as a child process, with the class path of this JVM: for what is killed in tests.
 * It ends when this JVM ends, however that happens.
 */
public final class JavaProcess implements AutoCloseable {

  private final ChildProcess process;
  private final Plan plan;

  /**
   * What to start.
   *
   * @param mainClass whose {@code main} is run
   * @param arguments for it
   * @param options for the JVM
   * @param directory where it runs
   * @param log gets what it prints
   * @param environment what it sees besides a {@code PATH}
   */
  public record Plan(
      String mainClass,
      List<String> arguments,
      List<String> options,
      Path directory,
      Path log,
      Map<String, String> environment) {

    public Plan {
      arguments = List.copyOf(arguments);
      options = List.copyOf(options);
      environment = Map.copyOf(environment);
    }
  }

  private JavaProcess(ChildProcess process, Plan plan) {
    this.process = process;
    this.plan = plan;
  }

  /** Starts it and does not wait for anything that it does. */
  public static JavaProcess start(Plan plan) {
    // In a file: a class path can be longer than a command line may be.
    // Beside its own log: another one may be started while this is read.
    Path classPath = plan.log().resolveSibling(plan.log().getFileName() + ".args");
    try {
      Files.writeString(
          classPath,
          "-cp\n\""
              + System.getProperty("java.class.path").replace("\\", "\\\\").replace("\"", "\\\"")
              + "\"\n");
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + classPath, e);
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(plan.options());
    command.add("@" + classPath);
    command.add(plan.mainClass());
    command.addAll(plan.arguments());
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("PATH", "/usr/bin:/bin");
    environment.put("LANG", "C.UTF-8");
    environment.putAll(plan.environment());
    return new JavaProcess(
        ChildProcess.start(
            new ChildProcess.Plan(
                command,
                Optional.empty(),
                plan.directory(),
                environment,
                plan.log(),
                "TERM",
                Duration.ofSeconds(3),
                Optional.empty())),
        plan);
  }

  public long pid() {
    return process.pid();
  }

  public Path log() {
    return plan.log();
  }

  public boolean isRunning() {
    return process.isAlive();
  }

  /** With what it ended; empty while it runs. 128 + n: ended by signal n. */
  public OptionalInt exitCode() {
    return process.exitCode();
  }

  /** {@code kill -9}, with all processes below it; they are gone when this returns. */
  public void kill() {
    process.kill();
  }

  /** SIGTERM; blocks until it has ended, false where that takes longer than {@code atMost}. */
  public boolean stop(Duration atMost) {
    return process.stop("TERM", atMost);
  }

  /** SIGSTOP, for all processes below it too. */
  public void pause() {
    process.pause();
  }

  public void resume() {
    process.resume();
  }

  /** Kills it where it still runs. */
  @Override
  public void close() {
    if (process.isAlive()) {
      process.kill();
    }
  }
}
