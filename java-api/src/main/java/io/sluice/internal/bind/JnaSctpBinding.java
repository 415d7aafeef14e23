package io.sluice.internal.bind;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/** JNA with direct mapping, in the library that {@link JnaBinding} has loaded. */
final class JnaSctpBinding implements SctpBinding {
  JnaSctpBinding(NativeLibrary library) {
    Native.register(C.class, library);
  }

  @Override
  public int abi() {
    return C.sluice_sctp_abi();
  }

  @Override
  public int probe(long library, long info) {
    return C.sluice_sctp_probe(library, info);
  }

  @Override
  public int profile(int profile, long options) {
    return C.sluice_sctp_profile(profile, options);
  }

  @Override
  public long sharedBytes(long config) {
    return C.sluice_sctp_shared_bytes(config);
  }

  @Override
  public int open(long config, long library, long why, long out) {
    return C.sluice_sctp_open(config, library, why, out);
  }

  @Override
  public long shared(long stack) {
    return C.sluice_sctp_shared(stack, 0);
  }

  @Override
  public long listen(long stack, long args) {
    return C.sluice_sctp_listen(stack, args);
  }

  @Override
  public int unlisten(long stack, long listener) {
    return C.sluice_sctp_unlisten(stack, listener);
  }

  @Override
  public long connect(long stack, long args) {
    return C.sluice_sctp_connect(stack, args);
  }

  @Override
  public int input(long stack, long list, int count) {
    return C.sluice_sctp_input(stack, list, count);
  }

  @Override
  public int tick(long stack, int elapsedMillis) {
    return C.sluice_sctp_tick(stack, elapsedMillis);
  }

  @Override
  public int send(long stack, long list, int count) {
    return C.sluice_sctp_send(stack, list, count);
  }

  @Override
  public int resetStreams(long stack, long assoc, long streams, int count) {
    return C.sluice_sctp_reset_streams(stack, assoc, streams, count);
  }

  @Override
  public int close(long stack, long assoc, int deadlineMillis, long reason, int bytes) {
    return C.sluice_sctp_close(stack, assoc, deadlineMillis, reason, bytes);
  }

  @Override
  public int abort(long stack, long assoc, int cause, long reason, int bytes) {
    return C.sluice_sctp_abort(stack, assoc, cause, reason, bytes);
  }

  @Override
  public int hint(long stack, long peer, int osError) {
    return C.sluice_sctp_hint(stack, peer, osError);
  }

  @Override
  public int query(long stack, long assoc, int what, long out, long bytes) {
    return C.sluice_sctp_query(stack, assoc, what, out, bytes);
  }

  @Override
  public int shutdown(long stack, long reason, int bytes) {
    return C.sluice_sctp_shutdown(stack, reason, bytes);
  }

  @Override
  public int destroy(long stack, int flags) {
    return C.sluice_sctp_destroy(stack, flags);
  }

  @Override
  public String strerror(int code) {
    return C.sluice_sctp_strerror(code);
  }

  /** The functions under their C names, by which JNA finds them. */
  private static final class C {
    private C() {}

    static native int sluice_sctp_abi();

    static native int sluice_sctp_probe(long library, long info);

    static native int sluice_sctp_profile(int profile, long options);

    static native long sluice_sctp_shared_bytes(long config);

    static native int sluice_sctp_open(long config, long library, long why, long out);

    static native long sluice_sctp_shared(long stack, long bytes);

    static native long sluice_sctp_listen(long stack, long args);

    static native int sluice_sctp_unlisten(long stack, long listener);

    static native long sluice_sctp_connect(long stack, long args);

    static native int sluice_sctp_input(long stack, long list, int count);

    static native int sluice_sctp_tick(long stack, int elapsedMillis);

    static native int sluice_sctp_send(long stack, long list, int count);

    static native int sluice_sctp_reset_streams(long stack, long assoc, long streams, int count);

    static native int sluice_sctp_close(long stack, long assoc, int deadlineMillis, long reason, int bytes);

    static native int sluice_sctp_abort(long stack, long assoc, int cause, long reason, int bytes);

    static native int sluice_sctp_hint(long stack, long peer, int osError);

    static native int sluice_sctp_query(long stack, long assoc, int what, long out, long bytes);

    static native int sluice_sctp_shutdown(long stack, long reason, int bytes);

    static native int sluice_sctp_destroy(long stack, int flags);

    static native String sluice_sctp_strerror(int code);
  }
}
