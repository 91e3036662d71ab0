package io.crossfade.capture;

import io.crossfade.wire.ControlCodec;
import io.crossfade.wire.Event;
import io.crossfade.wire.Names;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;

/**
 * Which ends of phases others were told of, in the control topic: so that none is left out after a
 * crash, and none is told at each start.
 */
public final class Told {

  private final Map<String, String> kafka;
  private final Names names;

  /** Of the migration with these names; opens nothing. */
  public Told(Map<String, String> kafka, Names names) {
    this.kafka = Map.copyOf(kafka);
    this.names = names;
  }

  /**
   * Whether it was told. Waits for Kafka.
   *
   * @param id tells this end from all others of the migration
   * @throws KafkaException where Kafka does not answer
   */
  public boolean has(String id) throws InterruptedException {
    try (Admin admin = Admin.create(new HashMap<String, Object>(kafka))) {
      return ControlLog.read(admin, kafka, names.controlTopic())
          .containsKey(ControlCodec.toldKey(id));
    }
  }

  /**
   * Notes that it was told; waits until Kafka has it.
   *
   * @param event the end, and when it was told
   * @throws KafkaException where Kafka does not take it within ten seconds
   */
  public void note(String id, Event event) throws InterruptedException {
    ControlLog.write(
        kafka, names.controlTopic(), ControlCodec.toldKey(id), ControlCodec.encode(event));
  }
}
