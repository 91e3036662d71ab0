package io.crossfade.capture;

import io.crossfade.core.capture.Resync;
import io.crossfade.core.capture.TableBackfill;
import io.crossfade.core.source.TableDefinition;
import io.crossfade.core.table.TableId;
import io.crossfade.wire.ControlCodec;
import io.crossfade.wire.RawTopics;
import io.crossfade.wire.ResyncOrder;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What former terms have left in the control topic.
 *
 * @param control the last record of each key
 */
record Remembered(Map<String, byte[]> control) {

  /** Where the publisher stands; empty where nothing has been published yet. */
  Optional<ControlCodec.Position> position() {
    return of(ControlCodec.POSITION_KEY, ControlCodec::position);
  }

  Optional<Map<String, String>> mappings() {
    return of(ControlCodec.MAPPINGS_KEY, ControlCodec::mappings);
  }

  Optional<RawTopics> topics() {
    return of(ControlCodec.TOPICS_KEY, ControlCodec::topics);
  }

  Optional<TableBackfill.State> backfill(TableId table) {
    return of(ControlCodec.backfillKey(table), ControlCodec::backfill);
  }

  Optional<TableDefinition> definition(TableId table) {
    return of(ControlCodec.definitionKey(table), ControlCodec::definition);
  }

  Optional<Resync> resync(TableId table) {
    return of(ControlCodec.resyncKey(table), ControlCodec::resync);
  }

  /** The last order to copy the table again that has not been taken up. */
  Optional<ResyncOrder> openOrder(TableId table) {
    Optional<String> taken = resync(table).map(Resync::order);
    return of(ControlCodec.resyncOrderKey(table), ControlCodec::resyncOrder)
        .filter(order -> !taken.equals(Optional.of(order.id())));
  }

  private <T> Optional<T> of(String key, Function<byte[], T> codec) {
    return Optional.ofNullable(control.get(key)).map(codec);
  }
}
