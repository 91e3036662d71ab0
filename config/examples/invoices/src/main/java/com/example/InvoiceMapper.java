package com.example;

import io.crossfade.plugin.Column;
import io.crossfade.plugin.Mapper;
import io.crossfade.plugin.Row;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/**
 * The instalments of an invoice, one a month. What does not divide is paid with the last one, and
 * what would be due on a weekend is due on the Monday after. Of an invoice that was cancelled there
 * are none.
 */
public final class InvoiceMapper implements Mapper {

  static final Column<String> NUMBER = Column.text("number");
  static final Column<String> STATUS = Column.text("status");
  static final Column<BigDecimal> TOTAL = Column.numeric("total");
  static final Column<Integer> INSTALMENTS = Column.integer("instalments");
  static final Column<LocalDate> FIRST_DUE = Column.date("first_due");

  static final Column<String> INVOICE = Column.text("invoice");
  static final Column<Integer> N = Column.integer("n");
  static final Column<LocalDate> DUE = Column.date("due");
  static final Column<BigDecimal> AMOUNT = Column.numeric("amount");

  @Override
  public List<Column<?>> reads() {
    return List.of(NUMBER, STATUS, TOTAL, INSTALMENTS, FIRST_DUE);
  }

  @Override
  public List<Column<?>> columns() {
    return List.of(INVOICE, N, DUE, AMOUNT);
  }

  @Override
  public List<String> key() {
    return List.of("invoice", "n");
  }

  @Override
  public List<Row> map(Row old) {
    if (old.get(STATUS).equals("cancelled")) {
      return List.of();
    }
    String number = old.get(NUMBER);
    int all = old.get(INSTALMENTS);
    if (all < 1) {
      throw new IllegalArgumentException("invoice " + number + " has " + all + " instalments");
    }
    BigDecimal total = old.get(TOTAL);
    BigDecimal each = total.divide(BigDecimal.valueOf(all), 2, RoundingMode.DOWN);
    BigDecimal last = total.subtract(each.multiply(BigDecimal.valueOf(all - 1L)));
    List<Row> rows = new ArrayList<>();
    for (int n = 1; n <= all; n++) {
      rows.add(
          Row.of(
              INVOICE.of(number),
              N.of(n),
              DUE.of(workday(old.get(FIRST_DUE).plusMonths(n - 1L))),
              AMOUNT.of(n < all ? each : last)));
    }
    return rows;
  }

  private static LocalDate workday(LocalDate date) {
    DayOfWeek day = date.getDayOfWeek();
    return day.getValue() < DayOfWeek.SATURDAY.getValue()
        ? date
        : date.plusDays(DayOfWeek.SUNDAY.getValue() + 1L - day.getValue());
  }
}
