package io.crossfade.sql.value;

import java.time.LocalDate;
import java.time.format.TextStyle;
import java.time.temporal.IsoFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The patterns of {@code to_char(timestamp, text)} that do not depend on a locale. Months and days
 * are English, as in PostgreSQL without TM.
 */
public final class TimeFormat {

  /** As PostgreSQL looks them up: the longer one first where one starts with another. */
  private static final List<String> KNOWN =
      List.of(
          "a.d.", "a.m.", "ad", "am", "b.c.", "bc", "cc", "day", "ddd", "dd", "dy", "d", "hh24",
          "hh12", "hh", "iddd", "id", "iw", "iyyy", "iyy", "iy", "i", "j", "mi", "mm", "month",
          "mon", "ms", "p.m.", "pm", "q", "sssss", "ssss", "ss", "us", "ww", "w", "y,yyy", "yyyy",
          "yyy", "yy", "y", "ff1", "ff2", "ff3", "ff4", "ff5", "ff6", "of", "tzh", "tzm", "tz",
          "rm", "fm", "tm", "fx");

  private static final String[] ROMAN = {
    "XII", "XI", "X", "IX", "VIII", "VII", "VI", "V", "IV", "III", "II", "I"
  };

  /** Literal text, or a pattern as it was written. */
  private record Piece(String text, boolean pattern, boolean unpadded, String suffix) {}

  private final List<Piece> pieces;

  private TimeFormat(List<Piece> pieces) {
    this.pieces = pieces;
  }

  /**
   * Reads a format.
   *
   * @param zoned whether it is for timestamptz, which has TZ and OF
   * @throws PgError NOT_SUPPORTED for TM, FX, SP and what else is not known here
   */
  public static TimeFormat of(String format, boolean zoned) {
    List<Piece> pieces = new ArrayList<>();
    boolean unpadded = false;
    int at = 0;
    while (at < format.length()) {
      char c = format.charAt(at);
      if (c == '"') {
        at = quoted(format, at + 1, pieces);
        continue;
      }
      String pattern = known(format, at);
      if (pattern.isEmpty()) {
        boolean escape = c == '\\' && at + 1 < format.length() && format.charAt(at + 1) == '"';
        int next = at + (escape ? 1 : 0);
        pieces.add(new Piece(format.substring(next, next + 1), false, false, ""));
        at = next + 1;
        continue;
      }
      String lower = pattern.toLowerCase(Locale.ROOT);
      boolean refused =
          lower.equals("tm")
              || lower.equals("fx")
              || (!zoned && (lower.startsWith("tz") || lower.equals("of")));
      if (refused) {
        throw refused(pattern);
      }
      at += pattern.length();
      if (lower.equals("fm")) {
        unpadded = true;
        continue;
      }
      String suffix = "";
      if (format.startsWith("SP", at)) {
        throw refused(pattern + "SP");
      }
      if (format.startsWith("TH", at) || format.startsWith("th", at)) {
        suffix = format.substring(at, at + 2);
        at += 2;
      }
      pieces.add(new Piece(pattern, true, unpadded, suffix));
      unpadded = false;
    }
    return new TimeFormat(pieces);
  }

  private static PgError refused(String pattern) {
    return new PgError(
        PgError.NOT_SUPPORTED, "the pattern " + pattern + " of TO_CHAR is not supported here");
  }

  private static int quoted(String format, int from, List<Piece> pieces) {
    StringBuilder text = new StringBuilder();
    int at = from;
    while (at < format.length() && format.charAt(at) != '"') {
      at += format.charAt(at) == '\\' && at + 1 < format.length() ? 1 : 0;
      text.append(format.charAt(at++));
    }
    pieces.add(new Piece(text.toString(), false, false, ""));
    return at + 1;
  }

  private static String known(String format, int at) {
    for (String pattern : KNOWN) {
      if (format.regionMatches(true, at, pattern, 0, pattern.length())) {
        return format.substring(at, at + pattern.length());
      }
    }
    return "";
  }

  /** The text of a moment; {@code null} for an infinite one and for an empty format. */
  public String format(long micros) {
    if (Dates.isInfinite(micros) || pieces.isEmpty()) {
      return null;
    }
    long day = Math.floorDiv(micros, Dates.MICROS_PER_DAY);
    Moment moment =
        new Moment(
            LocalDate.ofEpochDay(day + Dates.EPOCH_DAYS),
            Math.floorMod(micros, Dates.MICROS_PER_DAY),
            micros,
            day);
    StringBuilder out = new StringBuilder();
    for (Piece piece : pieces) {
      out.append(piece.pattern() ? moment.text(piece) : piece.text());
    }
    return out.toString();
  }

  private record Moment(LocalDate date, long ofDay, long micros, long day) {

    String text(Piece piece) {
      String lower = piece.text().toLowerCase(Locale.ROOT);
      String text = lower.startsWith("y") || lower.startsWith("i") ? year(lower, piece) : null;
      if (text == null) {
        text = number(lower, piece.unpadded());
      }
      if (text != null) {
        return text + ordinal(text, piece.suffix());
      }
      return words(piece.text(), lower, piece.unpadded());
    }

    private int shownYear() {
      return date.getYear() > 0 ? date.getYear() : 1 - date.getYear();
    }

