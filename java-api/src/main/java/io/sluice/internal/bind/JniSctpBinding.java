package io.sluice.internal.bind;

/** JNI. {@link JniBinding} has the library register the methods below before it makes one. */
final class JniSctpBinding implements SctpBinding {
  JniSctpBinding() {}

  @Override
  public int abi() {
    return abi0();
  }

  @Override
  public int probe(long library, long info) {
    return probe0(library, info);
  }

  @Override
  public int profile(int profile, long options) {
    return profile0(profile, options);
  }

  @Override
  public long sharedBytes(long config) {
    return sharedBytes0(config);
  }

  @Override
  public int open(long config, long library, long why, long out) {
    return open0(config, library, why, out);
  }

  @Override
  public long shared(long stack) {
    return shared0(stack);
  }

  @Override
  public long listen(long stack, long args) {
    return listen0(stack, args);
  }

  @Override
  public int unlisten(long stack, long listener) {
    return unlisten0(stack, listener);
  }

  @Override
  public long connect(long stack, long args) {
    return connect0(stack, args);
  }

  @Override
  public int input(long stack, long list, int count) {
    return input0(stack, list, count);
  }

  @Override
  public int tick(long stack, int elapsedMillis) {
    return tick0(stack, elapsedMillis);
  }

  @Override
  public int send(long stack, long list, int count) {
    return send0(stack, list, count);
  }

  @Override
  public int resetStreams(long stack, long assoc, long streams, int count) {
    return resetStreams0(stack, assoc, streams, count);
  }

  @Override
  public int close(long stack, long assoc, int deadlineMillis, long reason, int bytes) {
    return close0(stack, assoc, deadlineMillis, reason, bytes);
  }

  @Override
  public int abort(long stack, long assoc, int cause, long reason, int bytes) {
    return abort0(stack, assoc, cause, reason, bytes);
  }

  @Override
  public int hint(long stack, long peer, int osError) {
    return hint0(stack, peer, osError);
  }

  @Override
  public int query(long stack, long assoc, int what, long out, long bytes) {
    return query0(stack, assoc, what, out, bytes);
  }

  @Override
  public int shutdown(long stack, long reason, int bytes) {
    return shutdown0(stack, reason, bytes);
  }

  @Override
  public int destroy(long stack, int flags) {
    return destroy0(stack, flags);
  }

  @Override
  public String strerror(int code) {
    return strerror0(code);
  }

  // The table in native/src/jni/sluice_sctp_jni.c names these with their signatures.

  private static native int abi0();

  private static native int probe0(long library, long info);

  private static native int profile0(int profile, long options);

  private static native long sharedBytes0(long config);

  private static native int open0(long config, long library, long why, long out);

  private static native long shared0(long stack);

  private static native long listen0(long stack, long args);

  private static native int unlisten0(long stack, long listener);

  private static native long connect0(long stack, long args);

  private static native int input0(long stack, long list, int count);

  private static native int tick0(long stack, int elapsedMillis);

  private static native int send0(long stack, long list, int count);

  private static native int resetStreams0(long stack, long assoc, long streams, int count);

  private static native int close0(long stack, long assoc, int deadlineMillis, long reason, int bytes);

  private static native int abort0(long stack, long assoc, int cause, long reason, int bytes);

  private static native int hint0(long stack, long peer, int osError);

  private static native int query0(long stack, long assoc, int what, long out, long bytes);

  private static native int shutdown0(long stack, long reason, int bytes);

  private static native int destroy0(long stack, int flags);

  private static native String strerror0(int code);
}
