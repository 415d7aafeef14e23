package io.sluice.internal.bind;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.invoke.MethodHandle;

/** Foreign Function and Memory API; see {@link FfmBinding}. */
final class FfmKernelSctpBinding implements KernelSctpBinding {
  private static final MethodHandle PROBE = FfmBinding.function("sluice_ksctp_probe", JAVA_INT, JAVA_LONG);
  private static final MethodHandle SHARED_BYTES = FfmBinding.function("sluice_ksctp_shared_bytes", JAVA_LONG, JAVA_LONG);
  private static final MethodHandle OPEN = FfmBinding.function("sluice_ksctp_open", JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle LISTEN =
      FfmBinding.function("sluice_ksctp_listen", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle UNLISTEN = FfmBinding.function("sluice_ksctp_unlisten", JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle CONNECT =
      FfmBinding.function("sluice_ksctp_connect", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle INPUT =
      FfmBinding.function("sluice_ksctp_input", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle FAILED =
      FfmBinding.function("sluice_ksctp_failed", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle TICK = FfmBinding.function("sluice_ksctp_tick", JAVA_INT, JAVA_LONG);
  private static final MethodHandle CLOSE =
      FfmBinding.function("sluice_ksctp_close", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
  private static final MethodHandle ABORT =
      FfmBinding.function("sluice_ksctp_abort", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
  private static final MethodHandle RESET_STREAMS =
      FfmBinding.function("sluice_ksctp_reset_streams", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle QUERY_CLOSE =
      FfmBinding.function("sluice_ksctp_query_close", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle QUERY_INFO =
      FfmBinding.function("sluice_ksctp_query_info", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle DISCARD = FfmBinding.function("sluice_ksctp_discard", JAVA_INT, JAVA_INT);
  private static final MethodHandle DESTROY = FfmBinding.function("sluice_ksctp_destroy", JAVA_INT, JAVA_LONG, JAVA_INT);

  @Override
  public int probe(long info) {
    try {
      return (int) PROBE.invokeExact(info);
    } catch (Throwable t) {
      throw FfmBinding.unexpected(t);
    }
  }

  @Override
  public long sharedBytes(long config) {
    try {
      return (long) SHARED_BYTES.invokeExact(config);
    } catch (Throwable t) {
      throw FfmBinding.unexpected(t);
    }
  }

  @Override
  public int open(long config, long out) {
    try {
      return (int) OPEN.invokeExact(config, out);
    } catch (Throwable t) {
      throw FfmBinding.unexpected(t);
    }
  }

  @Override
  public long listen(long stack, long args, long descriptor) {
    try {
      return (long) LISTEN.invokeExact(stack, args, descriptor);
    } catch (Throwable t) {
      throw FfmBinding.unexpected(t);
    }
  }

  @Override
  public int unlisten(long stack, long listener) {
    try {
      return (int) UNLISTEN.invokeExact(stack, listener);
    } catch (Throwable t) {
      throw FfmBinding.unexpected(t);
    }
  }

  @Override
  public long connect(long stack, long args, long descriptor) {
    try {
      return (long) CONNECT.invokeExact(stack, args, descriptor);
    } catch (Throwable t) {
      throw FfmBinding.unexpected(t);
    }
  }

  @Override
  public long input(long stack, long id, long meta, long payload, int bytes) {
    try {
      return (long) INPUT.invokeExact(stack, id, meta, payload, bytes);
    } catch (Throwable t) {
      throw FfmBinding.unexpected(t);
    }
  }

  @Override
  public int failed(long stack, long id, int osError) {
    try {
      return (int) FAILED.invokeExact(stack, id, osError);
    } catch (Throwable t) {
      throw FfmBinding.unexpected(t);
    }
  }

  @Override
  public int tick(long stack) {
    try {
      return (int) TICK.invokeExact(stack);
    } catch (Throwable t) {
      throw FfmBinding.unexpected(t);
    }
  }

  @Override
  public int close(long stack, long assoc, int deadlineMillis, long reason, int bytes) {
    try {
      return (int) CLOSE.invokeExact(stack, assoc, deadlineMillis, reason, bytes);
    } catch (Throwable t) {
      throw FfmBinding.unexpected(t);
    }
  }

  @Override
  public int abort(long stack, long assoc, int cause, long reason, int bytes) {
    try {
      return (int) ABORT.invokeExact(stack, assoc, cause, reason, bytes);
    } catch (Throwable t) {
      throw FfmBinding.unexpected(t);
    }
  }

  @Override
  public int resetStreams(long stack, long assoc, long streams, int count) {
    try {
      return (int) RESET_STREAMS.invokeExact(stack, assoc, streams, count);
    } catch (Throwable t) {
      throw FfmBinding.unexpected(t);
    }
  }

  @Override
  public int queryClose(long stack, long assoc, long out) {
    try {
      return (int) QUERY_CLOSE.invokeExact(stack, assoc, out);
    } catch (Throwable t) {
      throw FfmBinding.unexpected(t);
    }
  }

  @Override
  public int queryInfo(long stack, long assoc, long out) {
    try {
      return (int) QUERY_INFO.invokeExact(stack, assoc, out);
    } catch (Throwable t) {
      throw FfmBinding.unexpected(t);
    }
  }

  @Override
  public int discard(int descriptor) {
    try {
      return (int) DISCARD.invokeExact(descriptor);
    } catch (Throwable t) {
      throw FfmBinding.unexpected(t);
    }
  }

  @Override
  public int destroy(long stack, int flags) {
    try {
      return (int) DESTROY.invokeExact(stack, flags);
    } catch (Throwable t) {
      throw FfmBinding.unexpected(t);
    }
  }
}
