package io.crossfade.bench.micro;

import io.crossfade.core.table.Row;
import io.crossfade.wire.RowCodec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A row to the value of its raw record, and back. */
@State(Scope.Benchmark)
public class RowCodecBenchmark {

  private final RowCodec codec = new RowCodec(SampleRow.TABLE);
  private final Row row = SampleRow.row();
  private final byte[] value = codec.value(row);

  @Benchmark
  public byte[] encode() {
    return codec.value(row);
  }

  @Benchmark
  public Row decode() {
    return codec.row(value);
  }
}
