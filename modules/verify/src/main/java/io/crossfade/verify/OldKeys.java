package io.crossfade.verify;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.EvaluationException;
import io.crossfade.sql.OutputColumn;
import io.crossfade.sql.SelectPlan;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From the key of a new row to that of the old one which it would come from. Each column of the new
 * key is one of the old key, as it is or cast without loss. The way back of a cast is a guess at
 * the old value's text, of which the SELECT's own expression must make the new value. So an old key
 * that is found is the right one. Where none is found there may be one all the same, as for dates
 * before our era; for some casts the guess is the only text that there can be, and then there is
 * {@link None}: no old row can make the key.
 */
public final class OldKeys implements OldRows {

  private static final Logger LOG = LoggerFactory.getLogger(OldKeys.class);

  private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private static final Set<TypeFamily> TEXTS = EnumSet.of(TypeFamily.TEXT, TypeFamily.VARCHAR);

  /** Which print whole numbers as whole numbers of the old types are printed. */
  private static final Set<TypeFamily> NUMBERS =
      EnumSet.of(TypeFamily.INT2, TypeFamily.INT4, TypeFamily.INT8, TypeFamily.NUMERIC);

  /** Old values that show whether the new column prints them as they are. */
  private static final Map<TypeFamily, List<String>> PROBES =
      Map.of(
          TypeFamily.INT2, List.of("0", "7", "-32768", "32767"),
          TypeFamily.INT4, List.of("0", "7", "-2147483648", "2147483647"),
          TypeFamily.INT8, List.of("0", "7", "-9223372036854775808", "9223372036854775807"),
          TypeFamily.UUID, List.of("01234567-89ab-cdef-0123-456789abcdef"));

  private final SelectPlan plan;
  private final Table target;

  /**
   * @param plan the SELECT, cast to the columns of the new table
   */
  public OldKeys(SelectPlan plan, Table target) {
    this.plan = plan;
    this.target = target;
  }

  @Override
  public List<Behind> of(List<Map<String, String>> keys) {
    return keys.stream().map(this::of).toList();
  }

  private Behind of(Map<String, String> key) {
    String[] values = new String[plan.source().columns().size()];
    boolean unknown = false;
    for (String name : target.primaryKey()) {
      Optional<String> old = old(name, key.get(name));
      if (old.isPresent()) {
        values[index(oldColumn(name))] = old.get();
      } else if (isOnlyGuess(name)) {
        return new None(Row.of(target.primaryKey().stream().map(key::get).toArray(String[]::new)));
      } else {
        unknown = true;
      }
    }
    return unknown ? new Unknown() : new Found(Row.of(values));
  }

  /**
   * Whether a value that is not found by its guess is made of no old value. It is where the new
   * column prints old values as they stand in old rows: then the text itself was the only guess,
   * and the old type has it not, or the expression has made another one of it.
   */
  private boolean isOnlyGuess(String name) {
    TypeFamily made = target.column(name).type().family();
    TypeFamily old = plan.source().column(oldColumn(name)).type().family();
    boolean alike = TEXTS.contains(made) || old != TypeFamily.UUID && NUMBERS.contains(made);
    return alike && PROBES.containsKey(old) && printsAsItIs(name, PROBES.get(old));
  }

  /** A cast in between may print in another way, or refuse large ones; not all of them. */
  private boolean printsAsItIs(String name, List<String> probes) {
    return made(name, probes.get(0)).isPresent()
        && probes.stream().allMatch(old -> made(name, old).orElse(old).equals(old));
  }

  private Optional<String> old(String name, String value) {
    Optional<String> text = text(plan.source().column(oldColumn(name)).type().family(), value);
    TypeFamily family = target.column(name).type().family();
    return text.filter(
        guess -> made(name, guess).equals(Optional.of(RowComparison.normal(family, value))));
  }

  /** What the SELECT makes of an old value; empty where it refuses it. */
  private Optional<String> made(String name, String old) {
    String[] values = new String[plan.source().columns().size()];
    values[index(oldColumn(name))] = old;
    try {
      return Optional.of(
          RowComparison.normal(
              target.column(name).type().family(),
              plan.evaluateColumns(List.of(name), Row.of(values)).get(0)));
    } catch (EvaluationException | RuntimeException e) {
      LOG.debug("{} is no {} of {}", old, oldColumn(name), plan.source().id(), e);
      return Optional.empty();
    }
  }

  /** What the old value would be written as, if it is one: there is one text for each. */
  private static Optional<String> text(TypeFamily old, String value) {
    return switch (old) {
      case INT2 -> whole(value, Short.MIN_VALUE, Short.MAX_VALUE);
      case INT4 -> whole(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
      case INT8 -> whole(value, Long.MIN_VALUE, Long.MAX_VALUE);
      case UUID -> Optional.of(value).filter(text -> UUID.matcher(text).matches());
      case BOOLEAN ->
          Optional.ofNullable(
              Map.of("t", "t", "true", "t", "1", "t", "f", "f", "false", "f", "0", "f").get(value));
      case DATE -> Optional.of(value.replaceFirst(" 00:00:00(\\+00)?$", ""));
      case TIMESTAMP -> Optional.of(value.replaceFirst("\\+00$", ""));
      case TIMESTAMPTZ -> Optional.of(value.replaceFirst("(\\+00)?$", "+00"));
      default -> Optional.of(value);
    };
  }

  private static Optional<String> whole(String value, long least, long most) {
    try {
      long number = Long.parseLong(value);
      return number >= least && number <= most
          ? Optional.of(Long.toString(number))
          : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private String oldColumn(String name) {
    return plan.columns().stream()
        .filter(column -> column.name().equals(name))
        .findFirst()
        .flatMap(OutputColumn::injectiveOf)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "the key " + name + " of " + target.id() + " is not an old key"));
  }

  private int index(String column) {
    return plan.source().indexOf(column).orElseThrow();
  }
}
