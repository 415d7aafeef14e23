package io.sluice.internal.bind;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/** JNA with direct mapping, in the library that {@link JnaBinding} has loaded. */
final class JnaKernelSctpBinding implements KernelSctpBinding {
  JnaKernelSctpBinding(NativeLibrary library) {
    Native.register(C.class, library);
  }

  @Override
  public int probe(long info) {
    return C.sluice_ksctp_probe(info);
  }

  @Override
  public long sharedBytes(long config) {
    return C.sluice_ksctp_shared_bytes(config);
  }

  @Override
  public int open(long config, long out) {
    return C.sluice_ksctp_open(config, out);
  }

  @Override
  public long listen(long stack, long args, long descriptor) {
    return C.sluice_ksctp_listen(stack, args, descriptor);
  }

  @Override
  public int unlisten(long stack, long listener) {
    return C.sluice_ksctp_unlisten(stack, listener);
  }

  @Override
  public long connect(long stack, long args, long descriptor) {
    return C.sluice_ksctp_connect(stack, args, descriptor);
  }

  @Override
  public long input(long stack, long id, long meta, long payload, int bytes) {
    return C.sluice_ksctp_input(stack, id, meta, payload, bytes);
  }

  @Override
  public int failed(long stack, long id, int osError) {
    return C.sluice_ksctp_failed(stack, id, osError);
  }

  @Override
  public int tick(long stack) {
    return C.sluice_ksctp_tick(stack);
  }

  @Override
  public int close(long stack, long assoc, int deadlineMillis, long reason, int bytes) {
    return C.sluice_ksctp_close(stack, assoc, deadlineMillis, reason, bytes);
  }

  @Override
  public int abort(long stack, long assoc, int cause, long reason, int bytes) {
    return C.sluice_ksctp_abort(stack, assoc, cause, reason, bytes);
  }

  @Override
  public int resetStreams(long stack, long assoc, long streams, int count) {
    return C.sluice_ksctp_reset_streams(stack, assoc, streams, count);
  }

  @Override
  public int queryClose(long stack, long assoc, long out) {
    return C.sluice_ksctp_query_close(stack, assoc, out);
  }

  @Override
  public int queryInfo(long stack, long assoc, long out) {
    return C.sluice_ksctp_query_info(stack, assoc, out);
  }

  @Override
  public int discard(int descriptor) {
    return C.sluice_ksctp_discard(descriptor);
  }

  @Override
  public int destroy(long stack, int flags) {
    return C.sluice_ksctp_destroy(stack, flags);
  }

  /** The functions under their C names, by which JNA finds them. */
  private static final class C {
    private C() {}

    static native int sluice_ksctp_probe(long info);

    static native long sluice_ksctp_shared_bytes(long config);

    static native int sluice_ksctp_open(long config, long out);

    static native long sluice_ksctp_listen(long stack, long args, long descriptor);

    static native int sluice_ksctp_unlisten(long stack, long listener);

    static native long sluice_ksctp_connect(long stack, long args, long descriptor);

    static native long sluice_ksctp_input(long stack, long id, long meta, long payload, int bytes);

    static native int sluice_ksctp_failed(long stack, long id, int osError);

    static native int sluice_ksctp_tick(long stack);

    static native int sluice_ksctp_close(long stack, long assoc, int deadlineMillis, long reason, int bytes);

    static native int sluice_ksctp_abort(long stack, long assoc, int cause, long reason, int bytes);

    static native int sluice_ksctp_reset_streams(long stack, long assoc, long streams, int count);

    static native int sluice_ksctp_query_close(long stack, long assoc, long out);

    static native int sluice_ksctp_query_info(long stack, long assoc, long out);

    static native int sluice_ksctp_discard(int descriptor);

    static native int sluice_ksctp_destroy(long stack, int flags);
  }
}
