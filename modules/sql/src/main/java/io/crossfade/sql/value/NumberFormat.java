package io.crossfade.sql.value;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The patterns of {@code to_char(number, text)} made of {@code 9 0 . ,}, with {@code FM} in front
 * and {@code MI} or {@code S} at an end. D, G and L depend on the locale; the others are refused.
 */
public final class NumberFormat {

  private static final Pattern KNOWN =
      Pattern.compile("(FM|fm)?(S|s)?([09,]*)(?:\\.([09]*))?(MI|mi|S|s)?");

  private final boolean unpadded;
  private final boolean signInFront;
  private final String behind;
  private final String whole;
  private final String fraction;
  private final boolean point;

  private NumberFormat(Matcher parts) {
    unpadded = parts.group(1) != null;
    signInFront = parts.group(2) != null;
    whole = parts.group(3);
    point = parts.group(4) != null;
    fraction = point ? parts.group(4) : "";
    behind = parts.group(5) == null ? "" : parts.group(5).toUpperCase(java.util.Locale.ROOT);
  }

  /**
   * Reads a format.
   *
   * @throws PgError NOT_SUPPORTED for everything else
   */
  public static NumberFormat of(String format) {
    Matcher parts = KNOWN.matcher(format);
    boolean known =
        parts.matches()
            && parts.group(3).matches("[09][09,]*")
            && !parts.group(3).endsWith(",")
            && !"".equals(parts.group(4))
            && !(parts.group(2) != null && parts.group(5) != null);
    if (!known) {
      throw new PgError(
          PgError.NOT_SUPPORTED,
          "of the patterns of TO_CHAR for numbers only 9 0 , . with FM in front, and S or MI, are"
              + " supported here");
    }
    return new NumberFormat(parts);
  }

  /** The text of a number. */
  public String format(PgNumeric number) {
    if (!number.isFinite()) {
      throw new PgError(PgError.NOT_SUPPORTED, "TO_CHAR of " + number + " is not supported here");
    }
    BigDecimal rounded = number.value().setScale(fraction.length(), RoundingMode.HALF_UP);
    boolean negative = rounded.signum() < 0;
    String digits = rounded.abs().toPlainString();
    int dot = digits.indexOf('.');
    String before = dot < 0 ? digits : digits.substring(0, dot);
    String after = dot < 0 ? "" : digits.substring(dot + 1);
    int places = (int) whole.chars().filter(c -> c != ',').count();
    boolean zero = before.equals("0");
    boolean fits = before.length() <= places;
    String body = fits ? whole(zero && hidesZero() ? "" : before, places) : hashes();
    String tail = fits ? fraction(after) : "#".repeat(fraction.length());
    return signed(body, (point ? "." : "") + tail, negative);
  }

  /** A 9 shows no lone zero in front of the point. */
  private boolean hidesZero() {
    return !fraction.isEmpty();
  }

  private String hashes() {
    return whole.replaceAll("[09]", "#");
  }

  private String whole(String digits, int places) {
    StringBuilder out = new StringBuilder();
    int firstZero = whole.indexOf('0');
    int place = 0;
    boolean started = false;
    for (int i = 0; i < whole.length(); i++) {
      char c = whole.charAt(i);
      if (c == ',') {
        out.append(started ? "," : " ");
        continue;
      }
      int at = place - (places - digits.length());
      boolean forced = firstZero >= 0 && i >= firstZero;
      started |= at >= 0 || forced;
      out.append(at >= 0 ? digits.charAt(at) : forced ? '0' : ' ');
      place++;
    }
    return out.toString();
  }

  private String fraction(String digits) {
    if (!unpadded) {
      return digits;
    }
    int keep = digits.length();
    int least = fraction.lastIndexOf('0') + 1;
    while (keep > least && digits.charAt(keep - 1) == '0') {
      keep--;
    }
    return digits.substring(0, keep);
  }

  private String signed(String body, String tail, boolean negative) {
    int blanks = 0;
    while (blanks < body.length() && body.charAt(blanks) == ' ') {
      blanks++;
    }
    boolean nothing = blanks == body.length() && tail.equals(".");
    String digits = (nothing ? "0" : body.substring(blanks)) + tail;
    String padding = unpadded ? "" : " ".repeat(blanks);
    if (behind.equals("MI")) {
      return padding + digits + (negative ? "-" : unpadded ? "" : " ");
    }
    if (behind.equals("S")) {
      return padding + digits + (negative ? "-" : "+");
    }
    if (signInFront) {
      return padding + (negative ? "-" : "+") + digits;
    }
    return padding + (negative ? "-" : unpadded ? "" : " ") + digits;
  }
}
