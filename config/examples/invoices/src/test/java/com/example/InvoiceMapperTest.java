package com.example;

import static com.example.InvoiceMapper.AMOUNT;
import static com.example.InvoiceMapper.DUE;
import static com.example.InvoiceMapper.FIRST_DUE;
import static com.example.InvoiceMapper.INSTALMENTS;
import static com.example.InvoiceMapper.INVOICE;
import static com.example.InvoiceMapper.N;
import static com.example.InvoiceMapper.NUMBER;
import static com.example.InvoiceMapper.STATUS;
import static com.example.InvoiceMapper.TOTAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.crossfade.plugin.MapperFailure;
import io.crossfade.plugin.MapperKit;
import io.crossfade.plugin.Row;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;

class InvoiceMapperTest {

  private final MapperKit kit = MapperKit.of(new InvoiceMapper());

  @Test
  void shouldPayWhatDoesNotDivideWithTheLastInstalment() {
    assertEquals(
        List.of(
            instalment("A-1", 1, "2026-05-04", "33.33"),
            instalment("A-1", 2, "2026-06-04", "33.33"),
            instalment("A-1", 3, "2026-07-06", "33.34")),
        kit.map(invoice("A-1", "open", "100.00", 3, "2026-05-04")));
  }

  @Test
  void shouldGiveNoInstalmentsOfACancelledInvoice() {
    assertEquals(List.of(), kit.map(invoice("A-1", "cancelled", "100.00", 3, "2026-05-04")));
  }

  @Test
  void shouldRefuseAnInvoiceWithoutInstalments() {
    MapperFailure e =
        assertThrows(
            MapperFailure.class, () -> kit.map(invoice("A-1", "open", "100.00", 0, "2026-05-04")));
    assertEquals("com.example.InvoiceMapper: invoice A-1 has 0 instalments", e.getMessage());
  }

  /** Numbers are unique in the old table; where they were not, one would take the other's rows. */
  @Test
  void shouldNotTakeRowsOfAnotherInvoice() {
    Row one = invoice("A-1", "open", "10.00", 1, "2026-05-04");
    Row other = invoice("A-2", "open", "10.00", 2, "2026-05-04");
    assertEquals(3, kit.mapAll(List.of(one, other)).size());
    assertThrows(MapperFailure.class, () -> kit.mapAll(List.of(one, one)));
  }

  private static Row invoice(String number, String status, String total, int all, String due) {
    return Row.of(
        NUMBER.of(number),
        STATUS.of(status),
        TOTAL.of(new BigDecimal(total)),
        INSTALMENTS.of(all),
        FIRST_DUE.of(LocalDate.parse(due)));
  }

  private static Row instalment(String invoice, int n, String due, String amount) {
    return Row.of(
        INVOICE.of(invoice),
        N.of(n),
        DUE.of(LocalDate.parse(due)),
        AMOUNT.of(new BigDecimal(amount)));
  }
}
