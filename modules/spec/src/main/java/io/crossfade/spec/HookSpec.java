package io.crossfade.spec;

import io.crossfade.core.phase.Phase;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * Something of the user's that is run where a phase begins or has ended.
 *
 * @param when on which side of the phase
 * @param phase of the migration
 * @param action what is run
 * @param timeout how long it may take; more than nothing
 */
public record HookSpec(When when, Phase phase, Action action, Duration timeout) {

  /** How long a hook may take where the spec does not say. */
  static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

  /** On which side of its phase a hook stands. */
  public enum When {
    /** The phase begins only where it succeeds. */
    BEFORE,
    /** It is told of the phase's end, whichever that was. */
    AFTER;

    /** As the spec writes it. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What a hook does. Its {@code toString} is as the spec writes it: safe to print. */
  public sealed interface Action {}

  /**
   * A program, without a shell.
   *
   * @param argv the program and its arguments; a program that is named by a relative path is made
   *     absolute
   */
  public record Command(List<Setting> argv) implements Action {
    public Command {
      argv = List.copyOf(argv);
      if (argv.isEmpty()) {
        throw new IllegalArgumentException("a command needs a program");
      }
    }

    @Override
    public String toString() {
      return String.join(" ", argv.stream().map(Setting::toString).toList());
    }
  }

  /**
   * A POST.
   *
   * @param url of http or https
   */
  public record Webhook(Setting url) implements Action {
    public Webhook {
      Objects.requireNonNull(url, "url");
    }

    /** What is wrong with a URL, to be put behind the key's name; never with the URL itself. */
    static Optional<String> complaint(String url) {
      try {
        URI uri = new URI(url);
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        if (!List.of("http", "https").contains(scheme) || uri.getHost() == null) {
          return Optional.of("must begin with http:// or https:// and a host");
        }
        return uri.getRawUserInfo() == null
            ? Optional.empty()
            : Optional.of("must not hold user and password, which would not be sent");
      } catch (URISyntaxException e) {
        return Optional.of("is no URL");
      }
    }

    @Override
    public String toString() {
      return "POST " + url;
    }
  }

  public HookSpec {
    Objects.requireNonNull(when, "when");
    Objects.requireNonNull(phase, "phase");
    Objects.requireNonNull(action, "action");
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("no time for a hook: " + timeout);
    }
  }

  /** A phase as specs and hooks write it: {@code cutting-over}. */
  public static String name(Phase phase) {
    return phase.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The phase of that name. */
  static Phase phase(String name) {
    return Phase.valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  /** For messages: {@code before: cutting-over, ./announce.sh}. */
  @Override
  public String toString() {
    return when + ": " + name(phase) + ", " + action;
  }
}
