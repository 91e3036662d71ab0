package io.crossfade.transform;

import io.crossfade.core.table.Row;
import io.crossfade.core.target.InputPartition;
import io.crossfade.core.target.Origin;
import io.crossfade.core.target.Origins;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where the rows of one batch come from; worked out when somebody asks, which is seldom. */
final class BatchOrigins implements Origins {

  private final List<TableChanges> partitions;
  private Map<Row, Origin> origins;

  BatchOrigins(List<TableChanges> partitions) {
    this.partitions = List.copyOf(partitions);
  }

  @Override
  public Optional<Origin> of(Row row) {
    if (origins == null) {
      origins = new IdentityHashMap<>();
      for (TableChanges partition : partitions) {
        partition.origins(origins::put);
      }
    }
    return Optional.ofNullable(origins.get(row));
  }

  @Override
  public boolean has(InputPartition partition, String key) {
    return partitions.stream()
        .anyMatch(changes -> changes.partition().equals(partition) && changes.has(key));
  }
}
