package io.crossfade.bench.micro;

import io.crossfade.core.table.Row;
import io.crossfade.postgres.source.CopyText;
import io.crossfade.wire.RowCodec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * A line of {@code COPY} to the key and the value of a raw record: what a backfill does per row.
 */
@State(Scope.Benchmark)
public class ChunkEncoderBenchmark {

  private final RowCodec codec = new RowCodec(SampleRow.TABLE);
  private final byte[] line = SampleRow.copyLine();

  @Benchmark
  public void lineToRecord(Blackhole hole) {
    Row row = Row.of(CopyText.fields(line, SampleRow.TABLE.columns().size()));
    hole.consume(codec.key(row));
    hole.consume(codec.value(row));
  }
}
