package io.crossfade.postgres.compare;

import io.crossfade.core.table.Row;
import io.crossfade.core.verify.Digest;
import io.crossfade.core.verify.KeyRange;
import io.crossfade.core.verify.KeyedHash;
import io.crossfade.core.verify.Relation;
import io.crossfade.core.verify.RelationReader;
import io.crossfade.core.verify.StoredRow;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A session that reads one relation. */
final class PostgresRelation implements RelationReader {

  private static final Logger LOG = LoggerFactory.getLogger(PostgresRelation.class);

  /** Keys of one statement. */
  private static final int KEYS = 200;

  /** A server that is lost without a word: a range is read in seconds, a whole table may not be. */
  private static final Duration RANGE = Duration.ofMinutes(5);

  private static final Duration WHOLE = Duration.ofHours(6);

  private final Connection connection;
  private final Relation relation;
  private final RelationSql sql;

  PostgresRelation(Connection connection, Relation relation) {
    this.connection = connection;
    this.relation = relation;
    this.sql = new RelationSql(relation);
  }

  @Override
  public Optional<Row> boundary(KeyRange within, long rows) {
    List<Row> found = new ArrayList<>();
    read(
        "looking for the end of a range",
        RANGE,
        sql.boundary(within, rows),
        row -> found.add(Reads.row(row, relation.ordered())));
    return found.stream().findFirst();
  }

  @Override
  public Map<Integer, Digest> digests(KeyRange range, int buckets) {
    Map<Integer, Digest> digests = new HashMap<>();
    read(
        "hashing rows",
        patience(),
        sql.digests(range, buckets),
        row ->
            digests.put(
                row.getInt(1),
                new Digest(
                    row.getLong(2),
                    new BigInteger(row.getString(3)),
                    new BigInteger(row.getString(4)))));
    return digests;
  }

  @Override
  public void hashes(KeyRange range, int buckets, Set<Integer> wanted, Consumer<KeyedHash> sink) {
    int keys = relation.key().size();
    read(
        "listing rows",
        patience(),
        sql.hashes(range, buckets, wanted),
        row ->
            sink.accept(
                new KeyedHash(Reads.row(row, keys), row.getLong(keys + 1), row.getLong(keys + 2))));
  }

  @Override
  public void rows(KeyRange range, Consumer<Row> sink) {
    int columns = relation.columns().size();
    read("reading rows", patience(), sql.rows(range), row -> sink.accept(Reads.row(row, columns)));
  }

  @Override
  public void rows(Collection<Row> keys, Consumer<StoredRow> sink) {
    int columns = relation.columns().size();
    List<Row> all = List.copyOf(keys);
    for (int i = 0; i < all.size(); i += KEYS) {
      read(
          "reading rows by their keys",
          patience(),
          sql.rows(all.subList(i, Math.min(i + KEYS, all.size()))),
          row ->
              sink.accept(
                  new StoredRow(
                      Reads.row(row, columns),
                      Objects.requireNonNullElse(row.getString(columns + 1), ""))));
    }
  }

  private Duration patience() {
    return relation.ordered() > 0 ? RANGE : WHOLE;
  }

  private void read(String doing, Duration patience, String statement, Reads.RowAction action) {
    try {
      connection.setNetworkTimeout(Runnable::run, Math.toIntExact(patience.toMillis()));
      Reads.each(connection, statement, action);
    } catch (SQLException e) {
      throw Reads.failed(doing + " of " + name(), e);
    }
  }

  private String name() {
    return relation.origin() instanceof Relation.Stored stored
        ? stored.table().toString()
        : "the SELECT";
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      // Its server may be gone already: there is nothing left to do about it then.
      LOG.debug("closing a session", e);
    }
  }
}
