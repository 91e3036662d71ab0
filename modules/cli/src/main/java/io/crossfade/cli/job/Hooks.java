package io.crossfade.cli.job;

import io.crossfade.capture.Told;
import io.crossfade.core.phase.Phase;
import io.crossfade.server.Operator;
import io.crossfade.spec.HookSpec;
import io.crossfade.spec.HookSpec.When;
import io.crossfade.spec.Setting;
import io.crossfade.spec.Spec;
import io.crossfade.wire.Event;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a spec has run before and after the phases of its migration: one after the other, in the
 * order of what has happened, so a hook before a phase waits for those of the end of another one.
 */
final class Hooks implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Hooks.class);
  private static final long LOOK_MILLIS = 500;

  /** To the killing of what runs. */
  private static final long CLOSE_SECONDS = 5;

  private final List<HookSpec> hooks;
  private final String migration;
  private final Path directory;
  private final Optional<Told> noted;
  private final Consumer<String> journal;
  private final HookCall calls = new HookCall();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          run -> {
            Thread named = new Thread(run, "crossfade-hooks");
            named.setDaemon(true);
            return named;
          });

  /**
   * @param noted which ends were told; empty where none can have been, or that does not count
   * @param journal takes which hook after a phase has failed
   */
  Hooks(Spec spec, Optional<Told> noted, Consumer<String> journal) {
    this(spec.hooks(), spec.migration(), spec.file().getParent(), noted, journal);
  }

  Hooks(
      List<HookSpec> hooks,
      String migration,
      Path directory,
      Optional<Told> noted,
      Consumer<String> journal) {
    this.hooks = List.copyOf(hooks);
    this.migration = migration;
    this.directory = directory;
    this.noted = noted;
    this.journal = journal;
  }

  /** Those that stand at a phase, as a line each, in the order in which they would be run. */
  List<String> plan(When when, Phase phase) {
    return at(when, phase).stream()
        .map(hook -> "hook " + hook + ", within " + hook.timeout().toMillis() + " ms")
        .toList();
  }

  private List<HookSpec> at(When when, Phase phase) {
    return hooks.stream().filter(h -> h.when() == when && h.phase() == phase).toList();
  }

  /**
   * Runs what stands before a phase. Waits for it, as for all that was told of before.
   *
   * @param told takes which one is run, a line each
   * @throws HookFailed by the first that fails; those behind it are not run, and the phase must not
   *     begin
   */
  void before(Phase phase, String who, String reason, Consumer<String> told)
      throws InterruptedException {
    List<HookSpec> here = at(When.BEFORE, phase);
    if (here.isEmpty()) {
      return;
    }
    Future<Boolean> all =
        thread.submit(
            () -> {
              for (HookSpec hook : here) {
                told.accept("hook " + hook);
                run(hook, told(hook, who, reason));
              }
              return true;
            });
    try {
      all.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof HookFailed failed) {
        throw failed;
      }
      throw new IllegalStateException("the hooks before " + phase + ": " + e.getCause(), e);
    } finally {
      all.cancel(true);
    }
  }

  /**
   * Runs what stands behind phases that have ended, unless that was done. Does not wait and never
   * throws: what fails is a warning in log and journal. Where the job dies before it is done,
   * whoever settles the end next has to tell of it again.
   */
  void after(PhaseEnd end) {
    later(() -> tell(end, hooks));
  }

  /** Waits until all that were told of are run: for who ends the job afterwards. */
  void await() throws InterruptedException {
    try {
      thread.submit(() -> true).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("nothing can fail here", e);
    }
  }

  /** An end that nobody is to be told of, now or by a later start. */
  void leaveOut(PhaseEnd end) {
    later(() -> tell(end, List.of()));
  }

  /** Has the end of the backfill be told when it comes, for the first time. */
  void awaitBackfill(BooleanSupplier done) {
    if (hooks.isEmpty()) {
      return;
    }
    PhaseEnd end =
        new PhaseEnd(
            Optional.of("backfill"), List.of(Phase.BACKFILLING), "done", Operator.here(), "");
    later(
        () -> {
          if (done.getAsBoolean()) {
            tell(end, hooks);
          } else {
            thread.schedule(() -> awaitBackfill(done), LOOK_MILLIS, TimeUnit.MILLISECONDS);
          }
        });
  }

  private interface Telling {
    void run() throws InterruptedException;
  }

  private void later(Telling telling) {
    if (hooks.isEmpty()) {
      return;
    }
    try {
      thread.execute(
          () -> {
            try {
              telling.run();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            } catch (RejectedExecutionException e) {
              LOG.debug("the job ends", e);
            } catch (RuntimeException e) {
              LOG.error("Hooks cannot be run", e);
            }
          });
    } catch (RejectedExecutionException e) {
      LOG.debug("the job ends; its next start tells of it", e);
    }
  }

  private void tell(PhaseEnd end, List<HookSpec> whom) throws InterruptedException {
    if (isNoted(end)) {
      return;
    }
    for (Phase phase : end.phases()) {
      for (HookSpec hook : at(When.AFTER, phase)) {
        if (whom.contains(hook)) {
          runAfter(hook, end);
        }
      }
    }
    note(end);
  }

  private void runAfter(HookSpec hook, PhaseEnd end) throws InterruptedException {
    Map<String, String> told = told(hook, end.who(), end.reason());
    told.put("outcome", end.outcome());
    LOG.info("hook {}", hook);
    try {
      run(hook, told);
    } catch (HookFailed e) {
      LOG.warn("A hook has failed, which stops nothing: {}", e.getMessage());
      journal.accept("hook " + e.summary());
    }
  }

  /** Told twice is better than not at all. */
  private boolean isNoted(PhaseEnd end) throws InterruptedException {
    try {
      return end.id().isPresent() && noted.isPresent() && noted.get().has(end.id().get());
    } catch (KafkaException e) {
      LOG.warn("Whether hooks were told of {} is not known: {}", end.phases(), e.getMessage());
      return false;
    }
  }

  private void note(PhaseEnd end) throws InterruptedException {
    if (end.id().isEmpty() || noted.isEmpty()) {
      return;
    }
    Event event =
        new Event(
            Instant.now().truncatedTo(ChronoUnit.MILLIS),
            Operator.here(),
            "hooks after " + end.phases() + ", " + end.outcome(),
            "");
    try {
      noted.get().note(end.id().get(), event);
    } catch (KafkaException e) {
      LOG.warn("Hooks will be told of {} again: {}", end.phases(), e.getMessage());
    }
  }

  private Map<String, String> told(HookSpec hook, String who, String reason) {
    Map<String, String> told = new LinkedHashMap<>();
    told.put("migration", migration);
    told.put("phase", HookSpec.name(hook.phase()));
    told.put("when", hook.when().toString());
    told.put("who", who);
    told.put("reason", reason);
    return told;
  }

  private void run(HookSpec hook, Map<String, String> told) throws InterruptedException {
    Tail output = new Tail();
    Optional<String> failure;
    List<Setting> settings;
    if (hook.action() instanceof HookSpec.Command command) {
      settings = command.argv();
      failure = HookCommand.run(command, directory, variables(told), hook.timeout(), output);
    } else {
      HookSpec.Webhook webhook = (HookSpec.Webhook) hook.action();
      settings = List.of(webhook.url());
      failure = calls.run(webhook, told, hook.timeout(), output);
    }
    if (failure.isPresent()) {
      String said = output.lines();
      throw new HookFailed(
          hook + ": " + masked(failure.get(), settings),
          (hook.when() == When.BEFORE
                  ? "correct the cause and give the order again, or take the hook out of the spec"
                  : "what it was to do is to be done by hand")
              + (said.isEmpty() ? "" : "; its last output:" + masked(said, settings)));
    }
  }

  private static Map<String, String> variables(Map<String, String> told) {
    Map<String, String> variables = new LinkedHashMap<>();
    told.forEach(
        (name, value) -> variables.put("CROSSFADE_" + name.toUpperCase(Locale.ROOT), value));
    return variables;
  }

  /**
   * Programs and servers like to repeat what they were called with: it is shown as the spec writes
   * it.
   */
  private static String masked(String text, List<Setting> settings) {
    String masked = text;
    for (Setting setting : settings) {
      if (!setting.value().equals(setting.toString())) {
        masked = masked.replace(setting.value(), setting.toString());
        for (String part : partsOfUrl(setting.value())) {
          masked = masked.replace(part, "***");
        }
      }
    }
    return masked;
  }

  /** What of a URL a server sees; what is short would mask whatever is said. */
  private static List<String> partsOfUrl(String value) {
    if (!value.startsWith("http")) {
      return List.of();
    }
    URI uri = URI.create(value);
    String path = uri.getRawPath();
    String query = String.valueOf(uri.getRawQuery());
    return Stream.of(path + "?" + query, query, path)
        .filter(part -> part.length() > 3 && !part.equals("null"))
        .toList();
  }

  /** Ends what runs; what was not told is told by the next start. */
  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("a hook does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
