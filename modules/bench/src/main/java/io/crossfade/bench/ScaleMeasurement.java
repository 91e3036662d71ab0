package io.crossfade.bench;

import io.crossfade.bench.Workload.Shape;
import java.util.List;
import java.util.OptionalDouble;

/** The backfill of a table ten times as large: whether each of its rows costs as much. */
record ScaleMeasurement() implements Measurement {

  private static final String NAME = "scale";
  private static final int FACTOR = 10;
  private static final String SMALL = "Crossfade";
  private static final String LARGE = "Crossfade, 10 × rows";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Ratio> ratios() {
    return List.of(
        new Ratio("scale", NAME, LARGE, SMALL, Metric.ROWS_PER_SECOND, OptionalDouble.empty()));
  }

  @Override
  public void round(Setup setup, Results results) throws Exception {
    long rows = setup.rows();
    results.add(NAME, SMALL, BackfillMeasurement.crossfade(setup, new Workload(rows, Shape.PLAIN)));
    results.add(
        NAME,
        LARGE,
        BackfillMeasurement.crossfade(setup, new Workload(FACTOR * rows, Shape.PLAIN)));
  }
}
