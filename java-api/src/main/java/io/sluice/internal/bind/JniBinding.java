package io.sluice.internal.bind;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * JNI. The native methods are static and take primitives only, which is the JVM's shortest way into C.
 *
 * <p>The library exports no {@code Java_...} symbols. Its {@code JNI_OnLoad} registers the methods below in <em>the class
 * that called {@code System.load}</em>: in this one if {@link #loading} says so, else in the one that it finds by looking at the stack. So
 * {@link #load} must make that call itself, and a copy of Sluice whose packages were relocated works without being told its new names.
 */
final class JniBinding implements Binding {
  private static JniBinding loaded;

  /** The thread that is loading the library through this class. Read by JNI_OnLoad: a cold JVM takes a millisecond for its first stack trace. */
  @SuppressWarnings("unused")
  private static Thread loading;

  private JniBinding() {}

  /**
   * Loads the library once per class loader; later calls answer the first one's result. A library that does not fit is
   * not it: loading the next one puts its functions in the place of the first one's.
   */
  static synchronized JniBinding load(Path library) throws UnavailableException {
    if (loaded == null) {
      loading = Thread.currentThread();
      try {
        System.load(library.toString());
      } finally {
        loading = null;
      }
      JniBinding binding = new JniBinding();
      Bindings.checkAbi(binding.abi(), library);
      loaded = binding;
    }
    return loaded;
  }

  @Override
  public String name() {
    return Bindings.JNI;
  }

  @Override
  public int abi() {
    return abi0();
  }

  @Override
  public int probe(int engine, long info) {
    return probe0(engine, info);
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
  public int pool(long loop, int group, long base, int bufferBytes, int count) {
    return pool0(loop, group, base, bufferBytes, count);
  }

  @Override
  public int enter(long loop, long timeoutNanos) {
    return enter0(loop, timeoutNanos);
  }

  @Override
  public int wake(long loop) {
    return wake0(loop);
  }

  @Override
  public int query(long loop, long handle, int what, long out, long length) {
    return query0(loop, handle, what, out, length);
  }

  @Override
  public int control(long loop, long handle, int what, long in, int length) {
    return control0(loop, handle, what, in, length);
  }

  @Override
  public int destroy(long loop, int flags) {
    return destroy0(loop, flags);
  }

  @Override
  public String strerror(int code) {
    return strerror0(code);
  }

  @Override
  public long address(ByteBuffer direct) {
    return address0(direct);
  }

  @Override
  public SctpBinding sctp() throws UnavailableException {
    return Bindings.sctp(() -> {
      registerSctp0(JniSctpBinding.class);
      return new JniSctpBinding();
    });
  }

  @Override
  public KernelSctpBinding kernelSctp() throws UnavailableException {
    return Bindings.kernelSctp(() -> {
      registerKernelSctp0(JniKernelSctpBinding.class);
      return new JniKernelSctpBinding();
    });
  }

  // The table in native/src/jni/sluice_jni.c names these with their signatures.

  private static native void registerSctp0(Class<?> of);

  private static native void registerKernelSctp0(Class<?> of);

  private static native int abi0();

  private static native int probe0(int engine, long info);

  private static native long sharedBytes0(long config);

  private static native int open0(long config, long out);

  private static native int pool0(long loop, int group, long base, int bufferBytes, int count);

  private static native int enter0(long loop, long timeoutNanos);

  private static native int wake0(long loop);

  private static native int query0(long loop, long handle, int what, long out, long length);

  private static native int control0(long loop, long handle, int what, long in, int length);

  private static native int destroy0(long loop, int flags);

  private static native String strerror0(int code);

  private static native long address0(ByteBuffer direct);
}
