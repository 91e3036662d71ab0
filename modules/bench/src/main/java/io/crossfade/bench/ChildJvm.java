package io.crossfade.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A Java program in a process of its own: with our class path, and with the options that this JVM
 * was started with. The launcher gives the same to the bench and to a job, so they are written down
 * in one place, and what is measured runs as it does for a user. It ends when this JVM ends in
 * order.
 */
final class ChildJvm implements Observer.Alive, AutoCloseable {

  private static final long END_WITHIN_SECONDS = 60;
  private static final long EVERY_MILLIS = 10;
  private static final int SHOWN_LINES = 20;

  private final String name;
  private final Process process;
  private final Path log;
  private final Thread hook;

  private ChildJvm(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
    this.hook = new Thread(process::destroyForcibly, "bench-end-" + name);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Starts it and does not wait.
   *
   * @param directory where it runs; what it prints goes into {@code NAME.log} there
   * @param environment what it sees besides ours
   */
  static ChildJvm start(
      String name,
      String mainClass,
      List<String> arguments,
      Path directory,
      Map<String, String> environment)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options());
    command.add(mainClass);
    command.addAll(arguments);
    Path log = Files.createDirectories(directory).resolve(name + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    return new ChildJvm(name, builder.start(), log);
  }

  /** Without agents and debuggers, which belong to this JVM alone. */
  private static List<String> options() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> !option.startsWith("-javaagent") && !option.startsWith("-agentlib"))
        .toList();
  }

  long pid() {
    return process.pid();
  }

  private List<String> printed() {
    return Proc.lines(log);
  }

  /** Waits until it has printed that line; looks every ten milliseconds. */
  void awaitLine(String line) throws InterruptedException {
    while (!printed().contains(line)) {
      requireAlive();
      TimeUnit.MILLISECONDS.sleep(EVERY_MILLIS);
    }
  }

  @Override
  public void requireAlive() {
    if (!process.isAlive()) {
      throw new IllegalStateException(
          name
              + " has ended with "
              + process.exitValue()
              + "; the end of what it printed:\n"
              + end());
    }
  }

  private String end() {
    List<String> lines = printed();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size()));
  }

  /** Tells it to end by SIGTERM and waits for that. */
  @Override
  public void close() {
    process.destroy();
    boolean ended = false;
    try {
      ended = process.waitFor(END_WITHIN_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().removeShutdownHook(hook);
    if (!ended) {
      process.destroyForcibly();
      throw new IllegalStateException(
          name + " has not ended within " + END_WITHIN_SECONDS + " s; what it printed:\n" + end());
    }
  }
}
