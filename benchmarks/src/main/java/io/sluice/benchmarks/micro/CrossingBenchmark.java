package io.sluice.benchmarks.micro;

import io.sluice.internal.abi.Abi;
import io.sluice.internal.bind.Binding;
import io.sluice.internal.bind.UnavailableException;
import io.sluice.internal.engine.Engine;
import io.sluice.internal.engine.EngineConfig;
import io.sluice.internal.load.Engines;
import io.sluice.internal.load.NativeLoader;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Into C and back, through each binding: the call alone, and a whole turn that finds nothing to do. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CrossingBenchmark {

  @State(Scope.Thread)
  public static class Crossing {
    @Param({"jni", "ffm", "jna"})
    public String binding;

    Binding loaded;

    @Setup
    public void load() throws UnavailableException {
      loaded = NativeLoader.shared().load(binding);
    }
  }

  /**
   * An engine without sockets. JMH calls setup, benchmark and teardown on one thread, which becomes the loop's. The public
   * methods without arguments are also figures of the result: how many turns and system calls an iteration made, by the
   * engine's own counters.
   */
  @AuxCounters(AuxCounters.Type.EVENTS)
  @State(Scope.Thread)
  public static class OpenEngine {
    @Param({"epoll", "io_uring"})
    String engine;

    @Param({"jni", "ffm", "jna"})
    String binding;

    Engine open;
    private long turnsBefore;
    private long syscallsBefore;

    @Setup
    public void open() {
      open = Engines.open(Engines.select(engine, binding), EngineConfig.DEFAULTS);
      requireHealthy();
    }

    @TearDown
    public void destroy() {
      requireHealthy();
      int code = open.destroy(false);
      if (code != 0) {
        throw new IllegalStateException("destroying " + open + " answered " + code);
      }
    }

    /** A broken loop answers at once: its figures would be those of the refusal. */
    private void requireHealthy() {
      int ready = open.enter(0);
      if (ready != 0) {
        throw new IllegalStateException("entering " + open + " with nothing to do answered " + ready);
      }
    }

    @Setup(Level.Iteration)
    public void beginIteration() {
      turnsBefore = counter(Abi.CTR_TURNS);
      syscallsBefore = counter(Abi.CTR_SYSCALLS);
    }

    public long turns() {
      return counter(Abi.CTR_TURNS) - turnsBefore;
    }

    public long syscalls() {
      return counter(Abi.CTR_SYSCALLS) - syscallsBefore;
    }

    private long counter(int index) {
      int at = open.shared().getInt(Abi.HDR_COUNTERS_OFFSET) + index * Long.BYTES;
      return open.shared().getLong(at);
    }
  }

  /** {@code sluice_abi}: returns a constant, so all of it is the crossing. */
  @Benchmark
  public int abi(Crossing crossing) {
    return crossing.loaded.abi();
  }

  /** {@code sluice_enter} with a timeout of 0, nothing submitted and nothing to come. */
  @Benchmark
  public int enter(OpenEngine engine) {
    return engine.open.enter(0);
  }
}
