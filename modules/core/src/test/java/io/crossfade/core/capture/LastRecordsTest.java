package io.crossfade.core.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LastRecordsTest {

  /**
   * Whatever the room, each key is found once, with its last record: fails where a pass keeps what
   * lies above its bound, where the next pass does not begin at the bound, or where narrowing loses
   * keys below it.
   */
  @Test
  void shouldFindTheLastRecordOfEachKeyOnceHoweverLittleRoomThereIs() {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      int keys = 1 + random.nextInt(200);
      List<byte[]> log = new ArrayList<>();
      Map<String, Long> expected = new TreeMap<>();
      for (int i = 0; i < 600; i++) {
        String key = "key " + random.nextInt(keys);
        expected.put(key, (long) log.size());
        log.add(key.getBytes(StandardCharsets.UTF_8));
      }
      Map<String, Long> found = new HashMap<>();
      LastRecords last = new LastRecords(4 << random.nextInt(8));
      int passes = 0;
      do {
        passes++;
        for (int i = 0; i < log.size(); i++) {
          last.put(log.get(i), i);
        }
        for (int i = 0; i < log.size(); i++) {
          if (last.last(log.get(i), i)) {
            String key = new String(log.get(i), StandardCharsets.UTF_8);
            assertThat(found.put(key, (long) i)).as("seed %d: %s twice", seed, key).isNull();
          }
        }
      } while (last.nextPass());

      assertThat(new TreeMap<>(found)).as("seed %d, %d passes", seed, passes).isEqualTo(expected);
    }
  }
}
