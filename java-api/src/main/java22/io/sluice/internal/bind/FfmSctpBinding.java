package io.sluice.internal.bind;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.invoke.MethodHandle;

/** Foreign Function and Memory API; see {@link FfmBinding}. */
final class FfmSctpBinding implements SctpBinding {
  private static final MethodHandle ABI = FfmBinding.function("sluice_sctp_abi", JAVA_INT);
  private static final MethodHandle PROBE = FfmBinding.function("sluice_sctp_probe", JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle PROFILE = FfmBinding.function("sluice_sctp_profile", JAVA_INT, JAVA_INT, JAVA_LONG);
  private static final MethodHandle SHARED_BYTES = FfmBinding.function("sluice_sctp_shared_bytes", JAVA_LONG, JAVA_LONG);
  private static final MethodHandle OPEN =
      FfmBinding.function("sluice_sctp_open", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle SHARED = FfmBinding.function("sluice_sctp_shared", JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle LISTEN = FfmBinding.function("sluice_sctp_listen", JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle UNLISTEN = FfmBinding.function("sluice_sctp_unlisten", JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle CONNECT = FfmBinding.function("sluice_sctp_connect", JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle INPUT =
      FfmBinding.function("sluice_sctp_input", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle TICK = FfmBinding.function("sluice_sctp_tick", JAVA_INT, JAVA_LONG, JAVA_INT);
  private static final MethodHandle SEND =
      FfmBinding.function("sluice_sctp_send", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle RESET_STREAMS =
      FfmBinding.function("sluice_sctp_reset_streams", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle CLOSE =
      FfmBinding.function("sluice_sctp_close", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
  private static final MethodHandle ABORT =
      FfmBinding.function("sluice_sctp_abort", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
  private static final MethodHandle HINT =
      FfmBinding.function("sluice_sctp_hint", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle QUERY =
      FfmBinding.function("sluice_sctp_query", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle SHUTDOWN =
      FfmBinding.function("sluice_sctp_shutdown", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle DESTROY = FfmBinding.function("sluice_sctp_destroy", JAVA_INT, JAVA_LONG, JAVA_INT);
  private static final MethodHandle STRERROR = FfmBinding.function("sluice_sctp_strerror", ADDRESS, JAVA_INT);

  @Override
  public int abi() {
    try {
      return (int) ABI.invokeExact();
    } catch (Throwable t) {
      throw FfmBinding.unexpected(t);
    }
  }

  @Override
  public int probe(long library, long info) {
    try {
      return (int) PROBE.invokeExact(library, info);
    } catch (Throwable t) {
      throw FfmBinding.unexpected(t);
    }
  }

  @Override
  public int profile(int profile, long options) {
    try {
      return (int) PROFILE.invokeExact(profile, options);
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
  public int open(long config, long library, long why, long out) {
    try {
      return (int) OPEN.invokeExact(config, library, why, out);
    } catch (Throwable t) {
      throw FfmBinding.unexpected(t);
    }
  }

  @Override
  public long shared(long stack) {
    try {
      return (long) SHARED.invokeExact(stack, 0L);
    } catch (Throwable t) {
      throw FfmBinding.unexpected(t);
    }
  }

  @Override
  public long listen(long stack, long args) {
    try {
      return (long) LISTEN.invokeExact(stack, args);
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
  public long connect(long stack, long args) {
    try {
      return (long) CONNECT.invokeExact(stack, args);
    } catch (Throwable t) {
      throw FfmBinding.unexpected(t);
    }
  }

  @Override
  public int input(long stack, long list, int count) {
    try {
      return (int) INPUT.invokeExact(stack, list, count);
    } catch (Throwable t) {
      throw FfmBinding.unexpected(t);
    }
  }

  @Override
  public int tick(long stack, int elapsedMillis) {
    try {
      return (int) TICK.invokeExact(stack, elapsedMillis);
    } catch (Throwable t) {
      throw FfmBinding.unexpected(t);
    }
  }

  @Override
  public int send(long stack, long list, int count) {
    try {
      return (int) SEND.invokeExact(stack, list, count);
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
  public int hint(long stack, long peer, int osError) {
    try {
      return (int) HINT.invokeExact(stack, peer, osError);
    } catch (Throwable t) {
      throw FfmBinding.unexpected(t);
    }
  }

  @Override
  public int query(long stack, long assoc, int what, long out, long bytes) {
    try {
      return (int) QUERY.invokeExact(stack, assoc, what, out, bytes);
    } catch (Throwable t) {
      throw FfmBinding.unexpected(t);
    }
  }

  @Override
  public int shutdown(long stack, long reason, int bytes) {
    try {
      return (int) SHUTDOWN.invokeExact(stack, reason, bytes);
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

  @Override
  public String strerror(int code) {
    return FfmBinding.text(STRERROR, code);
  }
}
