package io.crossfade.sandbox;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A server as a child process that never outlives its parent.
 *
 * <p>Between the parent and the server stands a guard, a few lines of shell. It waits for the end
 * of its standard input, which only this JVM holds open: the kernel closes it when the JVM ends,
 * even by {@code kill -9}. The guard then ends the server and takes the temporary directory with
 * it. It runs in a session of its own, because Ctrl-C goes to all processes of a terminal's group,
 * and the parent wants to stop its children in order.
 */
final class ChildProcess {

  /**
   * The guard.
   *
   * <p>$1: the signal that asks the server to end; $2: tenths of a second that it then has; $3:
   * what to delete when the parent is gone, or nothing; the rest: the server. Prints the server's
   * process id. A server that was stopped by SIGSTOP is woken up, with its children, else it could
   * not end.
   */
  private static final String GUARD =
      """
      signal=$1; patience=$2; trash=$3; shift 3
      exec 3<&0 </dev/null
      trap 'eof=1' TERM
      "$@" 3<&- >&2 &
      server=$!
      echo $server
      exec >&2
      (trap - TERM; cat <&3; kill -TERM $$) >/dev/null 2>&1 &
      watcher=$!
      exec 3<&-
      await() {
        i=0
        while kill -0 $server 2>/dev/null && [ $i -lt $1 ]; do sleep 0.1; i=$((i+1)); done
      }
      wait $server
      code=$?
      if [ -n "$eof" ]; then
        kill -CONT $server $(cat /proc/$server/task/$server/children 2>/dev/null) 2>/dev/null
        kill -$signal $server 2>/dev/null
        await $patience
        kill -QUIT $server 2>/dev/null
        await 10
        kill -KILL $server 2>/dev/null
        wait $server
        if [ -n "$trash" ]; then rm -rf "$trash"; fi
      fi
      kill $watcher 2>/dev/null
      exit $code
      """;

  /**
   * What to start and how.
   *
   * @param command the server
   * @param user as whom to run it; empty: as we are
   * @param directory where it runs
   * @param environment all that it sees
   * @param log gets what it prints
   * @param signal asks it to end, such as "TERM"
   * @param patience how long it may take to end when the parent is gone
   * @param trash deleted when the parent is gone
   */
  record Plan(
      List<String> command,
      Optional<Unix.User> user,
      Path directory,
      Map<String, String> environment,
      Path log,
      String signal,
      Duration patience,
      Optional<Path> trash) {}

  private final Process guard;
  private final ProcessHandle server;

  private ChildProcess(Process guard, ProcessHandle server) {
    this.guard = guard;
    this.server = server;
  }

  static ChildProcess start(Plan plan) {
    List<String> command = new ArrayList<>();
    Unix.program("setsid").ifPresent(setsid -> command.add(setsid.toString()));
    plan.user().ifPresent(user -> command.addAll(as(user)));
    command.addAll(List.of("/bin/sh", "-c", GUARD, "crossfade-guard"));
    command.add(plan.signal());
    command.add(Long.toString(plan.patience().toMillis() / 100));
    command.add(plan.trash().map(Path::toString).orElse(""));
    command.addAll(plan.command());
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(plan.directory().toFile())
            .redirectError(Redirect.appendTo(plan.log().toFile()));
    builder.environment().clear();
    builder.environment().putAll(plan.environment());
    try {
      Process guard = builder.start();
      try (BufferedReader out =
          new BufferedReader(
              new InputStreamReader(guard.getInputStream(), StandardCharsets.UTF_8))) {
        String pid = out.readLine();
        if (pid == null) {
          throw new SandboxException(
              "Cannot start "
                  + plan.command().get(0)
                  + "; the end of "
                  + plan.log()
                  + ":\n"
                  + Unix.lastLines(plan.log(), 0));
        }
        // A server that ends at once may be gone by now: then the guard is as dead as it is.
        return new ChildProcess(
            guard, ProcessHandle.of(Long.parseLong(pid)).orElse(guard.toHandle()));
      }
    } catch (IOException e) {
      throw new SandboxException("Cannot start " + String.join(" ", plan.command()), e);
    }
  }

  /** What to put before a command to run it as another user; only root can. */
  static List<String> as(Unix.User user) {
    return Unix.program("setpriv")
        .map(
            setpriv ->
                List.of(
                    setpriv.toString(),
                    "--reuid=" + user.uid(),
                    "--regid=" + user.gid(),
                    "--clear-groups",
                    "--"))
        .or(
            () ->
                Unix.program("runuser")
                    .map(runuser -> List.of(runuser.toString(), "-u", user.name(), "--")))
        .orElseThrow(
            () ->
                new SandboxException(
                    "PostgreSQL does not run as root, and there is neither setpriv nor runuser to"
                        + " run it as "
                        + user.name()
                        + ". Install util-linux or start this as another user."));
  }

  long pid() {
    return server.pid();
  }

  boolean isAlive() {
    return guard.isAlive();
  }

  /** With what the server ended; empty while it lives. 128 + n: ended by signal n. */
  OptionalInt exitCode() {
    return guard.isAlive() ? OptionalInt.empty() : OptionalInt.of(guard.exitValue());
  }

  void signal(String signal) {
    Unix.signal(signal, List.of(server));
  }

  /** Asks the server to end and blocks until it has; false when it has not within the time. */
  boolean stop(String signal, Duration atMost) {
    if (guard.isAlive()) {
      resume();
      signal(signal);
    }
    return awaitEnd(atMost);
  }

  /** {@code kill -9} for the server and all processes below it; blocks until they are gone. */
  void kill() {
    if (guard.isAlive()) {
      // Stopped first, so that it starts no further child that we would not know of.
      signal("STOP");
      List<ProcessHandle> all = withDescendants();
      Unix.signal("KILL", all);
      all.forEach(
          process ->
              await(
                  () -> !Unix.isAlive(process.pid()),
                  "Process " + process.pid() + " does not end although killed"));
    }
    awaitEnd(Duration.ofSeconds(10));
  }

  /** SIGSTOP for the server and all processes below it: as if the machine hung. */
  void pause() {
    signal("STOP");
    Unix.signal("STOP", withDescendants());
  }

  void resume() {
    Unix.signal("CONT", withDescendants());
  }

  private List<ProcessHandle> withDescendants() {
    return Stream.concat(Stream.of(server), server.descendants()).toList();
  }

  private boolean awaitEnd(Duration atMost) {
    try {
      return guard.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SandboxException("Interrupted while process " + pid() + " was ending", e);
    }
  }

  private static void await(java.util.function.BooleanSupplier condition, String otherwise) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new SandboxException(otherwise);
      }
      sleep();
    }
  }

  /** One step of polling what cannot be waited for. */
  static void sleep() {
    try {
      Thread.sleep(10);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SandboxException("Interrupted while waiting for a child process", e);
    }
  }
}
