/**
 * JMH benchmarks of what each row passes through: its codec, the evaluator, the chunk encoder. Run
 * by {@code scripts/bench.sh --only jmh}. JMH wants its classes public; nobody else calls them.
 */
package io.crossfade.bench.micro;
