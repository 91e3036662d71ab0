package io.crossfade.cli.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.crossfade.cli.demo.DemoJob.Said;
import io.crossfade.sandbox.Database;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The whole way and back, while clients write: a rehearsal, a cutover, a rollback, a cutover again,
 * and the end.
 *
 * @param pauses how long writes were stopped, in the order of the switches
 * @param acknowledged transactions of the clients
 * @param refused transactions that a fence refused, and that were repeated at the other side
 * @param missing acknowledged writes that the new model or the old one does not have; extra ones
 *     count as well
 */
record Passage(List<Pause> pauses, long acknowledged, long refused, List<String> missing) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Between two switches; a few seconds of writes. */
  private static final long WRITES = 4_000;

  private static final long FOLLOWS_WITHIN_SECONDS = 60;

  /** Writes were stopped. */
  record Pause(String command, long millis) {}

  Passage {
    pauses = List.copyOf(pauses);
    missing = List.copyOf(missing);
  }

  boolean success() {
    return missing.isEmpty();
  }

  /**
   * Goes all the way.
   *
   * @param end whether the migration is completed as well
   * @throws DemoFailedException where a command ends otherwise than it should
   */
  static Passage show(
      Database source, Database target, DemoJob job, boolean end, Screen screen, Cleanup cleanup)
      throws Exception {
    AuditClients clients = cleanup.open(() -> AuditClients.start(source, target));
    screen.line(
        "%d clients write to the audit log of whichever model takes it, %,d transactions/s"
            .formatted(AuditClients.CLIENTS, AuditClients.TRANSACTIONS_PER_SECOND));
    clients.awaitMore(WRITES);
    Steps steps = new Steps(job, screen);
    steps.switches("cutover", "--rehearse", "--yes");
    clients.awaitMore(WRITES);
    steps.say("reads", "new");
    steps.switches("cutover", "--yes");
    clients.awaitMore(WRITES);
    steps.switches("rollback", "--yes");
    clients.awaitMore(WRITES);
    steps.say("verify");
    steps.switches("cutover", "--yes");
    clients.awaitMore(WRITES);
    List<String> expected = clients.stop();
    List<String> missing = new ArrayList<>(difference("new", expected, target));
    missing.addAll(followed(expected, source));
    screen.line(
        "%,d acknowledged writes; the new model and the old one agree: %s"
            .formatted(clients.acknowledged(), missing.isEmpty() ? "yes" : "NO"));
    if (end) {
      steps.say("complete", "--yes");
    }
    return new Passage(steps.pauses, clients.acknowledged(), clients.refused(), missing);
  }

  /** The old tables follow; the last writes take a moment. */
  private static List<String> followed(List<String> expected, Database source)
      throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(FOLLOWS_WITHIN_SECONDS);
    List<String> missing = difference("old", expected, source);
    while (!missing.isEmpty() && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(200);
      missing = difference("old", expected, source);
    }
    return missing;
  }

  private static List<String> difference(String model, List<String> expected, Database database) {
    Set<String> is = new HashSet<>(database.query(AuditClients.ROWS));
    Set<String> wanted = new HashSet<>(expected);
    List<String> difference = new ArrayList<>();
    expected.stream()
        .filter(row -> !is.contains(row))
        .forEach(row -> difference.add("the " + model + " model lacks " + row));
    is.stream()
        .filter(row -> !wanted.contains(row))
        .forEach(row -> difference.add("the " + model + " model has " + row));
    return difference;
  }

  void print(PrintStream out) {
    pauses.forEach(
        pause -> line(out, pause.command(), "writes were stopped for %,d ms", pause.millis()));
    line(
        out,
        "acknowledged writes",
        "%,d, of which %,d were refused once and repeated at the other side",
        acknowledged,
        refused);
    line(
        out,
        "lost, or there twice",
        missing.isEmpty() ? "none, in either model" : "%,d",
        missing.size());
    missing.stream().limit(5).forEach(row -> out.println("  " + row));
  }

  private static void line(PrintStream out, String name, String format, Object... values) {
    out.println(
        String.format(Locale.ROOT, "%-27s", name) + String.format(Locale.ROOT, format, values));
  }

  /** Commands, as somebody types them. */
  private static final class Steps {

    private final DemoJob job;
    private final Screen screen;
    private final List<Pause> pauses = new ArrayList<>();

    Steps(DemoJob job, Screen screen) {
      this.job = job;
      this.screen = screen;
    }

    /** A command that moves writes. */
    void switches(String command, String... options) throws Exception {
      List<String> arguments = arguments(command, options);
      arguments.addAll(List.of("-o", "json"));
      Stopwatch watch = Stopwatch.start();
      long millis = report(run(arguments).out()).path("pauseMillis").asLong();
      String shown = shown(command, options);
      screen.done(shown + ": writes were stopped for " + millis + " ms", watch);
      pauses.add(new Pause(shown.replace("crossfade ", ""), millis));
    }

    /** Another one; what it says is shown. */
    void say(String command, String... options) throws Exception {
      Stopwatch watch = Stopwatch.start();
      Said said = run(arguments(command, options));
      screen.done(shown(command, options), watch);
      said.out().lines().forEach(line -> screen.line("  " + line));
    }

    private static List<String> arguments(String command, String... options) {
      List<String> arguments = new ArrayList<>(List.of(command));
      arguments.addAll(List.of(options));
      return arguments;
    }

    private static String shown(String command, String... options) {
      List<String> words = arguments(command, options);
      words.remove("--yes");
      return "crossfade " + String.join(" ", words);
    }

    private Said run(List<String> arguments) throws Exception {
      Said said = job.command(arguments);
      if (said.code() != 0) {
        throw new DemoFailedException(
            "crossfade %s has ended with %d: %s%s"
                .formatted(
                    String.join(" ", arguments),
                    said.code(),
                    said.err().strip(),
                    Optional.of(said.out().strip())
                        .filter(text -> !text.isEmpty())
                        .map(text -> "\n" + text)
                        .orElse("")));
      }
      return said;
    }

    private static JsonNode report(String out) throws DemoFailedException {
      try {
        return JSON.readTree(out);
      } catch (JsonProcessingException e) {
        throw new DemoFailedException("no report: " + out);
      }
    }
  }
}
