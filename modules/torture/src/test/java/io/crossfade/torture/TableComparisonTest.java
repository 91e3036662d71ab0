package io.crossfade.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The comparison, against differences that are made by hand. */
@Tag("slow")
class TableComparisonTest {

  private static final TortureTable ACCOUNTS = table("accounts");
  private static final TortureTable OWNERS = table("owners");
  private static final TortureTable WIDE = table("wide");

  private Database source;
  private Database target;

  private static TortureTable table(String into) {
    return Schema.TABLES.stream().filter(t -> t.into().equals(into)).findFirst().orElseThrow();
  }

  @BeforeEach
  void prepare() {
    source = SharedSandbox.postgres15().createDatabase();
    target = SharedSandbox.postgres18().createDatabase();
    Schema.createOld(source);
    Schema.createNew(target);
    source.execute(
        "INSERT INTO public.\"Odd.Accounts\" VALUES ('é', 'k1', 'ann', 1.25, 'open', 7),"
            + " ('e', 'k2', 'bob', 2, 'open', 8), ('e', 'k3', NULL, 3, 'closed', 9)",
        "INSERT INTO public.wide (id, version, c_float8, c_numeric, c_tstz)"
            + " VALUES (1, 1, '-0', 1.10, '2024-01-01 00:00Z')");
    target.execute(
        "INSERT INTO public.accounts VALUES ('é', 'k1', 'ANN', 125, 7), ('e', 'k2', 'BOB', 200, 8)",
        "INSERT INTO public.wide (id, version, c_float8, c_numeric, c_tstz)"
            + " VALUES (1, 1, '-0', 1.10, '2024-01-01 01:00+01')");
  }

  @AfterEach
  void drop() {
    source.close();
    target.close();
  }

  private List<String> differences(TortureTable table) throws SQLException {
    return TableComparison.differences(table, source, target);
  }

  @Test
  void shouldFindEqualWhatIsTheSelect() throws SQLException {
    assertThat(differences(ACCOUNTS)).isEmpty();
    assertThat(differences(WIDE)).isEmpty();
    assertThat(differences(OWNERS)).isEmpty();
  }

  /** Fails where the comparison is by count, by key, by sums of columns, or by equality of SQL. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "DELETE FROM public.accounts WHERE code = 'k2'",
        "INSERT INTO public.accounts VALUES ('e', 'k3', NULL, 300, 9)",
        "UPDATE public.accounts SET owner = 'ANn' WHERE code = 'k1'",
        "UPDATE public.accounts SET owner = NULL WHERE code = 'k1'",
        "UPDATE public.accounts SET version = 6 WHERE code = 'k1'",
        "UPDATE public.accounts SET region = 'e' WHERE code = 'k1'",
        "UPDATE public.accounts SET cents = version, version = cents",
        "UPDATE public.accounts a SET owner = b.owner FROM public.accounts b WHERE a.code <> b.code"
      })
  void shouldFindWhatDiffers(String damage) throws SQLException {
    target.execute(StepsBack.UNSEEN + "; " + damage);
    assertThat(differences(ACCOUNTS)).isNotEmpty().allMatch(text -> text.startsWith("accounts "));
  }

  /** Fails where values are compared as SQL's "=" does, or as Java holds them. */
  @ParameterizedTest
  @ValueSource(
      strings = {"c_float8 = 0", "c_numeric = 1.1", "c_tstz = '2024-01-01 00:00:00.000001Z'"})
  void shouldFindValuesThatAreWrittenDifferently(String damage) throws SQLException {
    target.execute("UPDATE public.wide SET " + damage);
    assertThat(differences(WIDE)).hasSize(1);
  }

  @Test
  void shouldNameTheKeyAndBothRows() throws SQLException {
    target.execute("UPDATE public.accounts SET cents = 126 WHERE code = 'k1'");
    assertThat(differences(ACCOUNTS))
        .containsExactly(
            "accounts é/k1: the SELECT gives [(é,k1,ANN,125,7)], the new table has"
                + " [(é,k1,ANN,126,7)]");
  }
}
