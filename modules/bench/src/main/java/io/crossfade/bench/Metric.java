package io.crossfade.bench;

/** What is measured, with its unit. The names are those of the JSON file. */
enum Metric {
  SECONDS("seconds", "s", "%.2f", false),
  /** The same with the start of job and broker, or with the making of slot and subscription. */
  SECONDS_WITH_START("secondsWithStart", "with start", "%.2f", false),
  ROWS_PER_SECOND("rowsPerSecond", "rows/s", "%,.0f", true),
  NANOS_PER_ROW("nanosPerRow", "ns/row", "%,.0f", false),
  P50_MILLIS("p50Millis", "p50 ms", "%.1f", false),
  P99_MILLIS("p99Millis", "p99 ms", "%.1f", false),
  MAX_MILLIS("maxMillis", "max ms", "%.1f", false),
  /** How late an observer may have been; see {@link Arrivals} and {@link Observer}. */
  RESOLUTION_MILLIS("resolutionMillis", "seen ± ms", "%.1f", false),
  /** Of the job, or of whoever carries the rows in its place. */
  CPU_MOVER("cpuMoverPerMillion", "CPU job", "%.2f", false),
  CPU_BROKER("cpuBrokerPerMillion", "broker", "%.2f", false),
  CPU_SOURCE("cpuSourcePerMillion", "source", "%.2f", false),
  CPU_TARGET("cpuTargetPerMillion", "target", "%.2f", false),
  CPU_OBSERVER("cpuObserverPerMillion", "observer", "%.2f", false),
  /** Of the CPU time of job, broker, source and target. */
  SOURCE_SHARE_PERCENT("sourceSharePercent", "source %", "%.0f", false),
  PEAK_JOB_MEBIBYTES("peakJobMebibytes", "MiB job", "%.0f", false),
  PEAK_BROKER_MEBIBYTES("peakBrokerMebibytes", "broker", "%.0f", false),
  OTHERS_PERCENT("othersPercent", "others %", "%.0f", false);

  private final String field;
  private final String header;
  private final String format;
  private final boolean higherIsBetter;

  Metric(String field, String header, String format, boolean higherIsBetter) {
    this.field = field;
    this.header = header;
    this.format = format;
    this.higherIsBetter = higherIsBetter;
  }

  String field() {
    return field;
  }

  String header() {
    return header;
  }

  boolean higherIsBetter() {
    return higherIsBetter;
  }

  String format(double value) {
    return String.format(java.util.Locale.ROOT, format, value);
  }
}