    private String year(String lower, Piece piece) {
      long isoYear = date.get(IsoFields.WEEK_BASED_YEAR);
      long year = lower.startsWith("i") ? (isoYear > 0 ? isoYear : 1 - isoYear) : shownYear();
      return switch (lower) {
        case "y,yyy" -> "%d,%03d".formatted(year / 1000, year % 1000);
        case "yyyy", "iyyy" -> padded(year, 4, piece.unpadded());
        case "yyy", "iyy" -> padded(year % 1000, 3, piece.unpadded());
        case "yy", "iy" -> padded(year % 100, 2, piece.unpadded());
        case "y", "i" -> Long.toString(year % 10);
        default -> null;
      };
    }

    private String number(String lower, boolean unpadded) {
      long seconds = ofDay / 1_000_000;
      long hour = seconds / 3600;
      long fraction = ofDay % 1_000_000;
      return switch (lower) {
        case "hh", "hh12" -> padded(hour % 12 == 0 ? 12 : hour % 12, 2, unpadded);
        case "hh24" -> padded(hour, 2, unpadded);
        case "mi" -> padded(seconds / 60 % 60, 2, unpadded);
        case "ss" -> padded(seconds % 60, 2, unpadded);
        case "ms", "ff3" -> "%03d".formatted(fraction / 1000);
        case "us", "ff6" -> "%06d".formatted(fraction);
        case "ff1" -> "%01d".formatted(fraction / 100_000);
        case "ff2" -> "%02d".formatted(fraction / 10_000);
        case "ff4" -> "%04d".formatted(fraction / 100);
        case "ff5" -> "%05d".formatted(fraction / 10);
        case "ssss", "sssss" -> Long.toString(seconds);
        case "mm" -> padded(date.getMonthValue(), 2, unpadded);
        case "dd" -> padded(date.getDayOfMonth(), 2, unpadded);
        case "ddd" -> padded(date.getDayOfYear(), 3, unpadded);
        case "d" -> Integer.toString(date.getDayOfWeek().getValue() % 7 + 1);
        case "id" -> Integer.toString(date.getDayOfWeek().getValue());
        case "iw" -> padded(date.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), 2, unpadded);
        case "iddd" ->
            padded(
                (date.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR) - 1) * 7
                    + date.getDayOfWeek().getValue(),
                3,
                unpadded);
        case "ww" -> padded((date.getDayOfYear() - 1) / 7 + 1, 2, unpadded);
        case "w" -> Integer.toString((date.getDayOfMonth() - 1) / 7 + 1);
        case "q" -> Integer.toString((date.getMonthValue() - 1) / 3 + 1);
        case "cc" -> century(unpadded);
        case "j" -> TimeField.JULIAN.ofDate(day).toString();
        default -> null;
      };
    }

    private String century(boolean unpadded) {
      long century = Long.parseLong(TimeField.CENTURY.ofDate(day).toString());
      if (century > 99 || century < -99) {
        return Long.toString(century);
      }
      return padded(century, century < 0 ? 3 : 2, unpadded);
    }

    private static String padded(long number, int digits, boolean unpadded) {
      return unpadded ? Long.toString(number) : ("%0" + digits + "d").formatted(number);
    }

    private static String ordinal(String number, String suffix) {
      if (suffix.isEmpty()) {
        return "";
      }
      char last = number.charAt(number.length() - 1);
      boolean teen = number.length() > 1 && number.charAt(number.length() - 2) == '1';
      String lower = "th";
      if (!teen) {
        lower = last == '1' ? "st" : last == '2' ? "nd" : last == '3' ? "rd" : "th";
      }
      return suffix.equals("TH") ? lower.toUpperCase(Locale.ROOT) : lower;
    }

    private String words(String written, String lower, boolean unpadded) {
      boolean afternoon = ofDay >= Dates.MICROS_PER_DAY / 2;
      boolean before = date.getYear() <= 0;
      return switch (lower) {
        case "am", "pm" -> likeFirst(written, afternoon ? "pm" : "am");
        case "a.m.", "p.m." -> likeFirst(written, afternoon ? "p.m." : "a.m.");
        case "ad", "bc" -> likeFirst(written, before ? "bc" : "ad");
        case "a.d.", "b.c." -> likeFirst(written, before ? "b.c." : "a.d.");
        case "month" ->
            name(
                written,
                date.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH),
                9,
                unpadded);
        case "mon" ->
            name(
                written,
                date.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH).substring(0, 3),
                0,
                true);
        case "day" ->
            name(
                written,
                date.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH),
                9,
                unpadded);
        case "dy" ->
            name(
                written,
                date.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH).substring(0, 3),
                0,
                true);
        case "rm" -> roman(written, unpadded);
        case "tz" -> written.startsWith("t") ? "utc" : "UTC";
        case "tzm" -> "00";
        default -> "+00";
      };
    }

    private String roman(String written, boolean unpadded) {
      String roman = ROMAN[12 - date.getMonthValue()];
      String padded = unpadded ? roman : "%-4s".formatted(roman);
      return written.startsWith("r") ? padded.toLowerCase(Locale.ROOT) : padded;
    }

    private static String likeFirst(String written, String lower) {
      return Character.isUpperCase(written.charAt(0)) ? lower.toUpperCase(Locale.ROOT) : lower;
    }

    private static String name(String written, String name, int width, boolean unpadded) {
      String cased = name;
      if (Character.isLowerCase(written.charAt(0))) {
        cased = name.toLowerCase(Locale.ROOT);
      } else if (Character.isUpperCase(written.charAt(1))) {
        cased = name.toUpperCase(Locale.ROOT);
      }
      return unpadded ? cased : ("%-" + width + "s").formatted(cased);
    }
  }
}
