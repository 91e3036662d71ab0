package io.crossfade.sql.reverse;

import static io.crossfade.core.table.ColumnType.UNSPECIFIED;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.front.ParsedSelect;
import io.crossfade.sql.front.ParsedSelect.Item;
import io.crossfade.sql.front.SqlName;
import io.crossfade.sql.front.Term;
import io.crossfade.sql.front.Term.CallTerm;
import io.crossfade.sql.front.Term.CastTerm;
import io.crossfade.sql.front.Term.ColumnTerm;
import io.crossfade.sql.front.Term.LiteralTerm;
import io.crossfade.sql.value.PgTypes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;

/**
 * Old columns that were split over several new ones, and come back where all parts are there:
 *
 * <ul>
 *   <li>a text that was cut: its pieces one after the other, with the separator that was left out.
 *       A text without it has no first piece, so it was a bad row, and is not in the new table;
 *   <li>a date and a time of day: their sum. Infinity has no time of day, so it is the date alone;
 *   <li>an integer's quotient and remainder: {@code q * k + r}, which is never further from zero
 *       than the integer was.
 * </ul>
 *
 * NULL has only parts that are NULL, and comes back from them. Parts that are written on their own
 * may be parts of nothing, so a split is always lossy. A part of the key is not looked for: two
 * pairs of parts may be one old key.
 */
final class Splits {

  /**
   * How an old column comes back.
   *
   * @param parts the new columns
   * @param expression gives the old value
   */
  record Split(List<Column> parts, String expression) {}

  /**
   * What a new column holds.
   *
   * @param what of the old column
   * @param expression gives it from the new column
   */
  private record Part(Column column, Term what, String expression) {}

  /** Where a piece begins or ends: at a place, at a separator, or behind it. */
  private record Cut(long place, String separator, boolean behind) {
    static final Cut START = at(1);
    static final Cut END = at(Long.MAX_VALUE);

    static Cut at(long place) {
      return new Cut(place, "", false);
    }
  }

  /** From one cut to another one. */
  private record Piece(Part part, Cut from, Cut to) {}

  private static final Set<TypeFamily> STRINGS = Set.of(TypeFamily.TEXT, TypeFamily.VARCHAR);
  private static final Set<TypeFamily> MOMENTS =
      Set.of(TypeFamily.TIMESTAMP, TypeFamily.TIMESTAMPTZ);

  private final ParsedSelect forward;
  private final Table target;

  Splits(Forward mapping) {
    forward = mapping.select().parsed();
    target = mapping.target();
  }

  /** How the parts of an old column make it; empty where it was not split, or parts are missing. */
  Optional<Split> of(int oldColumn) {
    Column old = forward.source().columns().get(oldColumn);
    if (forward.source().primaryKey().contains(old.name())) {
      return Optional.empty();
    }
    TypeFamily family = old.type().family();
    if (STRINGS.contains(family)) {
      return joined(oldColumn);
    }
    if (MOMENTS.contains(family)) {
      return moment(oldColumn, old.type());
    }
    return family.isInteger() ? counted(oldColumn, old.type()) : Optional.empty();
  }

  private Optional<Split> joined(int oldColumn) {
    List<Piece> pieces = new ArrayList<>();
    for (Part part : parts(Splits::textType)) {
      piece(part, oldColumn).ifPresent(pieces::add);
    }
    return way(Cut.START, pieces)
        .map(
            way -> {
              List<String> texts = new ArrayList<>();
              for (Piece piece : way) {
                texts.add(piece.part().expression());
                if (!piece.to().separator().isEmpty()) {
                  texts.add(SqlName.literal(piece.to().separator()));
                }
              }
              return new Split(
                  way.stream().map(piece -> piece.part().column()).toList(),
                  String.join(" || ", texts));
            });
  }

