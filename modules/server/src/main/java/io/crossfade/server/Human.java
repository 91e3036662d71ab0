package io.crossfade.server;

import java.util.Locale;

/** Numbers as people read them; always with a point, whatever the machine's language. */
final class Human {
  private static final String[] THOUSANDS = {"", "k", "M", "G", "T", "P"};
  private static final String[] BYTES = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  private static final String[] EIGHTHS = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  private static final int BAR = 10;

  private Human() {}

  /** Exact below 10,000, else three digits: {@code 9999}, {@code 52.0M}, {@code 3.10M}. */
  static String count(long value) {
    if (value < 10_000) {
      return Long.toString(value);
    }
    double scaled = value;
    int unit = 0;
    // 999.5k would be written with four digits: it is 1.00M.
    while (scaled >= 999.5 && unit < THOUSANDS.length - 1) {
      scaled /= 1000;
      unit++;
    }
    int decimals = scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0;
    return format("%." + decimals + "f", scaled) + THOUSANDS[unit];
  }

  /** Two digits are enough for what changes all the time: {@code 210/s}, {@code 96k/s}. */
  static String rate(double perSecond) {
    if (perSecond > 0 && perSecond < 0.95) {
      return "<1/s";
    }
    double scaled = perSecond;
    int unit = 0;
    while (scaled >= 999.5 && unit < THOUSANDS.length - 1) {
      scaled /= 1000;
      unit++;
    }
    int decimals = unit > 0 && scaled < 9.95 ? 1 : 0;
    return format("%." + decimals + "f", scaled) + THOUSANDS[unit] + "/s";
  }

  /** {@code 50s}, {@code 1m 50s}, {@code 2h 04m}, {@code 3d 02h}. */
  static String duration(long seconds) {
    long minutes = seconds / 60;
    long hours = minutes / 60;
    if (minutes == 0) {
      return seconds + "s";
    }
    if (hours == 0) {
      return format("%dm %02ds", minutes, seconds % 60);
    }
    return hours < 24
        ? format("%dh %02dm", hours, minutes % 60)
        : format("%dd %02dh", hours / 24, hours % 24);
  }

  /** {@code 0.2 s}, {@code 12 s}, then as a duration. */
  static String seconds(double seconds) {
    if (seconds < 9.95) {
      return format("%.1f s", seconds);
    }
    return seconds < 119.5 ? format("%.0f s", seconds) : duration(Math.round(seconds));
  }

  /** {@code 30 s ago}, {@code 12 m ago}, {@code 3 h ago}, {@code 2 d ago}. */
  static String ago(long seconds) {
    if (seconds < 60) {
      return seconds + " s ago";
    }
    if (seconds < 3600) {
      return seconds / 60 + " m ago";
    }
    return seconds < 2 * 86_400 ? seconds / 3600 + " h ago" : seconds / 86_400 + " d ago";
  }

  /** {@code 184 MiB}, {@code 1.5 GiB}. */
  static String bytes(long bytes) {
    double scaled = bytes;
    int unit = 0;
    while (scaled >= 1023.5 && unit < BYTES.length - 1) {
      scaled /= 1024;
      unit++;
    }
    boolean whole = unit == 0 || scaled >= 9.95 || scaled == Math.rint(scaled);
    return format(whole ? "%.0f " : "%.1f ", scaled) + BYTES[unit];
  }

  /** {@code ███████▉·· 79 %}: rounded down, so that only what is complete looks so. */
  static String bar(long done, long total) {
    long eighths = total == 0 ? BAR * 8L : (long) (BAR * 8 * (double) done / total);
    int full = (int) (eighths / 8);
    String part = EIGHTHS[(int) (eighths % 8)];
    String rest = "·".repeat(BAR - full - part.length());
    long percent = total == 0 ? 100 : (long) (100 * (double) done / total);
    return "█".repeat(full) + part + rest + format(" %3d %%", percent);
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
