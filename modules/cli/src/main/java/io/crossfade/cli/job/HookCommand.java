package io.crossfade.cli.job;

import io.crossfade.spec.HookSpec;
import io.crossfade.spec.Setting;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a program as a hook: with the environment of the job, and what it is told beside that. */
final class HookCommand {

  private static final Logger LOG = LoggerFactory.getLogger(HookCommand.class);

  /** What it has left in the background may hold its output open for ever. */
  private static final long OUTPUT_MILLIS = 1_000;

  private HookCommand() {}

  /**
   * Runs it to its end. An interrupt, as the timeout, ends it and what it has started.
   *
   * @param directory in which it runs
   * @param told by the names of environment variables
   * @param output takes what it says
   * @return why it has not succeeded; empty where it has
   */
  static Optional<String> run(
      HookSpec.Command command,
      Path directory,
      Map<String, String> told,
      Duration timeout,
      Tail output)
      throws InterruptedException {
    List<String> argv = command.argv().stream().map(Setting::value).toList();
    ProcessBuilder builder =
        new ProcessBuilder(argv).directory(directory.toFile()).redirectErrorStream(true);
    // A NUL would end the variable, and Java refuses it.
    told.forEach((name, value) -> builder.environment().put(name, value.replace('\0', ' ')));
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      return Optional.of("it cannot be started: " + e.getMessage());
    }
    Thread atShutdown = new Thread(() -> end(process.toHandle()), "crossfade-hook-end");
    try {
      // A job that is told to end before it is open is closed by nobody.
      Runtime.getRuntime().addShutdownHook(atShutdown);
      return await(process, timeout, output);
    } catch (IllegalStateException e) {
      return Optional.of("the job ends");
    } finally {
      end(process.toHandle());
      stay(atShutdown);
    }
  }

  private static Optional<String> await(Process process, Duration timeout, Tail output)
      throws InterruptedException {
    Thread reader = new Thread(() -> read(process, output), "crossfade-hook-output");
    reader.setDaemon(true);
    reader.start();
    if (!process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
      return Optional.of("it has not ended within " + timeout.toMillis() + " ms, and was killed");
    }
    reader.join(OUTPUT_MILLIS);
    return process.exitValue() == 0
        ? Optional.empty()
        : Optional.of("exit code " + process.exitValue());
  }

  private static void read(Process process, Tail output) {
    byte[] buffer = new byte[8192];
    try (InputStream in = process.getInputStream()) {
      process.getOutputStream().close();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        output.add(buffer, count);
      }
    } catch (IOException e) {
      LOG.debug("the output of a hook ends", e);
    }
  }

  /**
   * Each is asked for its own children right before it is killed: what it starts in between would
   * be nobody's.
   */
  private static void end(ProcessHandle process) {
    List<ProcessHandle> below = process.descendants().toList();
    process.destroyForcibly();
    below.forEach(HookCommand::end);
  }

  private static void stay(Thread atShutdown) {
    try {
      Runtime.getRuntime().removeShutdownHook(atShutdown);
    } catch (IllegalStateException e) {
      LOG.debug("the process ends already", e);
    }
  }
}
