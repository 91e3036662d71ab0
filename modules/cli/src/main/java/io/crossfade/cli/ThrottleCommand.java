package io.crossfade.cli;

import io.crossfade.server.Status;
import java.util.Locale;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

@Command(
    name = "throttle",
    description = {
      "Sets how fast the backfill may go, all tables together, at once and after a restart.",
      "A spec that is changed later, and the job started with it, counts more."
    },
    mixinStandardHelpOptions = true)
final class ThrottleCommand extends JobCommand {

  /** What the option says. */
  private record Rate(OptionalLong rowsPerSecond) {}

  @Option(
      names = "--max-rows-per-second",
      required = true,
      paramLabel = "N",
      converter = RateConverter.class,
      description = "a whole number of at least 1, or: unlimited")
  private Rate rate;

  @Override
  OptionalLong maxRowsPerSecond() {
    return rate.rowsPerSecond();
  }

  @Override
  String done(Status after) {
    return rate.rowsPerSecond().isPresent()
        ? String.format(
            Locale.ROOT,
            "throttled: the backfill reads at most %,d rows/s",
            rate.rowsPerSecond().getAsLong())
        : "throttled: the backfill reads as fast as it can";
  }

  private static final class RateConverter implements ITypeConverter<Rate> {
    @Override
    public Rate convert(String value) {
      if (value.equals("unlimited")) {
        return new Rate(OptionalLong.empty());
      }
      if (value.matches("[1-9][0-9]{0,17}")) {
        return new Rate(OptionalLong.of(Long.parseLong(value)));
      }
      throw new TypeConversionException(
          "expected a whole number of at least 1, or unlimited, but was '" + value + "'");
    }
  }
}
