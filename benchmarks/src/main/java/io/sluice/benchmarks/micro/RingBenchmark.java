package io.sluice.benchmarks.micro;

import io.sluice.internal.abi.Abi;
import io.sluice.internal.abi.CompletionRing;
import io.sluice.internal.abi.ReturnRing;
import io.sluice.internal.abi.SubmissionRing;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * One entry through each of the three rings, as the Java side writes or reads it, without an engine. When a ring is full
 * the benchmark consumes it, once in as many entries as the ring has.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RingBenchmark {
  private static final int MESSAGE_BYTES = 64;

  private final PlainRegion region = new PlainRegion();
  private final SubmissionRing submissions = new SubmissionRing(region.shared());
  private final CompletionRing completions;
  private final ReturnRing returns = new ReturnRing(region.shared());
  private long token;
  private int buffer;

  public RingBenchmark() {
    region.fillCompletions(MESSAGE_BYTES);
    completions = new CompletionRing(region.shared());
  }

  /** A SEND is written and published. A loop publishes once per turn; here it is once per entry, the dearest case. */
  @Benchmark
  public void submit() {
    long t = token++;
    if (!offerSend(t)) {
      region.takeSubmissions();
      if (!offerSend(t)) {
        throw new IllegalStateException("the submission ring is full although it was just emptied");
      }
    }
    submissions.publish();
  }

  private boolean offerSend(long t) {
    return submissions.offer(Abi.OP_SEND, Abi.SQE_LAZY, 0, MESSAGE_BYTES, 1L << 32, t, t << 6, 0L, 0, 0);
  }

  /** A completion is read as the dispatcher reads it: every field, then the cursor moves and the entry is released. */
  @Benchmark
  public long complete() {
    region.postCompletion();
    if (completions.available() != 1) {
      throw new IllegalStateException("one completion was posted, " + completions.available() + " are unread");
    }
    int flagsAndOp = completions.flagsAndOp();
    long read =
        completions.token()
            + completions.handle()
            + completions.result()
            + CompletionRing.flags(flagsAndOp)
            + CompletionRing.op(flagsAndOp)
            + completions.buffer()
            + completions.detail();
    completions.advance();
    completions.release();
    return read;
  }

  /** A receive buffer is given back and published. */
  @Benchmark
  public void giveBack() {
    int b = buffer++ & 0xffff;
    if (!returns.offer(b)) {
      region.takeReturns();
      if (!returns.offer(b)) {
        throw new IllegalStateException("the return ring is full although it was just emptied");
      }
    }
    returns.publish();
  }
}
