package io.crossfade.core.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.source.TableDefinition.Item;
import io.crossfade.core.source.TableDefinition.Kind;
import io.crossfade.core.table.TableId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class TableDefinitionTest {

  private static final TableId T = new TableId("public", "t");
  private static final Set<String> USED = Set.of("id", "s");

  private static final List<Item> ITEMS =
      List.of(
          new Item(Kind.TABLE, "", "", "100", ""),
          new Item(Kind.KEY, "", "", "", "id"),
          new Item(Kind.PUBLISHED, "", "ours", "7/700/8/701", ""),
          new Item(Kind.COLUMN, "id", "id", "1", "integer"),
          new Item(Kind.COLUMN, "s", "s", "2", "text"),
          new Item(Kind.COLUMN, "free", "free", "3", "text"),
          new Item(Kind.REVISION, "s", "s", "7", ""),
          new Item(Kind.REVISION, "free", "free", "7", ""),
          new Item(Kind.LABEL, "s", "mood", "50", "happy"),
          new Item(Kind.LABEL, "free", "mood", "50", "happy"),
          new Item(Kind.PART, "", "public.p1", "900", ""));

  private static TableDefinition with(UnaryOperator<Item> change, Item... more) {
    List<Item> items = new ArrayList<>(ITEMS.stream().map(change).toList());
    items.removeIf(item -> item.value().equals("removed"));
    items.addAll(List.of(more));
    return new TableDefinition(T, items);
  }

  private static Item changed(Item item, String identity, String value) {
    return new Item(item.kind(), item.column(), item.name(), identity, value);
  }

  private static String difference(TableDefinition now, String... cameEmpty) {
    return new TableDefinition(T, ITEMS).changedTo(now, USED, Set.of(cameEmpty)).orElse("");
  }

  /** Fails where a kind is not compared. */
  @Test
  void shouldTellWhatChangesRowsWithoutAnEvent() {
    assertThat(difference(new TableDefinition(T, List.of()))).contains("is gone");
    assertThat(difference(with(i -> i.kind() == Kind.TABLE ? changed(i, "101", "") : i)))
        .contains("made again");
    assertThat(difference(with(i -> i.kind() == Kind.KEY ? changed(i, "", "id, s") : i)))
        .contains("primary key");
    assertThat(difference(with(i -> i.kind() == Kind.PUBLISHED ? changed(i, "", "removed") : i)))
        .contains("publication ours does not have it any more");
    assertThat(
            difference(with(i -> i.kind() == Kind.PUBLISHED ? changed(i, "7/700/9/702", "") : i)))
        .contains("publication ours was altered");
    assertThat(difference(with(i -> i.identity().equals("2") ? changed(i, "9", "text") : i)))
        .contains("dropped and added again");
    assertThat(
            difference(
                with(
                    i ->
                        i.column().equals("s") && i.kind() == Kind.LABEL
                            ? changed(i, "50", "glad")
                            : i)))
        .contains("is now 'glad'");
    assertThat(difference(with(i -> i.kind() == Kind.PART ? changed(i, "", "removed") : i)))
        .contains("detached");
    assertThat(
            difference(
                with(i -> i.kind() == Kind.PART ? changed(i, "901", TableDefinition.FRESH) : i)))
        .contains("truncated by itself");
    Item part = new Item(Kind.PART, "", "public.p2", "902", "");
    assertThat(difference(with(i -> i, part))).contains("attached with rows");
    assertThat(difference(with(i -> i, part), "public.p2")).isEmpty();
  }

  /** Fails where an altered column, or a rewritten file, is enough. */
  @Test
  void shouldTellARewrittenColumnFromAVacuumAndFromAChangedDefault() {
    UnaryOperator<Item> altered =
        i -> i.kind() == Kind.REVISION && i.column().equals("s") ? changed(i, "8", "") : i;
    UnaryOperator<Item> moved = i -> i.kind() == Kind.PART ? changed(i, "901", "") : i;

    assertThat(difference(with(altered))).isEmpty();
    assertThat(difference(with(moved))).isEmpty();
    assertThat(difference(with(i -> moved.apply(altered.apply(i))))).contains("changes all rows");
  }

  /** Fails where columns count that no mapping uses, or labels that have come. */
  @Test
  void shouldSayNothingOfWhatNoMappingUses() {
    assertThat(
            difference(
                with(
                    i -> i.column().equals("free") ? changed(i, "33", "removed") : i,
                    new Item(Kind.COLUMN, "new", "new", "4", "text"),
                    new Item(Kind.LABEL, "s", "mood", "51", "curious"))))
        .isEmpty();
  }

  /** Fails where what an older Crossfade did not write down counts as what has come. */
  @Test
  void shouldTakeAsItIsWhatWasNotNotedBefore() {
    TableDefinition before = with(i -> i.kind() == Kind.PUBLISHED ? changed(i, "", "removed") : i);
    TableDefinition now =
        with(i -> i, new Item(Kind.LABEL, "s", "pair", "attributes", "a integer"));

    assertThat(before.changedTo(now, USED, Set.of())).isEmpty();
  }

  /** Fails where the parts of a truncated table are compared with what they were. */
  @Test
  void shouldTakePartsAsTheyAreAfterATruncate() {
    TableDefinition before = new TableDefinition(T, ITEMS).withoutParts();
    TableDefinition now =
        with(i -> i.kind() == Kind.PART ? changed(i, "901", TableDefinition.FRESH) : i);

    assertThat(before.changedTo(now, USED, Set.of())).isEmpty();
  }
}