  /** Pieces from a cut to the end, each of which begins where the one before has ended. */
  private static Optional<List<Piece>> way(Cut from, List<Piece> pieces) {
    if (from.equals(Cut.END)) {
      return Optional.of(List.of());
    }
    for (Piece piece : pieces) {
      if (piece.from().equals(from)) {
        List<Piece> rest = new ArrayList<>(pieces);
        rest.remove(piece);
        Cut to = piece.to();
        Cut next = to.separator().isEmpty() ? to : new Cut(0, to.separator(), true);
        Optional<List<Piece>> behind = way(next, rest);
        if (behind.isPresent()) {
          List<Piece> way = new ArrayList<>(List.of(piece));
          way.addAll(behind.get());
          return Optional.of(way);
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<Piece> piece(Part part, int oldColumn) {
    if (!(part.what() instanceof CallTerm call)) {
      return Optional.empty();
    }
    List<Term> arguments = call.arguments();
    if (arguments.isEmpty() || !isColumn(arguments.get(0), oldColumn)) {
      return Optional.empty();
    }
    boolean substring = call.name().equals("substring") || call.name().equals("substr");
    if (call.name().equals("left")) {
      return number(arguments.get(1)).stream()
          .filter(length -> length >= 0)
          .mapToObj(length -> new Piece(part, Cut.START, Cut.at(1 + length)))
          .findFirst();
    }
    if (!substring) {
      return Optional.empty();
    }
    Term start = arguments.get(1);
    OptionalLong place = number(start);
    if (arguments.size() == 2) {
      return place.isPresent()
          ? piece(part, place.getAsLong(), Cut.END)
          : behind(start, oldColumn).map(from -> new Piece(part, from, Cut.END));
    }
    OptionalLong length = number(arguments.get(2));
    if (place.isPresent() && length.isPresent() && length.getAsLong() >= 0) {
      return piece(part, place.getAsLong(), Cut.at(place.getAsLong() + length.getAsLong()));
    }
    // Without the separator the length is -1, which is an error.
    return place.equals(OptionalLong.of(1))
        ? before(arguments.get(2), oldColumn).map(to -> new Piece(part, Cut.START, to))
        : Optional.empty();
  }

  private static Optional<Piece> piece(Part part, long from, Cut to) {
    return from < 1 ? Optional.empty() : Optional.of(new Piece(part, Cut.at(from), to));
  }

  /** {@code POSITION(s IN x) - 1}. */
  private static Optional<Cut> before(Term length, int oldColumn) {
    return away(length, "-", oldColumn)
        .filter(found -> found.distance() == 1)
        .map(found -> new Cut(0, found.separator(), false));
  }

  /** {@code POSITION(s IN x) + n}, for a separator of n characters. */
  private static Optional<Cut> behind(Term start, int oldColumn) {
    return away(start, "+", oldColumn)
        .filter(
            found ->
                found.distance() == found.separator().codePointCount(0, found.separator().length()))
        .map(found -> new Cut(0, found.separator(), true));
  }

  private record Away(String separator, long distance) {}

  private static Optional<Away> away(Term term, String sign, int oldColumn) {
    if (!(term instanceof CallTerm sum) || !sum.name().equals(sign)) {
      return Optional.empty();
    }
    List<Term> operands = sum.arguments();
    OptionalLong distance = operands.size() == 2 ? number(operands.get(1)) : OptionalLong.empty();
    if (distance.isEmpty() || !(operands.get(0) instanceof CallTerm call)) {
      return Optional.empty();
    }
    List<Term> arguments = new ArrayList<>(call.arguments());
    if (call.name().equals("strpos")) {
      Collections.reverse(arguments);
    } else if (!call.name().equals("position")) {
      return Optional.empty();
    }
    return isColumn(arguments.get(1), oldColumn)
            && arguments.get(0) instanceof LiteralTerm separator
            && separator.kind() == LiteralTerm.Kind.STRING
            && !separator.text().isEmpty()
        ? Optional.of(new Away(separator.text(), distance.getAsLong()))
        : Optional.empty();
  }

  private Optional<Split> moment(int oldColumn, ColumnType type) {
    Optional<Part> day = cast(oldColumn, PgTypes.DATE);
    Optional<Part> time = cast(oldColumn, PgTypes.TIME);
    if (day.isEmpty() || time.isEmpty()) {
      return Optional.empty();
    }
    String date = day.get().expression();
    String sum =
        "COALESCE("
            + date
            + " + "
            + time.get().expression()
            + ", CAST("
            + date
            + " AS timestamp without time zone))";
    boolean zoned = type.family() == TypeFamily.TIMESTAMPTZ;
    return Optional.of(
        new Split(
            List.of(day.get().column(), time.get().column()),
            zoned || type.precision() != UNSPECIFIED
                ? "CAST(" + sum + " AS " + type.name() + ")"
                : sum));
  }

  private Optional<Part> cast(int oldColumn, ColumnType type) {
    return parts(what -> type).stream()
        .filter(
            part ->
                part.what() instanceof CastTerm cast
                    && cast.target().equals(type)
                    && isColumn(cast.argument(), oldColumn))
        .findFirst();
  }

  private Optional<Split> counted(int oldColumn, ColumnType type) {
    for (Part quotient : parts(what -> type)) {
      OptionalLong by = operand(quotient, oldColumn, "/");
      for (Part remainder : by.isPresent() ? parts(what -> type) : List.<Part>of()) {
        if (operand(remainder, oldColumn, "%", "mod").equals(by)) {
          String sum =
              "CAST("
                  + SqlName.of(quotient.column().name())
                  + " AS "
                  + type.name()
                  + ") * "
                  + by.getAsLong()
                  + " + "
                  + SqlName.of(remainder.column().name());
          return Optional.of(
              new Split(
                  List.of(quotient.column(), remainder.column()),
                  "CAST(" + sum + " AS " + type.name() + ")"));
        }
      }
    }
    return Optional.empty();
  }

  /** The number behind the sign, where it is an integer above 1. */
  private static OptionalLong operand(Part part, int oldColumn, String... signs) {
    return part.what() instanceof CallTerm call
            && Arrays.asList(signs).contains(call.name())
            && call.arguments().size() == 2
            && isColumn(call.arguments().get(0), oldColumn)
            && part.column().type().family().isInteger()
        ? number(call.arguments().get(1)).stream().filter(by -> by > 1).findFirst()
        : OptionalLong.empty();
  }

  /** A piece of so many characters at most fits a column of as many. */
  private static ColumnType textType(Term what) {
    if (what instanceof CallTerm call && !call.arguments().isEmpty()) {
      OptionalLong length = number(call.arguments().get(call.arguments().size() - 1));
      boolean bounded = call.name().equals("left") || call.arguments().size() == 3;
      if (bounded && length.isPresent() && length.getAsLong() > 0) {
        return PgTypes.varchar((int) length.getAsLong());
      }
    }
    return PgTypes.TEXT;
  }

  /**
   * New columns that hold what they were given: as it is, or cast in a way that can be undone.
   *
   * @param type of what is given, casts around it aside: of all values that it has
   */
  private List<Part> parts(Function<Term, ColumnType> type) {
    List<Part> parts = new ArrayList<>();
    for (Item item : forward.items()) {
      Column column = target.column(item.name());
      List<ColumnType> types = new ArrayList<>(List.of(column.type()));
      Term term = item.term();
      while (term instanceof CastTerm cast && !(cast.argument() instanceof ColumnTerm)) {
        add(types, cast.target());
        term = cast.argument();
      }
      add(types, type.apply(term));
      Collections.reverse(types);
      Term what = term;
      WayBack.of(types, SqlName.of(column.name()))
          .ifPresent(back -> parts.add(new Part(column, what, back.expression())));
    }
    return parts;
  }

  private static void add(List<ColumnType> types, ColumnType type) {
    if (!types.get(types.size() - 1).equals(type)) {
      types.add(type);
    }
  }

  private static boolean isColumn(Term term, int column) {
    return term instanceof ColumnTerm named && named.index() == column;
  }

  private static OptionalLong number(Term term) {
    if (term instanceof LiteralTerm literal
        && literal.kind() == LiteralTerm.Kind.NUMBER
        && literal.text().matches("[0-9]{1,9}")) {
      return OptionalLong.of(Long.parseLong(literal.text()));
    }
    return OptionalLong.empty();
  }
}
