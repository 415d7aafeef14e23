package io.sluice.internal.bind;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;

/**
 * Foreign Function and Memory API. The handles are static finals, so that the JIT compiles a call into the bare downcall.
 * All of them are plain downcalls: a critical one would keep the JVM from reaching a safepoint while {@code enter} waits.
 *
 * <p>Addresses travel as {@code long}: no MemorySegment is made per call.
 */
final class FfmBinding implements Binding {
  private static final Linker LINKER = Linker.nativeLinker();

  private static final MethodHandle ABI = function("sluice_abi", JAVA_INT);
  private static final MethodHandle PROBE = function("sluice_probe", JAVA_INT, JAVA_INT, JAVA_LONG);
  private static final MethodHandle SHARED_BYTES = function("sluice_shared_bytes", JAVA_LONG, JAVA_LONG);
  private static final MethodHandle OPEN = function("sluice_open", JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle POOL =
      function("sluice_pool", JAVA_INT, JAVA_LONG, JAVA_SHORT, JAVA_LONG, JAVA_INT, JAVA_INT);
  private static final MethodHandle ENTER = function("sluice_enter", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle WAKE = function("sluice_wake", JAVA_INT, JAVA_LONG);
  private static final MethodHandle QUERY =
      function("sluice_query", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);

  /** What no start needs: the linker takes a cold JVM some 10 ms for each signature. */
  private static final class Later {
    static final MethodHandle CONTROL =
        function("sluice_control", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
    static final MethodHandle DESTROY = function("sluice_destroy", JAVA_INT, JAVA_LONG, JAVA_INT);
    static final MethodHandle STRERROR = function("sluice_strerror", ADDRESS, JAVA_INT);
  }

  static MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments) {
    MemorySegment symbol =
        FfmBindingProvider.symbols()
            .find(name)
            .orElseThrow(() -> new UnsatisfiedLinkError("the library does not export " + name));
    return LINKER.downcallHandle(symbol, FunctionDescriptor.of(result, arguments));
  }

  @Override
  public String name() {
    return Bindings.FFM;
  }

  @Override
  public int abi() {
    try {
      return (int) ABI.invokeExact();
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public int probe(int engine, long info) {
    try {
      return (int) PROBE.invokeExact(engine, info);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public long sharedBytes(long config) {
    try {
      return (long) SHARED_BYTES.invokeExact(config);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public int open(long config, long out) {
    try {
      return (int) OPEN.invokeExact(config, out);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public int pool(long loop, int group, long base, int bufferBytes, int count) {
    try {
      return (int) POOL.invokeExact(loop, (short) group, base, bufferBytes, count);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public int enter(long loop, long timeoutNanos) {
    try {
      return (int) ENTER.invokeExact(loop, timeoutNanos, 0);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public int wake(long loop) {
    try {
      return (int) WAKE.invokeExact(loop);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public int query(long loop, long handle, int what, long out, long length) {
    try {
      return (int) QUERY.invokeExact(loop, handle, what, out, length);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public int control(long loop, long handle, int what, long in, int length) {
    try {
      return (int) Later.CONTROL.invokeExact(loop, handle, what, in, length);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public int destroy(long loop, int flags) {
    try {
      return (int) Later.DESTROY.invokeExact(loop, flags);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public String strerror(int code) {
    return text(Later.STRERROR, code);
  }

  /** @param strerror answers the address of a sentence that ends with a 0, and is there for ever */
  static String text(MethodHandle strerror, int code) {
    try {
      MemorySegment text = (MemorySegment) strerror.invokeExact(code);
      return text.reinterpret(Long.MAX_VALUE).getString(0);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public SctpBinding sctp() throws UnavailableException {
    return Bindings.sctp(FfmSctpBinding::new);
  }

  @Override
  public KernelSctpBinding kernelSctp() throws UnavailableException {
    return Bindings.kernelSctp(FfmKernelSctpBinding::new);
  }

  @Override
  public long address(ByteBuffer direct) {
    // A segment begins at the buffer's position.
    return MemorySegment.ofBuffer(direct.duplicate().clear()).address();
  }

  /** A downcall throws nothing of its own; what comes is an Error of the JVM (a stack overflow) and goes on its way. */
  static RuntimeException unexpected(Throwable t) {
    if (t instanceof Error e) {
      throw e;
    }
    return t instanceof RuntimeException e ? e : new IllegalStateException(t);
  }
}
