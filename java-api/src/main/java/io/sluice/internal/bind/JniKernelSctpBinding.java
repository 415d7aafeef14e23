package io.sluice.internal.bind;

/** JNI. The library registers the methods below when {@link JniBinding} loads it. */
final class JniKernelSctpBinding implements KernelSctpBinding {
  JniKernelSctpBinding() {}

  @Override
  public int probe(long info) {
    return probe0(info);
  }

  @Override
  public long sharedBytes(long config) {
    return sharedBytes0(config);
  }

  @Override
  public int open(long config, long out) {
    return open0(config, out);
  }

  @Override
  public long listen(long stack, long args, long descriptor) {
    return listen0(stack, args, descriptor);
  }

  @Override
  public int unlisten(long stack, long listener) {
    return unlisten0(stack, listener);
  }

  @Override
  public long connect(long stack, long args, long descriptor) {
    return connect0(stack, args, descriptor);
  }

  @Override
  public long input(long stack, long id, long meta, long payload, int bytes) {
    return input0(stack, id, meta, payload, bytes);
  }

  @Override
  public int failed(long stack, long id, int osError) {
    return failed0(stack, id, osError);
  }

  @Override
  public int tick(long stack) {
    return tick0(stack);
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
  public int resetStreams(long stack, long assoc, long streams, int count) {
    return resetStreams0(stack, assoc, streams, count);
  }

  @Override
  public int queryClose(long stack, long assoc, long out) {
    return queryClose0(stack, assoc, out);
  }

  @Override
  public int queryInfo(long stack, long assoc, long out) {
    return queryInfo0(stack, assoc, out);
  }

  @Override
  public int discard(int descriptor) {
    return discard0(descriptor);
  }

  @Override
  public int destroy(long stack, int flags) {
    return destroy0(stack, flags);
  }

  // The table in native/src/jni/sluice_sctp_kernel_jni.c names these with their signatures.

  private static native int probe0(long info);

  private static native long sharedBytes0(long config);

  private static native int open0(long config, long out);

  private static native long listen0(long stack, long args, long descriptor);

  private static native int unlisten0(long stack, long listener);

  private static native long connect0(long stack, long args, long descriptor);

  private static native long input0(long stack, long id, long meta, long payload, int bytes);

  private static native int failed0(long stack, long id, int osError);

  private static native int tick0(long stack);

  private static native int close0(long stack, long assoc, int deadlineMillis, long reason, int bytes);

  private static native int abort0(long stack, long assoc, int cause, long reason, int bytes);

  private static native int resetStreams0(long stack, long assoc, long streams, int count);

  private static native int queryClose0(long stack, long assoc, long out);

  private static native int queryInfo0(long stack, long assoc, long out);

  private static native int discard0(int descriptor);

  private static native int destroy0(long stack, int flags);
}
