package io.crossfade.cli.job;

import io.crossfade.capture.Orders;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.TableId;
import io.crossfade.core.verify.KeyRange;
import io.crossfade.verify.Checkpoint;
import io.crossfade.verify.Checkpoints;
import io.crossfade.verify.Turn;
import io.crossfade.wire.PartlyVerified;
import io.crossfade.wire.VerificationCodec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checkpoints in the control topic: for whichever instance goes on. */
final class KeptCheckpoints implements Checkpoints {

  private static final Logger LOG = LoggerFactory.getLogger(KeptCheckpoints.class);

  private final Orders orders;
  private final Function<TableId, String> key;
  private final Verifier.Round of;
  private final String spec;

  /**
   * @param key under which that of a new table stands
   * @param of what they belong to: those of another order or round do not count
   * @param spec the fingerprint: those of another SELECT do not count
   * @param turn nor do those from before a switch
   */
  KeptCheckpoints(
      Orders orders, Function<TableId, String> key, Verifier.Round of, String spec, Turn turn) {
    this.orders = orders;
    this.key = key;
    this.of = of;
    this.spec = turn.equals(Turn.FORWARD) ? spec : spec + ", " + turn;
  }

  @Override
  public Optional<Checkpoint> of(TableId table) {
    return orders
        .last(key.apply(table))
        .map(VerificationCodec::partlyVerified)
        .filter(partly -> new Verifier.Round(partly.order(), partly.round()).equals(of))
        .filter(partly -> partly.spec().equals(spec))
        .map(KeptCheckpoints::checkpoint);
  }

  @Override
  public void reached(TableId table, Checkpoint checkpoint) throws InterruptedException {
    try {
      orders.give(Map.of(key.apply(table), VerificationCodec.encode(record(checkpoint))));
    } catch (KafkaException e) {
      LOG.info("How far {} was verified is not kept: {}", table, e.getMessage());
    }
  }

  private static Checkpoint checkpoint(PartlyVerified partly) {
    return new Checkpoint(
        partly.left().stream()
            .map(range -> new KeyRange(row(range.from()), row(range.to())))
            .toList(),
        partly.expectedRows(),
        partly.actualRows(),
        partly.ranges(),
        partly.suspects(),
        partly.position(),
        partly.begun(),
        partly.ended().map(ended -> new Checkpoint.Ended(ended.at(), ended.position())));
  }

  private PartlyVerified record(Checkpoint checkpoint) {
    return new PartlyVerified(
        of.order(),
        of.number(),
        spec,
        checkpoint.left().stream()
            .map(range -> new PartlyVerified.Range(texts(range.from()), texts(range.to())))
            .toList(),
        checkpoint.expectedRows(),
        checkpoint.actualRows(),
        checkpoint.ranges(),
        checkpoint.suspects(),
        checkpoint.position(),
        checkpoint.begun(),
        checkpoint.ended().map(ended -> new PartlyVerified.Ended(ended.at(), ended.position())));
  }

  private static Optional<Row> row(List<String> values) {
    return values.isEmpty() ? Optional.empty() : Optional.of(Row.of(values.toArray(String[]::new)));
  }

  private static List<String> texts(Optional<Row> key) {
    return key.map(
            row -> java.util.stream.IntStream.range(0, row.size()).mapToObj(row::get).toList())
        .orElse(List.of());
  }
}
